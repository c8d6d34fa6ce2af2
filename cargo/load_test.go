package cargo

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// summary writes a package in one line.
func summary(p *Package) string {
	kind := "other"
	if p.Member {
		kind = "member"
	}
	root := "-"
	if p.WorkspaceRoot != nil {
		root = p.WorkspaceRoot.File
	}
	return fmt.Sprintf("%s %s %s %s %s %s", kind, p.Dir, p.Name, p.Version, p.Edition, root)
}

func summaries(packages []*Package) string {
	var out []string
	for _, p := range packages {
		out = append(out, summary(p))
	}
	return strings.Join(out, "\n") + "\n"
}

// pkg writes a package's two files.
func pkg(dir, name, more string) string {
	if dir != "" {
		dir += "/"
	}
	return fmt.Sprintf("-- %sCargo.toml --\n[package]\nname = %q\nversion = \"0.1.0\"\nedition = \"2021\"\n%s\n-- %ssrc/lib.rs --\n", dir, name, more, dir)
}

func TestPackages(t *testing.T) {
	tests := []struct {
		reason   string
		files    string
		packages string
		defaults []string
	}{
		{
			"a lone package is its own workspace",
			pkg("", "one", ""),
			"member . one 0.1.0 2021 -\n", []string{"."},
		},
		{
			"without [workspace] a path dependency is no member, as with cargo",
			pkg("", "one", "[dependencies]\ntwo = { path = \"two\" }") + pkg("two", "two", ""),
			"member . one 0.1.0 2021 -\nother two two 0.1.0 2021 -\n", []string{"."},
		},
		{
			"globs match directories, hidden files and others are passed over",
			"-- Cargo.toml --\n[workspace]\nmembers = [\"crates/*\", \"./tools/[ab]?/\", \"crates/a/../b\"]\n-- crates/README --\n" +
				pkg("crates/a", "a", "") + pkg("crates/b", "b", "") + pkg("tools/a1", "a1", "") + pkg("tools/c1", "c1", ""),
			"member crates/a a 0.1.0 2021 Cargo.toml\nmember crates/b b 0.1.0 2021 Cargo.toml\nmember tools/a1 a1 0.1.0 2021 Cargo.toml\n",
			[]string{"crates/a", "crates/b", "tools/a1"},
		},
		{
			"path dependencies below the root are members, transitively, dev-dependencies too",
			pkg("", "root", "[workspace]\n[dependencies]\na = { path = \"a\" }") +
				pkg("a", "a", "[dev-dependencies]\nb = { path = \"../b\" }\n[target.'cfg(unix)'.build-dependencies]\nc = { path = \"../c\" }") +
				pkg("b", "b", "[dependencies]\na = { path = \"../a\" }") + pkg("c", "c", ""),
			"member . root 0.1.0 2021 Cargo.toml\nmember a a 0.1.0 2021 Cargo.toml\nmember b b 0.1.0 2021 Cargo.toml\nmember c c 0.1.0 2021 Cargo.toml\n",
			[]string{"."},
		},
		{
			"an excluded path dependency with its own workspace inherits from that one",
			"-- Cargo.toml --\n[workspace]\nmembers = [\"app\"]\nexclude = [\"vendor\"]\n" +
				pkg("app", "app", "[dependencies]\nx = { path = \"../vendor/x\" }") +
				"-- vendor/Cargo.toml --\n[workspace]\nmembers = [\"*\"]\n[workspace.package]\nversion = \"7.0.0\"\n" +
				"-- vendor/x/Cargo.toml --\n[package]\nname = \"x\"\nversion.workspace = true\n[dev-dependencies]\ngone = { path = \"../../../gone\" }\n-- vendor/x/src/lib.rs --\n",
			"member app app 0.1.0 2021 Cargo.toml\nother vendor/x x 7.0.0 2015 vendor/Cargo.toml\n", []string{"app"},
		},
		{
			"a literal member wins over exclude",
			"-- Cargo.toml --\n[workspace]\nmembers = [\"x/in\", \"y/*\"]\nexclude = [\"x\", \"y/out\"]\n" +
				pkg("x/in", "in", "") + pkg("y/out", "out", "") + pkg("y/kept", "kept", ""),
			"member x/in in 0.1.0 2021 Cargo.toml\nmember y/kept kept 0.1.0 2021 Cargo.toml\n", []string{"x/in", "y/kept"},
		},
		{
			"default-members",
			pkg("", "root", "[workspace]\nmembers = [\"m/*\"]\ndefault-members = [\"m/*\", \".\"]") + pkg("m/b", "b", "") + pkg("m/a", "a", ""),
			"member . root 0.1.0 2021 Cargo.toml\nmember m/a a 0.1.0 2021 Cargo.toml\nmember m/b b 0.1.0 2021 Cargo.toml\n",
			[]string{"m/a", "m/b", "."},
		},
		{
			"a member below another root belongs to the one that lists it",
			"-- Cargo.toml --\n[workspace]\nmembers = [\"g/a\"]\n-- g/Cargo.toml --\n[workspace]\n" + pkg("g/a", "a", ""),
			"member g/a a 0.1.0 2021 Cargo.toml\n", []string{"g/a"},
		},
		{
			"a member may be reached by a symbolic link",
			"-- Cargo.toml --\n[workspace]\nmembers = [\"m/*\"]\n-- m/link --\n-> ../real\n" + pkg("real", "real", ""),
			"member m/link real 0.1.0 2021 Cargo.toml\n", []string{"m/link"},
		},
		{
			"** does not follow symbolic links that lead back",
			"-- Cargo.toml --\n[workspace]\nmembers = [\"m/**/p\"]\n-- m/loop --\n-> ../m\n-- m/x/loop --\n-> ..\n" + pkg("m/x/y/p", "p", ""),
			"member m/x/y/p p 0.1.0 2021 Cargo.toml\n", []string{"m/x/y/p"},
		},
		{
			"a patch by path is a package, but no member",
			pkg("", "root", "[workspace]\n[dependencies]\nlog = \"0.4\"\n[patch.crates-io]\nlog = { path = \"forks/log\" }") + pkg("forks/log", "log", ""),
			"member . root 0.1.0 2021 Cargo.toml\nother forks/log log 0.1.0 2021 Cargo.toml\n", []string{"."},
		},
		{
			"[project] and tables with underscores",
			"-- Cargo.toml --\n[project]\nname = \"old\"\nversion = \"1.0.0\"\n[build_dependencies]\nb = { path = \"b\" }\n-- src/lib.rs --\n" + pkg("b", "b", ""),
			"member . old 1.0.0 2015 -\nother b b 0.1.0 2021 -\n", []string{"."},
		},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			ws, err := Load(archive(tt.files))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.packages, summaries(ws.Packages)); diff != "" {
				t.Error(diff)
			}
			var defaults []string
			for _, p := range ws.DefaultMembers {
				defaults = append(defaults, p.Dir)
			}
			if diff := cmp.Diff(tt.defaults, defaults); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestResolver(t *testing.T) {
	tests := []struct{ manifest, want, reason string }{
		{"[package]\nname = \"x\"\n", "1", "edition 2015"},
		{"[package]\nname = \"x\"\nedition = \"2021\"\n", "2", "edition 2021"},
		{"[package]\nname = \"x\"\nedition = \"2024\"\n", "3", "edition 2024"},
		{"[package]\nname = \"x\"\nedition = \"2024\"\nresolver = \"1\"\n", "1", "package.resolver"},
		{"[workspace]\n", "1", "a virtual workspace has the first one, whatever its members"},
		{"[workspace]\nresolver = \"2\"\n", "2", "workspace.resolver"},
		{"[workspace.package]\nedition = \"2021\"\n[package]\nname = \"x\"\nedition.workspace = true\n", "2", "an inherited edition"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			ws, err := Load(archive("-- Cargo.toml --\n" + tt.manifest + "-- src/lib.rs --\n"))
			if err != nil {
				t.Fatal(err)
			}
			if ws.Resolver != tt.want {
				t.Errorf("got %s, want %s", ws.Resolver, tt.want)
			}
		})
	}
}

// counter counts how often each file and directory is read.
type counter struct {
	fstest.MapFS
	reads map[string]int
}

func (c counter) ReadFile(name string) ([]byte, error) {
	c.reads["file "+name]++
	return c.MapFS.ReadFile(name)
}

func (c counter) ReadDir(name string) ([]fs.DirEntry, error) {
	c.reads["dir "+name]++
	return c.MapFS.ReadDir(name)
}

// A read may be a round trip over a network.
func TestReadsAreFew(t *testing.T) {
	files := generate(20, 10)
	files["crates/member-003/src/deep/er/x.rs"] = &fstest.MapFile{}
	c := counter{files, map[string]int{}}
	if _, err := Load(c); err != nil {
		t.Fatal(err)
	}
	for name, n := range c.reads {
		if n > 1 && !strings.Contains(name, "config") && name != "dir ." {
			t.Errorf("%s is read %d times", name, n)
		}
		if strings.Contains(name, "deep") || strings.Contains(name, ".rs") {
			t.Errorf("%s is read, but not needed", name)
		}
	}
}

func TestWarnings(t *testing.T) {
	ws, err := Load(archive("-- Cargo.toml --\n[workspace]\nmembers = [\"a\"]\n[workspace.dependencies]\nlog = \"0.4\"\n" +
		pkg("a", "a", "[profile.release]\nlto = true\n[dependencies]\nlog = { workspace = true, default-features = false, version = \"1\" }")))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range ws.Warnings {
		got = append(got, w.Error())
	}
	want := []string{
		"a/Cargo.toml:5: [profile] of a member has no effect; cargo reads that of Cargo.toml only",
		"a/Cargo.toml:8: version has no effect beside `workspace = true`",
		"a/Cargo.toml:8: default-features = false has no effect for \"log\", since [workspace.dependencies] of Cargo.toml has the default features on",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLoadTree(t *testing.T) {
	packages, err := LoadTree(archive("-- Cargo.toml --\n[workspace]\nmembers = [\"crates/*\"]\nexclude = [\"fuzz\"]\n[workspace.package]\nversion = \"2.1.0\"\n" +
		"-- crates/a/Cargo.toml --\n[package]\nname = \"a\"\nversion.workspace = true\n[dependencies]\nhidden = { path = \"../../.hidden\" }\nout = { path = \"../../../out\" }\n" +
		pkg("crates/b", "b", "[[bin]]\nname = \"no-file\"") + pkg(".hidden", "hidden", "") + pkg(".other", "other", "") + pkg("fuzz", "fuzz", "") +
		"-- template/Cargo.toml --\n[package]\nname = \"{{name}}\"\n-- broken/Cargo.toml --\n[package\n-- broken/below/Cargo.toml --\n[package]\nname = \"below\"\n" +
		"-- target/package/x/Cargo.toml --\n[package]\nname = \"output\"\n-- loop --\n-> .\n" +
		"-- orphan/Cargo.toml --\n[package]\nname = \"orphan\"\ndescription.workspace = true\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := "member .hidden hidden 0.1.0 2021 Cargo.toml\nmember broken/below below 0.0.0 2015 Cargo.toml\n" +
		"member crates/a a 2.1.0 2015 Cargo.toml\nmember crates/b b 0.1.0 2021 Cargo.toml\nother fuzz fuzz 0.1.0 2021 -\n"
	if diff := cmp.Diff(want, summaries(packages)); diff != "" {
		t.Error(diff)
	}
	if i := slices.IndexFunc(packages, func(p *Package) bool { return p.Name == "a" }); packages[i].Dependencies[0].Path != ".hidden" {
		t.Errorf("%+v", packages[i].Dependencies)
	}
}

func BenchmarkLoad(b *testing.B) {
	files := generate(200, 1000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load(files); err != nil {
			b.Fatal(err)
		}
	}
}

// A path dependency outside the workspace's directory is a member when it says so, as with
// cargo, and has a workspace of its own otherwise, or none.
func TestPathDependencyOutsideTheWorkspace(t *testing.T) {
	const project = "-- ws/Cargo.toml --\n[package]\nname = \"app\"\nversion = \"0.1.0\"\n[workspace]\n[dependencies]\nout = { path = \"../out\" }\n" +
		"-- ws/src/main.rs --\n-- out/src/lib.rs --\n-- out/Cargo.toml --\n[package]\nname = \"out\"\nversion = \"0.1.0\"\n"
	tests := []struct {
		reason, more string
		member       bool
	}{
		{reason: "of no workspace"},
		{reason: "a root itself", more: "[workspace]\n"},
		{reason: "of this workspace", more: "workspace = \"../ws\"\n", member: true},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			ws, err := LoadAt(archive(project+tt.more), "ws")
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range ws.Packages {
				if want := p.Name == "app" || tt.member; p.Member != want {
					t.Errorf("%s is a member: %v", p.Name, p.Member)
				}
			}
			if len(ws.Packages) != 2 {
				t.Errorf("%d packages", len(ws.Packages))
			}
		})
	}
}

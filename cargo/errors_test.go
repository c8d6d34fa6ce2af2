package cargo

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/org/rust-frontend/cargo/document"
)

// Each mistake is a sentence at the line that causes it.
func TestLoadErrors(t *testing.T) {
	lib := "-- src/lib.rs --\n"
	ws := "-- Cargo.toml --\n[workspace]\nmembers = [\n  \"a\",\n]\n"
	tests := []struct{ reason, files, want string }{
		{"an empty context", "-- README --\n", "Cargo.toml: there is no Cargo.toml at the root of the build context; use the directory of the Cargo project"},
		{"a project one level below", pkg("x", "x", "") + pkg("y", "y", ""), "Cargo.toml: there is no Cargo.toml at the root of the build context; use the directory of one of these as context: x/Cargo.toml, y/Cargo.toml"},
		{"neither package nor workspace", "-- Cargo.toml --\n[lib]\n", "Cargo.toml:1: neither [package] nor [workspace]"},
		{"a virtual manifest with dependencies", "-- Cargo.toml --\n[workspace]\n[dependencies]\n", "Cargo.toml:2: [dependencies] needs a [package]"},
		{"the workspace root is above the context", "-- Cargo.toml --\n[package]\nname = \"x\"\nworkspace = \"../..\"\n" + lib, "Cargo.toml:3: \"../..\""},
		{"inheritance from above the context", "-- Cargo.toml --\n[package]\nname = \"x\"\nversion.workspace = true\n" + lib, "Cargo.toml:3: package.version is inherited, but no [workspace]"},
		{"not TOML", "-- Cargo.toml --\n[package\n", "Cargo.toml:1: not valid TOML"},
		{"not UTF-8", "-- Cargo.toml --\n[package]\nname = \"\xff\"\n", "Cargo.toml:2: not UTF-8"},
		{"no name", "-- Cargo.toml --\n[package]\nversion = \"1.0.0\"\n", "Cargo.toml:1: no name"},
		{"a bad name", "-- Cargo.toml --\n[package]\nname = \"a b\"\n", "Cargo.toml:2: the character ' '"},
		{"a name of another type", "-- Cargo.toml --\n[package]\nname = 1\n", "Cargo.toml:2: package.name must be a string, not an integer"},
		{"package is no table", "-- Cargo.toml --\npackage = 1\n", "Cargo.toml:1: package must be a table, not an integer"},
		{"a bad version", "-- Cargo.toml --\n[package]\nname = \"a\"\nversion = \"1.0\"\n", "Cargo.toml:3: \"1.0\" is not a version"},
		{"an unknown edition", "-- Cargo.toml --\n[package]\nname = \"a\"\nedition = \"2027\"\n", "Cargo.toml:3: there are 2015, 2018, 2021 and 2024"},
		{"an unknown resolver", "-- Cargo.toml --\n[workspace]\nresolver = \"4\"\n", "Cargo.toml:2: the resolver \"4\" is not known"},
		{"two resolvers", "-- Cargo.toml --\n[workspace]\nresolver = \"2\"\n[package]\nname = \"a\"\nresolver = \"2\"\n", "Cargo.toml:5: in both"},
		{"a missing member", ws, "Cargo.toml:3: \"a\" has no manifest: a/Cargo.toml"},
		{"a pattern that matches nothing, as with cargo", "-- Cargo.toml --\n[workspace]\nmembers = [\"crates/*\"]\n", "Cargo.toml:2: \"crates/*\" matches no directory"},
		{"a matched directory without manifest, as with cargo", "-- Cargo.toml --\n[workspace]\nmembers = [\"c/*\"]\n-- c/x/y --\n", "Cargo.toml:2: matches the directory c/x, which has no Cargo.toml"},
		{"a bad pattern", "-- Cargo.toml --\n[workspace]\nmembers = [\"c[\"]\n", "Cargo.toml:2: a [ is not closed"},
		{"a member outside", "-- Cargo.toml --\n[workspace]\nmembers = [\"../x\"]\n", "Cargo.toml:2: outside the build context"},
		{"members of another type", "-- Cargo.toml --\n[workspace]\nmembers = [\n  1]\n", "Cargo.toml:3: must be an array of strings, not an integer"},
		{"a default member that is none", "-- Cargo.toml --\n[workspace]\nmembers = [\"a\"]\ndefault-members = [\"b\"]\n" + pkg("a", "a", ""), "Cargo.toml:3: b is in default-members, but is no member of the workspace; there are: a"},
		{"a member that is a root", ws + pkg("a", "a", "[workspace]"), "a/Cargo.toml:5: workspace root of its own"},
		{"a member that is a virtual root", ws + "-- a/Cargo.toml --\n[workspace]\n", "a/Cargo.toml:1: workspace root of its own"},
		{"a member of another workspace", ws + "-- b/Cargo.toml --\n[workspace]\n-- a/Cargo.toml --\n[package]\nname = \"a\"\nworkspace = \"../b\"\n", "a/Cargo.toml:3: belongs to b/Cargo.toml"},
		{"two members of one name", "-- Cargo.toml --\n[workspace]\nmembers = [\"a\", \"b\"]\n" + pkg("a", "x", "") + pkg("b", "x", ""), "b/Cargo.toml:2: named \"x\": a and b"},
		{"a path outside", pkg("", "a", "[dependencies]\nx = { path = \"../x\" }"), "Cargo.toml:6: \"x\" points outside the build context (../x)"},
		{"an absolute path", pkg("", "a", "[dependencies.x]\npath = \"/x\""), "Cargo.toml:6: points outside"},
		{"a dev-dependency outside", pkg("", "a", "[dev-dependencies]\nx = { path = \"../x\" }"), "Cargo.toml:6: points outside"},
		{"an inherited path outside is at the root's line", ws + "[workspace.dependencies]\nx = { path = \"../x\" }\n" + pkg("a", "a", "[dependencies]\nx.workspace = true"), "Cargo.toml:6: points outside the build context (../x)"},
		{"a path without manifest", pkg("", "a", "[dependencies]\nx = { path = \"x\" }"), "Cargo.toml:6: \"x\" has no manifest: x/Cargo.toml"},
		{"a path to another package", pkg("", "a", "[dependencies]\nx = { path = \"b\" }") + pkg("b", "b", ""), "Cargo.toml:6: wants the package \"x\", but the package in b is named \"b\""},
		{"a path to a virtual manifest", pkg("", "a", "[dependencies]\nx = { path = \"b\" }") + "-- b/Cargo.toml --\n[workspace]\n", "Cargo.toml:6: b/Cargo.toml has no [package]"},
		{"a cycle", ws + pkg("a", "a", "[dependencies]\nb = { path = \"../b\" }") + pkg("b", "b", "[build-dependencies]\na = { path = \"../a\" }"), "b/Cargo.toml:6: cyclic: a (a) -> b (b) -> a (a)"},
		{"itself", pkg("", "a", "[dependencies]\na = { path = \".\" }"), "Cargo.toml:6: cyclic: a (.) -> a (.)"},
		{"a dependency of another type", pkg("", "a", "[dependencies]\nx = 1"), "Cargo.toml:6: dependencies.x must be a version like \"1.2\" or a table"},
		{"a dependency from nowhere", pkg("", "a", "[dependencies]\nx = {}"), "Cargo.toml:6: no version, path, git"},
		{"git and path", pkg("", "a", "[dependencies]\nx = { path = \"x\", git = \"g\" }"), "Cargo.toml:6: both git and path"},
		{"a path base", pkg("", "a", "[dependencies]\nx = { path = \"x\", base = \"b\" }"), "Cargo.toml:6: a path base (b)"},
		{"two references", pkg("", "a", "[dependencies]\nx = { git = \"g\", tag = \"1\", rev = \"2\" }"), "Cargo.toml:6: more than one of branch, tag and rev"},
		{"features of another type", pkg("", "a", "[dependencies]\nx = { version = \"1\", features = \"y\" }"), "Cargo.toml:6: must be an array of strings"},
		{"an optional dev-dependency", pkg("", "a", "[dev-dependencies]\nx = { version = \"1\", optional = true }"), "Cargo.toml:6: cannot be optional"},
		{"dependencies of another type", pkg("", "a", "[target]\nx = 1"), "Cargo.toml:6: target.x must be a table"},
		{"a missing key of the workspace", ws + "-- a/Cargo.toml --\n[package]\nname = \"a\"\nversion.workspace = true\n", "a/Cargo.toml:3: [workspace.package] of Cargo.toml has no version"},
		{"workspace = false", ws + "-- a/Cargo.toml --\n[package]\nname = \"a\"\nversion.workspace = false\n", "a/Cargo.toml:3: must be true"},
		{"a missing dependency of the workspace", ws + "[workspace.dependencies]\nlog = \"1\"\n" + pkg("a", "a", "[dependencies]\nlogg.workspace = true"), "a/Cargo.toml:6: does not have it; there are: log"},
		{"an optional dependency of the workspace", ws + "[workspace.dependencies]\nlog = { version = \"1\", optional = true }\n" + pkg("a", "a", "[dependencies]\nlog.workspace = true"), "Cargo.toml:6: cannot be optional"},
		{"no lints to inherit", ws + pkg("a", "a", "[lints]\nworkspace = true"), "a/Cargo.toml:5: no [workspace.lints]"},
		{"lints both ways", ws + "[workspace.lints]\n" + pkg("a", "a", "[lints]\nworkspace = true\nrust.x = \"allow\""), "a/Cargo.toml:5: both be inherited"},
		{"default features cannot be switched off in edition 2024", ws + "[workspace.package]\nedition = \"2024\"\n[workspace.dependencies]\nlog = \"1\"\n-- a/Cargo.toml --\n[package]\nname = \"a\"\nedition.workspace = true\n[dependencies]\nlog = { workspace = true, default-features = false }\n", "a/Cargo.toml:5: cannot switch off the default features"},
		{"an unknown value of a feature", pkg("", "a", "[features]\nf = [\n  \"g\"]"), "Cargo.toml:7: neither a dependency nor another feature"},
		{"a feature of no dependency", pkg("", "a", "[features]\nf = [\"g/h\"]"), "Cargo.toml:6: \"g\" is no dependency"},
		{"dep: of what is not optional", pkg("", "a", "[dependencies]\ng = \"1\"\n[features]\nf = [\"dep:g\"]"), "Cargo.toml:8: not optional"},
		{"a name that dep: took away", pkg("", "a", "[dependencies]\ng = { version = \"1\", optional = true }\n[features]\nf = [\"dep:g\"]\nh = [\"g\"]"), "Cargo.toml:9: use \"dep:g\""},
		{"an optional dependency that nothing enables", pkg("", "a", "[dependencies]\ng = { version = \"1\", optional = true }\n[features]\ng = []"), "Cargo.toml:6: not included in any feature"},
		{"a weak feature of what is not optional", pkg("", "a", "[dependencies]\ng = \"1\"\n[features]\nf = [\"g?/x\"]"), "Cargo.toml:8: remove the question mark"},
		{"no targets", "-- Cargo.toml --\n[package]\nname = \"a\"\n", "Cargo.toml:1: no targets"},
		{"a [[bin]] without file", pkg("", "a", "[[bin]]\nname = \"b\""), "Cargo.toml:5: looked for src/bin/b.rs or src/bin/b/main.rs"},
		{"a [[bin]] with a missing file", pkg("", "a", "[[bin]]\nname = \"b\"\npath = \"x/y.rs\""), "Cargo.toml:7: x/y.rs, is not in the build context"},
		{"a [[bin]] outside", pkg("", "a", "[[bin]]\nname = \"b\"\npath = \"../y.rs\""), "Cargo.toml:7: outside the build context"},
		{"a [[bin]] without name", pkg("", "a", "[[bin]]\npath = \"x.rs\""), "Cargo.toml:5: no name"},
		{"[bin] for [[bin]]", pkg("", "a", "[bin]\nname = \"b\""), "Cargo.toml:5: an array of tables, written [[bin]]"},
		{"two binaries of one name", pkg("", "a", "[[bin]]\nname = \"b\"\npath = \"src/lib.rs\"\n[[bin]]\nname = \"b\"\npath = \"src/lib.rs\""), "Cargo.toml:8: two binaries named \"b\""},
		{"a file that may be either", pkg("", "a", "") + "-- src/bin/b.rs --\n-- src/bin/b/main.rs --\n", "Cargo.toml:1: two binaries named \"b\""},
		{"a binary that would be a directory of cargo's", pkg("", "a", "") + "-- src/bin/deps.rs --\n", "Cargo.toml:1: a directory of cargo's"},
		{"[lib] without file", "-- Cargo.toml --\n[package]\nname = \"a\"\n[lib]\n", "Cargo.toml:3: neither src/lib.rs nor lib.path"},
		{"a library's name with a hyphen", pkg("", "a", "[lib]\nname = \"a-b\""), "Cargo.toml:6: use \"a_b\""},
		{"an unknown crate type", pkg("", "a", "[lib]\ncrate-type = [\"so\"]"), "Cargo.toml:6: \"so\" is not known"},
		{"a missing build script", pkg("", "a", "build = \"b.rs\""), "Cargo.toml:5: b.rs, is not in the build context"},
		{"an unknown default-run", pkg("", "a", "default-run = \"b\""), "Cargo.toml:5: names the binary \"b\""},
		{"a patch outside", pkg("", "a", "[patch.crates-io]\nlog = { path = \"../log\" }"), "Cargo.toml:6: points outside"},
		{"a patch of another package", pkg("", "a", "[patch.crates-io]\nlog = { path = \"x\" }") + pkg("x", "x", ""), "Cargo.toml:6: wants the package \"log\""},
		{"a replacement without version", pkg("", "a", "[replace]\nlog = { path = \"x\" }"), "Cargo.toml:6: must name a package and its version"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			_, err := Load(archive(tt.files))
			wantError(t, err, tt.want)
		})
	}
}

func TestLargeManifest(t *testing.T) {
	files := fstest.MapFS{"Cargo.toml": {Data: []byte("[package]\n" + strings.Repeat("#\n", maxManifest/2))}}
	_, err := Load(files)
	wantError(t, err, "Cargo.toml: more than 8 MiB is no manifest")
}

// Names that are not UTF-8 are in many trees, and harm nobody.
func TestNamesThatAreNotUTF8(t *testing.T) {
	files := archive(pkg("", "a", "[workspace]\nmembers = [\"m/*\"]") + pkg("m/b", "b", ""))
	files["src/bin/\xff.rs"] = &fstest.MapFile{}
	files["m/\xff/x"] = &fstest.MapFile{}
	ws, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	if len(ws.Packages) != 2 || len(ws.Packages[0].Targets) != 1 {
		t.Errorf("%s %v", summaries(ws.Packages), ws.Packages[0].Targets)
	}
	if _, err := LoadTree(files); err != nil {
		t.Error(err)
	}
}

// A symbolic link that leads to itself is an error where it is needed and
// nothing elsewhere. The test is on disk: fstest.MapFS never comes back from
// such a link.
func TestLinkToItself(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, archive(pkg("", "a", "[workspace]\nmembers = [\"m/*\"]")+pkg("m/b", "b", ""))); err != nil {
		t.Fatal(err)
	}
	link := func(name string) {
		if err := os.Symlink(filepath.Base(name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("m/loop")
	link("unused")
	if err := os.Mkdir(filepath.Join(dir, "src/bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	link("src/bin/loop.rs")
	if _, err := Load(os.DirFS(dir)); err != nil {
		t.Error(err)
	}
	link("build.rs")
	_, err := Load(os.DirFS(dir))
	wantError(t, err, "build.rs: the symbolic link cannot be followed")
}

// Whatever is in a manifest, there is a workspace or a positional error.
func FuzzLoad(f *testing.F) {
	f.Add("[workspace]\nmembers = [\"**\", \"[a-b]*\"]\n[workspace.dependencies]\nx = { path = \"a\" }\n", "[package]\nname = \"x\"\nversion.workspace = true\n")
	f.Add("[package]\nname = \"r\"\n[dependencies]\nx.path = \"a\"\n[workspace]\n", "[project]\nname = \"x\"\n[lib]\n[[bin]]\nname = \"y\"\n")
	f.Add("[package]\nname = \"r\"\nbuild = [\"b\"]\n[patch.crates-io]\nx = { path = \"a\" }\n[replace]\n\"y:1\" = { path = \"a\" }\n", "[package]\nname = \"x\"\n[features]\na = [\"dep:b\", \"c/d\"]\n[lints]\nworkspace = true\n")
	f.Fuzz(func(t *testing.T, root, member string) {
		files := fstest.MapFS{
			"Cargo.toml": {Data: []byte(root)}, "src/lib.rs": {},
			"a/Cargo.toml": {Data: []byte(member)}, "a/src/main.rs": {},
		}
		ws, err := Load(files)
		var positional *document.Error
		if err != nil && !errors.As(err, &positional) {
			t.Errorf("no position: %v", err)
		}
		if err == nil {
			for _, p := range ws.Packages {
				p.Resolved()
			}
		}
		if _, err := LoadTree(files); err != nil {
			t.Error(err)
		}
	})
}

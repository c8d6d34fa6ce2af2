package planner

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// The promise of the dependencies step: what cannot change how an external
// crate is compiled does not change the step.
func TestDepsKey(t *testing.T) {
	app := func(s *settings.Settings) { s.Package = "app" }
	tests := []struct {
		reason         string
		project        string
		file, old, new string
		before, after  func(*settings.Settings)
		changes        bool
	}{
		{reason: "own version", project: "single", file: "Cargo.toml", old: "1.2.3", new: "2.0.0"},
		{reason: "description", project: "single", file: "Cargo.toml", old: "Says hello.", new: "Says goodbye."},
		{reason: "comment", project: "single", file: "Cargo.toml", old: "[dependencies]", new: "# needed\n[dependencies]"},
		{reason: "lints", project: "single", file: "Cargo.toml", old: `unused = "allow"`, new: `unused = "deny"`},
		{reason: "metadata", project: "single", file: "Cargo.toml", old: "kept = true", new: "kept = false"},
		{reason: "rust-version", project: "single", file: "Cargo.toml", old: `license = "MIT"`, new: `rust-version = "1.60"`},
		{reason: "form of a dependency", project: "single", file: "Cargo.toml", old: `cfg-if = "1"`, new: `cfg-if = { version = "1" }`},
		{reason: "an example's path", project: "single", file: "Cargo.toml", old: "examples/demo.rs", new: "examples/other.rs"},
		{reason: "dev-dependency", project: "single", file: "Cargo.toml", old: `memchr = { version = "2", default-features = false }`, new: `memchr = { version = "2" }`},
		{reason: "README", project: "single", file: "README.md", old: "hello", new: "bye"},
		{reason: "source", project: "single", file: "src/main.rs", old: "{}", new: "{ println!() }"},
		{reason: "inherited version", project: "virtual", file: "Cargo.toml", old: "0.4.0", new: "0.4.1", before: app, after: app},
		{reason: "workspace lints", project: "virtual", file: "Cargo.toml", old: `"allow"`, new: `"deny"`, before: app, after: app},
		{reason: "member that is not needed", project: "virtual", file: "crates/other/Cargo.toml", old: `edition.workspace = true`, new: `edition = "2018"`, before: app, after: app},
		{reason: "dependency that is not needed", project: "virtual", file: "Cargo.toml", old: `itoa = "1"`, new: `itoa = "1.0"`, before: app, after: app},

		{reason: "feature of a dependency", project: "single", file: "Cargo.toml", old: `cfg-if = "1"`, new: `cfg-if = { version = "1", default-features = false }`, changes: true},
		{reason: "profile", project: "virtual", file: "Cargo.toml", old: `"thin"`, new: `"fat"`, before: app, after: app, changes: true},
		{reason: "locked checksum", project: "single", file: "Cargo.lock", old: "checksum = \"f2", new: "checksum = \"a2", changes: true},
		{reason: "rustflags", project: "profile", file: ".cargo/config.toml", old: "v2", new: "v3", changes: true},
		{reason: "features", project: "single", after: func(s *settings.Settings) { s.Features = []string{"fast"} }, changes: true},
		{reason: "profile setting", project: "single", after: func(s *settings.Settings) { s.Profile = "dev" }, changes: true},
		{reason: "environment", project: "single", after: func(s *settings.Settings) { s.Env = map[string]string{"RUSTFLAGS": "-g"} }, changes: true},
		{reason: "strip", project: "single", after: func(s *settings.Settings) { s.Strip = "none" }, changes: true},
		{reason: "debug information", project: "single", after: func(s *settings.Settings) { yes := true; s.DebugInfo = &yes }, changes: true},
		{reason: "the list of packages", project: "single", after: func(s *settings.Settings) { s.Auditable = true }},
		{reason: "inputs", project: "single", after: func(s *settings.Settings) { s.Inputs = []string{"docs"} }},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			files := project(t, tt.project)
			edited := files
			if tt.file != "" {
				edited = edit(t, files, tt.file, tt.old, tt.new)
				if tt.file == "Cargo.toml" && (tt.reason == "own version" || tt.reason == "inherited version") {
					edited = edit(t, edited, "Cargo.lock", `version = "`+tt.old+`"`, `version = "`+tt.new+`"`)
				}
			}
			none := func(*settings.Settings) {}
			if tt.before == nil {
				tt.before = none
			}
			if tt.after == nil {
				tt.after = none
			}
			before := newPlan(t, files, newSettings(tt.before), amd64())
			after := newPlan(t, edited, newSettings(tt.after), amd64())
			before.Deps.At, after.Deps.At = plan.Place{}, plan.Place{} // of no key (llb.TestPlacesAreInNoKey)
			diff := cmp.Diff(before.Deps, after.Deps) + cmp.Diff(before.Crates, after.Crates)
			if (diff != "") != tt.changes {
				t.Errorf("changed = %v, want %v\n%s", diff != "", tt.changes, diff)
			}
		})
	}
}

// Whatever differed between the two steps would compile everything twice.
func TestStepsAgree(t *testing.T) {
	for _, name := range []string{"single", "bins", "patch", "vendored", "git", "registry", "buildscript", "profile"} {
		t.Run(name, func(t *testing.T) {
			p := newPlan(t, project(t, name), newSettings(func(s *settings.Settings) {
				if name == "bins" {
					s.Bins = []string{"one"}
				}
			}), amd64())
			if diff := cmp.Diff(p.Deps.Task.Cargo, p.Source.Task.Cargo); diff != "" {
				t.Errorf("command line:\n%s", diff)
			}
			// The wrapper is the one thing that may differ: it is for stubs.
			deps := slices.DeleteFunc(slices.Clone(p.Deps.Env), func(e plan.Env) bool { return e == withWrapper(nil)[0] })
			if diff := cmp.Diff(deps, p.Source.Env); diff != "" {
				t.Errorf("environment:\n%s", diff)
			}
			if diff := cmp.Diff(fileText(p.Deps.Files, ".cargo/config.toml"), fileText(p.Source.Files, ".cargo/config.toml")); diff != "" {
				t.Errorf("configuration:\n%s", diff)
			}
		})
	}
}

func fileText(files []plan.File, name string) string {
	for _, f := range files {
		if f.Path == name {
			return string(f.Data)
		}
	}
	return ""
}

// A plan depends on its arguments alone, never on the order of a map.
func TestNewDeterministic(t *testing.T) {
	for _, name := range []string{"single", "patch", "registry", "buildscript", "profile"} {
		first := newPlan(t, project(t, name), newSettings(), amd64())
		for range 10 {
			if diff := cmp.Diff(first, newPlan(t, project(t, name), newSettings(), amd64())); diff != "" {
				t.Fatalf("%s:\n%s", name, diff)
			}
		}
	}
}

func TestNeeded(t *testing.T) {
	tests := []struct {
		project string
		indexes []string
		git     []string
	}{
		{project: "single"},
		{project: "vendored"},
		{project: "registry", indexes: []string{"sparse+https://crates.example.com/index/", "sparse+https://mirror.example.com/index/"}},
		{project: "git", git: []string{"https://git.example.com/team/fork", "https://git.example.com/team/plain"}},
	}
	for _, tt := range tests {
		t.Run(tt.project, func(t *testing.T) {
			selected, err := Select(load(t, project(t, tt.project)), newSettings(), "")
			if err != nil {
				t.Fatal(err)
			}
			needs, err := selected.Needs()
			if err != nil {
				t.Fatal(err)
			}
			var git []string
			for _, g := range needs.Git {
				git = append(git, g.URL)
			}
			if diff := cmp.Diff(tt.indexes, needs.Indexes); diff != "" {
				t.Errorf("indexes:\n%s", diff)
			}
			if diff := cmp.Diff(tt.git, git); diff != "" {
				t.Errorf("git:\n%s", diff)
			}
		})
	}
}

// nested is a workspace whose directories lie in one another.
func nested() fstest.MapFS {
	pkg := func(name, more string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("[package]\nname = \"" + name + "\"\nversion = \"0.1.0\"\n" + more)}
	}
	return fstest.MapFS{
		"Cargo.toml": {Data: []byte("[workspace]\nmembers = [\"x\", \"a\", \"a/b\", \"a/b/c\"]\nresolver = \"2\"\n" +
			"[package]\nname = \"root\"\nversion = \"0.1.0\"\n[dependencies]\na = { path = \"a\" }\n")},
		"src/main.rs":       {Data: []byte("fn main() {}")},
		"x/Cargo.toml":      pkg("x", ""),
		"x/src/lib.rs":      {},
		"a/Cargo.toml":      pkg("a", "[dependencies]\nc = { path = \"b/c\" }\n"),
		"a/src/lib.rs":      {},
		"a/b/Cargo.toml":    pkg("b", ""),
		"a/b/src/lib.rs":    {},
		"a/b/c/Cargo.toml":  pkg("c", ""),
		"a/b/c/src/lib.rs":  {},
		"Cargo.lock":        {Data: []byte(nestedLock)},
		"docs/[1]/text.txt": {},
	}
}

const nestedLock = `version = 4

[[package]]
name = "a"
version = "0.1.0"
dependencies = [
 "c",
]

[[package]]
name = "b"
version = "0.1.0"

[[package]]
name = "c"
version = "0.1.0"

[[package]]
name = "root"
version = "0.1.0"
dependencies = [
 "a",
]

[[package]]
name = "x"
version = "0.1.0"
`

// What is not needed stays out, and what is needed below it comes back.
func TestSourceCopy(t *testing.T) {
	p := newPlan(t, nested(), newSettings(func(s *settings.Settings) { s.Inputs = []string{"x/data.txt"} }), amd64())
	want := []plan.Copy{{
		Include: []string{"**", "a", "a/b/c", "x/data.txt"},
		Exclude: []string{
			"a/b", "!a/b/c", "a/b/c/target", "a/target", "target", "x", "!x/data.txt",
			".git", "**/rust-toolchain", "**/rust-toolchain.toml", "Cargo.lock", ".cargo/config", ".cargo/config.toml",
			"Cargo.toml", "a/Cargo.toml", "a/b/c/Cargo.toml",
		},
	}}
	if diff := cmp.Diff(want, p.Source.Copy); diff != "" {
		t.Error(diff)
	}
	if p.Deps.Copy != nil {
		t.Errorf("the dependencies step copies %v, though no package is solid", p.Deps.Copy)
	}
}

// Cargo.lock tells packages of one name apart by their version, so the masks
// must differ too.
func TestMasksDiffer(t *testing.T) {
	pkg := func(name, version, more string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("[package]\nname = \"" + name + "\"\nversion = \"" + version + "\"\nedition = \"2021\"\n" + more)}
	}
	files := fstest.MapFS{
		"Cargo.toml":     pkg("app", "0.1.0", "[dependencies]\none = { path = \"one\", package = \"dup\" }\ntwo = { path = \"two\", package = \"dup\" }\n"),
		"src/main.rs":    {},
		"one/Cargo.toml": pkg("dup", "1.0.0", ""),
		"one/src/lib.rs": {},
		"two/Cargo.toml": pkg("dup", "2.0.0", ""),
		"two/src/lib.rs": {},
		"Cargo.lock": {Data: []byte("version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"dup 1.0.0\",\n \"dup 2.0.0\",\n]\n" +
			"\n[[package]]\nname = \"dup\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"dup\"\nversion = \"2.0.0\"\n")},
	}
	p := newPlan(t, files, newSettings(), amd64())
	lock := fileText(p.Deps.Files, "Cargo.lock")
	for _, want := range []string{`version = "` + manifest.StubVersion + `"`, `version = "` + manifest.StubVersion + `.1"`, `"dup ` + manifest.StubVersion + `.1"`} {
		if !strings.Contains(lock, want) {
			t.Errorf("the lock file has no %s:\n%s", want, lock)
		}
	}
}

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{"a/b": "a/b", "a[1]": `a\[1\]`, "!x": `\!x`, "a*": `a\*`} {
		if got := plan.Escape(in); got != want {
			t.Errorf("escape(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestRelative(t *testing.T) {
	tests := []struct{ from, to, want string }{
		{".", ".", "."}, {"a", "a", "."}, {".", "a/b", "a/b"}, {"a/b", ".", "../.."},
		{"a/b", "a/c", "../c"}, {"a", "a/b", "b"}, {"ab", "a", "../a"},
	}
	for _, tt := range tests {
		if got := cargo.Relative(tt.from, tt.to); got != tt.want {
			t.Errorf("cargo.Relative(%q, %q) = %q, want %q", tt.from, tt.to, got, tt.want)
		}
	}
}

// Cargo compares times, so the directories of unpacked crates, which are as new as the
// unpacking, are dated where they are mounted as one; those of a layer's crates are not
// its own to date, and what it compiles is newer than all of them.
func TestStepsDateCrates(t *testing.T) {
	one := newPlan(t, project(t, "single"), newSettings(func(*settings.Settings) {}), amd64())
	in := amd64()
	in.Units = layersGraph(t)
	cut := newPlan(t, project(t, "layers"), newSettings(func(s *settings.Settings) { s.Layers = settings.EachCrate }), in)
	for _, tt := range []struct {
		step string
		task plan.Task
		want bool
	}{
		{"dependencies", one.Deps.Task, true}, {"source", one.Source.Task, true},
		{"source over layers", cut.Source.Task, false}, {"layer", cut.Layers[0].Task, false},
	} {
		if tt.task.DateVendor != tt.want {
			t.Errorf("the %s step dates the crates: %t", tt.step, tt.task.DateVendor)
		}
	}
}

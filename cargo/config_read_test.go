package cargo

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/cargo/document"
)

func readConfig(t *testing.T, text, dir string) *Config {
	t.Helper()
	c, err := ReadConfig(archive(text), dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestReadConfigMerges(t *testing.T) {
	for _, c := range []struct {
		reason, text, dir string
		files             []string
		want              map[string]any
	}{
		{"none", "-- Cargo.toml --\n", ".", nil, map[string]any{}},
		{"the name without an extension wins", "-- .cargo/config --\na = 1\n-- .cargo/config.toml --\nb = 1\n", ".",
			[]string{".cargo/config"}, map[string]any{"a": int64(1)}},
		{"the nearest wins, arrays are joined with the nearest last", `
-- .cargo/config.toml --
[build]
jobs = 1
rustflags = ["-far"]
[env]
FAR = "1"
-- x/y/.cargo/config --
[build]
jobs = 2
rustflags = ["-near"]
[env]
NEAR = "1"
-- x/z/.cargo/config.toml --
[build]
jobs = 3
`, "x/y", []string{"x/y/.cargo/config", ".cargo/config.toml"}, map[string]any{
			"build": map[string]any{"jobs": int64(2), "rustflags": []any{"-far", "-near"}},
			"env":   map[string]any{"FAR": "1", "NEAR": "1"},
		}},
		{"what is below does not count", "-- x/.cargo/config.toml --\na = 1\n", ".", nil, map[string]any{}},
		{"a program with its arguments is not joined", `
-- .cargo/config.toml --
[target.x]
runner = ["far", "1"]
-- x/.cargo/config.toml --
[target.x]
runner = "near"
`, "x", []string{"x/.cargo/config.toml", ".cargo/config.toml"}, map[string]any{
			"target": map[string]any{"x": map[string]any{"runner": "near"}},
		}},
		{"a file wins over what it includes, a later include over an earlier one", `
-- .cargo/config.toml --
include = ["one.toml", { path = "../two.toml" }, { path = "no.toml", optional = true }]
[build]
jobs = 1
rustflags = ["-file"]
-- .cargo/one.toml --
[build]
jobs = 2
rustc = "one"
rustflags = ["-one"]
-- two.toml --
[build]
jobs = 3
rustc = "two"
rustflags = ["-two"]
`, ".", []string{".cargo/config.toml", "two.toml", ".cargo/one.toml"}, map[string]any{
			"build": map[string]any{"jobs": int64(1), "rustc": "two", "rustflags": []any{"-one", "-two", "-file"}},
		}},
	} {
		config := readConfig(t, c.text, c.dir)
		if diff := cmp.Diff(c.want, config.Doc); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
		if diff := cmp.Diff(c.files, config.Files); diff != "" {
			t.Errorf("%s: files (-want +got):\n%s", c.reason, diff)
		}
	}
}

func TestReadConfigExtracts(t *testing.T) {
	c := readConfig(t, `
-- .cargo/config.toml --
[build]
target = "x86_64-unknown-linux-musl"
[registries]
corp = { index = "sparse+https://example.com/index/" }
my_other = { index = "https://example.com/index.git" }
[registries.crates-io]
protocol = "sparse"
[source.crates-io]
replace-with = "vendored"
[source.vendored]
directory = "vendor"
[source.fork]
git = "https://example.com/fork"
branch = "main"
replace-with = "vendored"
-- app/.cargo/config.toml --
[source.near]
directory = "crates"
[source.vendored]
replace-with = "near"
`, "app")
	if diff := cmp.Diff([]string{"x86_64-unknown-linux-musl"}, c.BuildTargets); diff != "" {
		t.Error(diff)
	}
	const file, near = ".cargo/config.toml", "app/.cargo/config.toml"
	registries := map[string]Registry{
		"corp":     {Name: "corp", Index: "sparse+https://example.com/index/", Position: document.Position{File: file, Line: 4, Column: 1}},
		"my_other": {Name: "my_other", Index: "https://example.com/index.git", Position: document.Position{File: file, Line: 5, Column: 1}},
	}
	if diff := cmp.Diff(registries, c.Registries); diff != "" {
		t.Errorf("registries (-want +got):\n%s", diff)
	}
	sources := map[string]SourceConfig{
		"crates-io": {Name: "crates-io", ReplaceWith: "vendored", Position: document.Position{File: file, Line: 8, Column: 9}},
		"vendored":  {Name: "vendored", Directory: "vendor", ReplaceWith: "near", Position: document.Position{File: near, Line: 3, Column: 9}},
		"fork":      {Name: "fork", Git: "https://example.com/fork", Branch: "main", ReplaceWith: "vendored", Position: document.Position{File: file, Line: 12, Column: 9}},
		"near":      {Name: "near", Directory: "app/crates", Position: document.Position{File: near, Line: 1, Column: 9}},
	}
	if diff := cmp.Diff(sources, c.Sources); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
	if at := c.At("source", "vendored", "directory"); at.File != file || at.Line != 11 {
		t.Errorf("the directory is said to be at %v", at)
	}
	if got := readConfig(t, "-- .cargo/config.toml --\nbuild.target = [\"a\", \"b\"]\n", ".").BuildTargets; len(got) != 2 {
		t.Errorf("targets are %v", got)
	}
}

func TestReadConfigErrors(t *testing.T) {
	for _, c := range []struct{ reason, text, want string }{
		{"not TOML", "a = \n", ".cargo/config.toml:1: not valid TOML"},
		{"build.target of a wrong type", "[build]\ntarget = 1\n", ".cargo/config.toml:2: build.target must be an array of strings"},
		{"an element of a wrong type", "[build]\ntarget = [\n\"a\",\n1]\n", ".cargo/config.toml:4: build.target"},
		{"build is no table", "build = 1\n", ".cargo/config.toml:1: build must be a table"},
		{"registries is no table", "registries = 1\n", ".cargo/config.toml:1: registries must be a table"},
		{"a registry is no table", "[registries]\nx = 1\n", ".cargo/config.toml:2: registries.x must be a table"},
		{"an index of a wrong type", "[registries.x]\nindex = 1\n", ".cargo/config.toml:2: registries.x.index must be a string"},
		{"source is no table", "source = 1\n", ".cargo/config.toml:1: source must be a table"},
		{"a source is no table", "[source]\nx = 1\n", ".cargo/config.toml:2: source.x must be a table"},
		{"a directory of a wrong type", "[source.x]\ndirectory = 1\n", ".cargo/config.toml:2: source.x.directory must be a string"},
		{"a directory outside", "[source.x]\ndirectory = \"../v\"\n", `.cargo/config.toml:2: the directory "../v" of the source "x" is outside the build context`},
		{"an absolute directory", "[source.x]\ndirectory = \"/v\"\n", ".cargo/config.toml:2: outside the build context"},
		{"a source without a place", "[source.x]\nreplace-with = \"y\"\n", `.cargo/config.toml:1: the source "x" says nowhere where it is`},
		{"a source in two places", "[source.x]\ndirectory = \"v\"\ngit = \"https://example.com\"\n", `.cargo/config.toml:1: more than one of`},
		{"a branch without git", "[source.x]\ndirectory = \"v\"\nbranch = \"b\"\n", `.cargo/config.toml:1: no git repository`},
		{"an include that is not there", "include = [\"x.toml\"]\n", ".cargo/config.toml:1: .cargo/x.toml is not in the context"},
		{"an include outside", "include = [\n\"../../x.toml\"]\n", ".cargo/config.toml:2: outside the build context"},
		{"an include of a wrong name", "include = [\"x\"]\n", ".cargo/config.toml:1: must end with .toml"},
		{"an include of a wrong type", "include = \"x.toml\"\n", ".cargo/config.toml:1: include must be an array"},
		{"an include in a circle", "include = [\"config.toml\"]\n", ".cargo/config.toml:1: includes itself in the end"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			_, err := ReadConfig(archive("-- .cargo/config.toml --\n"+c.text), ".")
			wantError(t, err, c.want)
		})
	}
	_, err := ReadConfig(archive("-- .cargo/config.toml --\n[build]\ntarget = \"a\"\n-- x/.cargo/config.toml --\n[build]\ntarget = [\"b\"]\n"), "x")
	wantError(t, err, ".cargo/config.toml:2: build.target must be an array as in x/.cargo/config.toml, not a string")
}

func TestReplacement(t *testing.T) {
	const crates = "registry+https://github.com/rust-lang/crates.io-index"
	const vendored = "[source.crates-io]\nreplace-with = \"v\"\n[source.v]\ndirectory = \"vendor\"\n"
	for _, c := range []struct {
		reason, text, source string
		name                 string // of the result, "" for none
		err                  string
	}{
		{"no configuration", "", "crates-io", "", ""},
		{"by name", vendored, "crates-io", "v", ""},
		{"as in Cargo.lock", vendored, crates, "v", ""},
		{"by the sparse index", vendored, "sparse+https://index." + cratesIO + "/", "v", ""},
		{"another registry is not concerned", vendored, "sparse+https://example.com/", "", ""},
		{"a registry", "[source.r]\nregistry = \"sparse+https://example.com/\"\nreplace-with = \"v\"\n[source.v]\ndirectory = \"vendor\"\n", "sparse+https://example.com/", "v", ""},
		{"a registry with a git index", "[source.r]\nregistry = \"https://example.com/i\"\nreplace-with = \"v\"\n[source.v]\ndirectory = \"vendor\"\n", "registry+https://example.com/i.git", "v", ""},
		{"a repository with its reference, whatever the commit", "[source.g]\ngit = \"https://example.com/g\"\nbranch = \"a\"\nreplace-with = \"v\"\n[source.v]\ndirectory = \"vendor\"\n", "git+https://example.com/g.git?branch=a#1234", "v", ""},
		{"a repository with another reference", "[source.g]\ngit = \"https://example.com/g\"\nbranch = \"a\"\nreplace-with = \"v\"\n[source.v]\ndirectory = \"vendor\"\n", "git+https://example.com/g#1234", "", ""},
		{"a chain", "[source.crates-io]\nreplace-with = \"a\"\n[source.a]\nregistry = \"https://example.com/a\"\nreplace-with = \"b\"\n[source.b]\nregistry = \"https://example.com/b\"\n", "crates-io", "b", ""},
		{"a registry of [registries]", "[source.crates-io]\nreplace-with = \"corp\"\n[registries.corp]\nindex = \"sparse+https://example.com/\"\n", "crates-io", "corp", ""},
		{"crates-io needs no configuration", "[source.a]\nregistry = \"https://example.com/a\"\nreplace-with = \"crates-io\"\n", "registry+https://example.com/a", "crates-io", ""},
		{"crates-io put elsewhere", "[source.crates-io]\ndirectory = \"vendor\"\n", "crates-io", "crates-io", ""},
		{"crates-io where it is", "[source.crates-io]\nregistry = \"https://github.com/rust-lang/crates.io-index\"\n", "crates-io", "", ""},
		{"a source that is not replaced", "[source.a]\nregistry = \"https://example.com/a\"\n", "registry+https://example.com/a", "", ""},
		{"an unknown name", "[source.crates-io]\nreplace-with = \"v\"\n[source.w]\ndirectory = \"w\"\n[registries.corp]\nindex = \"sparse+https://example.com/\"\n", "crates-io", "",
			`.cargo/config.toml:2: there is no source "v" to replace "crates-io" with; there are: corp, crates-io, w`},
		{"a cycle", "[source.crates-io]\nreplace-with = \"a\"\n[source.a]\nregistry = \"https://example.com/a\"\nreplace-with = \"crates-io\"\n", "crates-io", "",
			`.cargo/config.toml:5: the source "crates-io" is replaced with itself in the end: crates-io, a, crates-io`},
	} {
		t.Run(c.reason, func(t *testing.T) {
			config := readConfig(t, "-- .cargo/config.toml --\n"+c.text, ".")
			got, ok, err := config.Replacement(c.source)
			if c.err != "" {
				wantError(t, err, c.err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if ok != (c.name != "") || ok && got.Name != c.name {
				t.Errorf("%s is replaced with %q (%v), want %q", c.source, got.Name, ok, c.name)
			}
		})
	}
}

func TestIndexOf(t *testing.T) {
	ws := &Workspace{Config: readConfig(t, `
-- .cargo/config.toml --
[registries]
corp.index = "sparse+https://example.com/index/"
git.index = "https://example.com/index.git"
`, ".")}
	for name, want := range map[string]string{
		"":          "registry+https://github.com/rust-lang/crates.io-index",
		"crates-io": "registry+https://github.com/rust-lang/crates.io-index",
		"corp":      "sparse+https://example.com/index/",
		"git":       "registry+https://example.com/index.git",
		"other":     "",
	} {
		if got := ws.IndexOf(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := (&Workspace{}).IndexOf("corp"); got != "" {
		t.Errorf("without a configuration: %q", got)
	}
}

func FuzzReadConfig(f *testing.F) {
	f.Add("[source.crates-io]\nreplace-with = \"v\"\n[source.v]\ndirectory = \"vendor\"\n")
	f.Add("include = [\"a.toml\"]\nbuild.target = [\"a\"]\n")
	f.Fuzz(func(_ *testing.T, text string) {
		if strings.Contains(text, "\n-- ") {
			return
		}
		c, err := ReadConfig(archive("-- .cargo/config.toml --\n"+text), ".")
		if err == nil {
			_, _, _ = c.Replacement("crates-io")
		}
	})
}

package cargo

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/cargo/document"
)

// targetLines writes each target in one line.
func targetLines(targets []Target) string {
	var b strings.Builder
	for _, t := range targets {
		fmt.Fprintf(&b, "%s %s %s %s %s", t.Kind, t.Name, t.CrateName, t.Path, strings.Join(t.CrateTypes, ","))
		if t.ProcMacro {
			b.WriteString(" proc")
		}
		if t.RequiredFeatures != nil {
			fmt.Fprintf(&b, " needs %s", strings.Join(t.RequiredFeatures, ","))
		}
		fmt.Fprintf(&b, " :%d\n", t.Position.Line)
	}
	return b.String()
}

// https://doc.rust-lang.org/cargo/reference/cargo-targets.html
func TestTargets(t *testing.T) {
	tests := []struct {
		reason   string
		manifest string // behind [package] and name = "my-app"
		files    string // separated by spaces
		want     string
	}{
		{
			"what lies where cargo looks is found",
			"edition = \"2021\"", "src/lib.rs src/main.rs src/bin/b.rs src/bin/a-b/main.rs src/bin/a-b/other.rs src/bin/none/x.rs src/bin/.h.rs src/bin/README.md build.rs examples/e.rs tests/t.rs",
			"lib my_app my_app src/lib.rs lib :1\nbin a-b a_b src/bin/a-b/main.rs bin :1\nbin b b src/bin/b.rs bin :1\nbin my-app my_app src/main.rs bin :1\n" +
				"custom-build build-script-build build_script_build build.rs bin :1\n",
		},
		{
			"[lib] with everything",
			"[lib]\nname = \"core\"\npath = \"lib/./core.rs\"\ncrate-type = [\"cdylib\", \"rlib\"]", "lib/core.rs src/lib.rs",
			"lib core core lib/core.rs cdylib,rlib :3\n",
		},
		{"proc-macro", "[lib]\nproc-macro = true", "src/lib.rs", "lib my_app my_app src/lib.rs proc-macro proc :3\n"},
		{"proc_macro", "[lib]\nproc_macro = true", "src/lib.rs", "lib my_app my_app src/lib.rs proc-macro proc :3\n"},
		{"a crate type wins over proc-macro", "[lib]\nproc-macro = true\ncrate_type = [\"rlib\"]", "src/lib.rs", "lib my_app my_app src/lib.rs rlib :3\n"},
		{"autolib = false", "autolib = false", "src/lib.rs src/main.rs", "bin my-app my_app src/main.rs bin :1\n"},
		{
			"a [[bin]] takes the name of a file that would be found",
			"edition = \"2018\"\n[[bin]]\nname = \"x\"\npath = \"src/bin/b.rs\"\nrequired-features = [\"f\"]\n[[bin]]\nname = \"my-app\"\n[features]\nf = []",
			"src/main.rs src/bin/b.rs src/bin/c.rs",
			"bin c c src/bin/c.rs bin :1\nbin my-app my_app src/main.rs bin :8\nbin x x src/bin/b.rs bin needs f :4\n",
		},
		{"a [[bin]] in a directory", "edition = \"2018\"\n[[bin]]\nname = \"d\"", "src/bin/d/main.rs", "bin d d src/bin/d/main.rs bin :4\n"},
		{"edition 2015 with a [[bin]] discovers nothing more", "[[bin]]\nname = \"b\"", "src/main.rs src/bin/b.rs src/bin/c.rs", "bin b b src/bin/b.rs bin :3\n"},
		{"edition 2015 with autobins", "autobins = true\n[[bin]]\nname = \"b\"", "src/bin/b.rs src/bin/c.rs", "bin b b src/bin/b.rs bin :4\nbin c c src/bin/c.rs bin :1\n"},
		{"edition 2015 looks in src too", "[[bin]]\nname = \"b\"\n[[bin]]\nname = \"c\"", "src/b.rs src/main.rs", "bin b b src/b.rs bin :3\nbin c c src/main.rs bin :5\n"},
		{"edition 2015 has src/NAME.rs for a library", "[lib]\nname = \"old\"", "src/old.rs", "lib old old src/old.rs lib :3\n"},
		{"autobins = false", "autobins = false\nedition = \"2021\"", "src/lib.rs src/main.rs src/bin/b.rs", "lib my_app my_app src/lib.rs lib :1\n"},
		{"build = false", "build = false", "src/lib.rs build.rs", "lib my_app my_app src/lib.rs lib :1\n"},
		{"a build script's path", "build = \"ci/make.rs\"", "src/lib.rs build.rs ci/make.rs", "lib my_app my_app src/lib.rs lib :1\ncustom-build build-script-make build_script_make ci/make.rs bin :3\n"},
		{
			"several build scripts", "build = [\"a.rs\", \"b.rs\"]", "src/lib.rs a.rs b.rs",
			"lib my_app my_app src/lib.rs lib :1\ncustom-build build-script-a build_script_a a.rs bin :3\ncustom-build build-script-b build_script_b b.rs bin :3\n",
		},
		{"a package of tests only", "", "tests/t.rs", ""},
		{"a package of a declared example only", "[[example]]\nname = \"e\"\npath = \"e.rs\"", "e.rs", ""},
		{"default-run", "default-run = \"b\"", "src/bin/b.rs", "bin b b src/bin/b.rs bin :1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			files := fstest.MapFS{"Cargo.toml": {Data: []byte("[package]\nname = \"my-app\"\n" + tt.manifest)}}
			for _, name := range strings.Fields(tt.files) {
				files[name] = &fstest.MapFile{}
			}
			ws, err := Load(files)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, targetLines(ws.Packages[0].Targets)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGlob(t *testing.T) {
	tests := []struct {
		pattern, name string
		want          bool
	}{
		{"*", "", true}, {"*", "abc", true}, {"*", ".a", true},
		{"a*c", "ac", true}, {"a*c", "abbc", true}, {"a*c", "abbd", false}, {"a*b*c", "abxbc", true},
		{"a?c", "abc", true}, {"a?c", "ac", false}, {"?", "é", true},
		{"[a-c]x", "bx", true}, {"[a-c]x", "dx", false}, {"[!a-c]x", "dx", true}, {"[!a-c]x", "ax", false},
		{"[]]", "]", true}, {"[!]]", "]", false}, {"[a-]", "-", true}, {"[-a]", "-", true}, {"x[y", "xy", false},
	}
	for _, tt := range tests {
		m, problem := compileGlob(tt.pattern)
		if got := problem == "" && m.match(tt.name); got != tt.want {
			t.Errorf("%s on %q: %v", tt.pattern, tt.name, got)
		}
	}
}

func TestReadToolchain(t *testing.T) {
	at := func(file string, line int) document.Position {
		return document.Position{File: file, Line: line, Column: 1}
	}
	tests := []struct {
		reason, files string
		want          *Toolchain
		err           string
	}{
		{"none", "-- x --\n", nil, ""},
		{"a channel alone", "-- rust-toolchain --\n\n1.90.0\n\n", &Toolchain{Channel: "1.90.0", Position: at("rust-toolchain", 1)}, ""},
		{"TOML without ending", "-- rust-toolchain --\n[toolchain]\nchannel = \"nightly\"\n", &Toolchain{Channel: "nightly", Position: at("rust-toolchain", 2)}, ""},
		{
			"everything", "-- rust-toolchain.toml --\n[toolchain]\nprofile = \"minimal\"\nchannel = \"1.90\"\ncomponents = [\"clippy\"]\ntargets = [\"wasm32-wasip1\"]\n",
			&Toolchain{Channel: "1.90", Profile: "minimal", Components: []string{"clippy"}, Targets: []string{"wasm32-wasip1"}, Position: at("rust-toolchain.toml", 3)}, "",
		},
		{"the file without ending wins", "-- rust-toolchain --\nstable\n-- rust-toolchain.toml --\n[toolchain]\nchannel = \"beta\"\n", &Toolchain{Channel: "stable", Position: at("rust-toolchain", 1)}, ""},
		{"a path", "-- rust-toolchain.toml --\n[toolchain]\npath = \"/opt\"\n", &Toolchain{Path: "/opt", Position: at("rust-toolchain.toml", 2)}, ""},
		{"a path and a channel", "-- rust-toolchain.toml --\n[toolchain]\npath = \"/opt\"\nchannel = \"1\"\n", nil, "rust-toolchain.toml:2: by path cannot have anything else"},
		{"no table", "-- rust-toolchain.toml --\nchannel = \"1\"\n", nil, "rust-toolchain.toml:1: no [toolchain] table"},
		{"a channel where TOML is wanted", "-- rust-toolchain.toml --\nstable\n", nil, "rust-toolchain.toml:1: not valid TOML"},
		{"a number", "-- rust-toolchain.toml --\n[toolchain]\nchannel = 1.90\n", nil, "rust-toolchain.toml:2: toolchain.channel must be a string, not a float"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			got, err := ReadToolchain(archive(tt.files), ".")
			if tt.err != "" {
				wantError(t, err, tt.err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

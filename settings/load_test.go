package settings

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
)

// single is a package whose table of settings begins on line 6.
func single(table string) fstest.MapFS {
	return archive("-- Cargo.toml --\n[package]\nname = \"app\"\nversion = \"1.0.0\"\nedition = \"2021\"\n\n" + table + "\n-- src/main.rs --\n")
}

func TestLoadPrecedence(t *testing.T) {
	const project = `
-- Cargo.toml --
[workspace]
members = ["app", "other"]
resolver = "2"
[workspace.metadata.rust-frontend]
package = "app"
profile = "dev"
strip = "none"
features = ["workspace"]
inputs = ["workspace"]
[workspace.metadata.rust-frontend.image]
workdir = "/workspace"
labels = { a = "workspace", b = "workspace", c = "workspace" }
-- app/Cargo.toml --
[package]
name = "app"
version = "1.0.0"
[package.metadata.rust-frontend]
strip = "symbols"
features = ["package"]
inputs = ["package"]
image.labels = { b = "package" }
-- app/src/main.rs --
-- other/Cargo.toml --
[package]
name = "other"
version = "1.0.0"
[package.metadata.rust-frontend]
toolchain = "rust:other"
-- other/src/main.rs --
`
	file, err := document.Parse("image.toml", []byte("strip = \"debuginfo\"\nprofile = \"bench\"\nimage.labels.b = \"file\"\nimage.labels.c = \"file\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := Load(load(t, archive(project)), Source{
		BuildArgs: map[string]string{"features": "arg", "image.labels.d": "arg"},
		Cmdline:   map[string]string{"features": "line", "inputs": "line"},
		File:      file,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &Settings{
		Package:         "app",           // 5
		Features:        []string{"arg"}, // 1 before 2, 3 and 5
		Inputs:          []string{"line"},
		Strip:           "symbols", // 3 before 4 and 5
		Profile:         "bench",   // 4 before 5
		DefaultFeatures: true,      // 6
		Layers:          DefaultLayers,
		Image: ImageSettings{
			Workdir: "/workspace",
			Labels:  map[string]string{"a": "workspace", "b": "package", "c": "file", "d": "arg"},
		},
	}
	if diff := cmp.Diff(want, s, cmpopts.IgnoreFields(Settings{}, "Origins")); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	for key, at := range map[string]document.Position{
		"features": {}, "inputs": {}, "strip": {File: "app/Cargo.toml", Line: 5, Column: 1},
		"profile": {File: "image.toml", Line: 2, Column: 1}, "package": {File: "Cargo.toml", Line: 5, Column: 1},
	} {
		if s.Where(key) != at {
			t.Errorf("%s was set at %+v, want %+v", key, s.Where(key), at)
		}
	}
}

func TestLoadPackage(t *testing.T) {
	member := func(name, toolchain string, files ...string) string {
		out := "-- " + name + "/Cargo.toml --\n[package]\nname = \"" + name + "\"\nversion = \"1.0.0\"\n[package.metadata.rust-frontend]\ntoolchain = \"" + toolchain + "\"\n"
		for _, f := range files {
			out += "-- " + name + "/" + f + " --\n"
		}
		return out
	}
	virtual := "-- Cargo.toml --\n[workspace]\nresolver = \"2\"\nmembers = [\"*\"]\n"
	rooted := "-- Cargo.toml --\n[package]\nname = \"root\"\nversion = \"1.0.0\"\n[workspace]\nmembers = [\"a\", \"b\"]\n" +
		"[package.metadata.rust-frontend]\ntoolchain = \"rust:root\"\n"
	tests := []struct {
		reason   string
		project  string
		src      Source
		want     string
		warnings int
	}{
		{"the only member with a binary", virtual + member("a", "rust:a", "src/main.rs") + member("b", "rust:b", "src/lib.rs"), Source{}, "rust:a", 0},
		{"no package when several have one", virtual + member("a", "rust:a", "src/main.rs") + member("b", "rust:b", "src/main.rs"), Source{}, "", 0},
		{"the target, which is a binary of one", virtual + member("a", "rust:a", "src/main.rs") + member("b", "rust:b", "src/bin/tool.rs"), Source{Target: "tool"}, "rust:b", 0},
		{"the target, which is a package", virtual + member("a", "rust:a", "src/main.rs") + member("b", "rust:b", "src/bin/tool.rs"), Source{Target: "b"}, "rust:b", 0},
		{"no package of a target that there is not", virtual + member("a", "rust:a", "src/main.rs") + member("b", "rust:b", "src/main.rs"), Source{Target: "c"}, "", 0},
		{"a build argument over the target", virtual + member("a", "rust:a", "src/main.rs") + member("b", "rust:b", "src/main.rs"),
			Source{Target: "a", BuildArgs: map[string]string{"package": "b"}}, "rust:b", 0},
		{"the target's package and not the root package", rooted + "-- src/main.rs --\n" + member("a", "rust:a", "src/main.rs") + member("b", "rust:b", "src/main.rs"),
			Source{Target: "a"}, "rust:a", 0},
		{"a build argument", virtual + member("a", "rust:a", "src/main.rs") + member("b", "rust:b", "src/main.rs"),
			Source{BuildArgs: map[string]string{"package": "b"}, Cmdline: map[string]string{"package": "a"}}, "rust:b", 0},
		{"the syntax line", virtual + member("a", "rust:a", "src/main.rs") + member("b", "rust:b", "src/main.rs"),
			Source{Cmdline: map[string]string{"package": "b"}}, "rust:b", 0},
		{"the root package", rooted + "-- src/main.rs --\n" + member("a", "rust:a", "src/main.rs") + member("b", "rust:b", "src/main.rs"), Source{}, "rust:root", 0},
		{"another package than the root's", rooted + "-- src/main.rs --\n" + member("a", "rust:a", "src/main.rs") + member("b", "rust:b", "src/main.rs"),
			Source{BuildArgs: map[string]string{"package": "b"}}, "rust:b", 0},
		{"the root package names another, and its own table is not used", rooted + "package = \"b\"\n-- src/main.rs --\n" + member("a", "rust:a", "src/main.rs") + member("b", "rust:b", "src/main.rs"),
			Source{}, "rust:b", 1},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			s, warnings, err := Load(load(t, archive(tt.project)), tt.src)
			if err != nil {
				t.Fatal(err)
			}
			if s.Toolchain != tt.want {
				t.Errorf("toolchain %q, want %q", s.Toolchain, tt.want)
			}
			if len(warnings) != tt.warnings {
				t.Errorf("warnings %v, want %d", warnings, tt.warnings)
			}
		})
	}
}

func TestLoadValues(t *testing.T) {
	yes, user := true, "1000:users"
	tests := []struct {
		reason string
		table  string            // settings in the manifest
		args   map[string]string // build arguments that say the same
		want   func(*Settings)
	}{
		{"nothing is set", "", nil, func(*Settings) {}},
		{"texts and switches",
			"profile = \"dev\"\nall-features = true\ndefault-features = false\ntriple = \"aarch64-unknown-linux-gnu\"\ntoolchain = \"registry.example.com:5000/rust:1.90@sha256:" + strings.Repeat("0", 64) + "\"",
			map[string]string{"profile": "dev", "all-features": "1", "default-features": "false", "triple": "aarch64-unknown-linux-gnu", "toolchain": "registry.example.com:5000/rust:1.90@sha256:" + strings.Repeat("0", 64)},
			func(s *Settings) {
				s.Profile, s.AllFeatures, s.DefaultFeatures, s.Triple = "dev", true, false, "aarch64-unknown-linux-gnu"
				s.Toolchain = "registry.example.com:5000/rust:1.90@sha256:" + strings.Repeat("0", 64)
			}},
		{"lists", "bins = [\"b\", \"a\"]\nfeatures = []\ninputs = [\"./proto/**\"]\nimage.entrypoint = [\"/a,b\", \"\"]",
			map[string]string{"bins": "b, a", "features": "", "inputs": "proto/**", "image.entrypoint": `["/a,b", ""]`},
			func(s *Settings) {
				s.Bins, s.Features, s.Inputs, s.Image.Entrypoint = []string{"b", "a"}, []string{}, []string{"proto/**"}, []string{"/a,b", ""}
			}},
		{"tables of strings", "env = { A = \"1\", B = \"x=y\" }\nimage.env.C = \"a,b\"\nimage.labels.\"org.example.x\" = \"\"",
			map[string]string{"env": "A=1,B=x=y", "image.env": `{ C = "c" }`, "image.env.C": "a,b", "image.labels.org.example.x": ""},
			func(s *Settings) {
				s.Env, s.Image.Env = map[string]string{"A": "1", "B": "x=y"}, map[string]string{"C": "a,b"}
				s.Image.Labels = map[string]string{"org.example.x": ""}
			}},
		{"the image", "image = { base = \"debian:13\", user = \"1000:users\", workdir = \"/data/\", volumes = [\"/b\", \"/a/\", \"/b\"], stop-signal = \"int\", ca-certificates = true, tzdata = true }",
			map[string]string{"image.base": "debian:13", "image.user": "1000:users", "image.workdir": "/data", "image.volumes": "/b,/a", "image.stop-signal": "SIGINT", "image.ca-certificates": "true", "image.tzdata": "1"},
			func(s *Settings) {
				s.Image = ImageSettings{Base: "debian:13", User: &user, Workdir: "/data", Volumes: []string{"/a", "/b"}, StopSignal: "SIGINT", CACertificates: &yes, TZData: true}
			}},
		{"scratch is no base", "image.base = \"scratch\"", map[string]string{"image.base": ""}, func(*Settings) {}},
		{"ports in order, each once", "image.expose = [9001, \"53/udp\", \"9000-9002/TCP\", \"53\"]", map[string]string{"image.expose": "9001,53/udp,9000-9002/tcp,53"},
			func(s *Settings) {
				s.Image.Expose = []string{"53/tcp", "53/udp", "9000/tcp", "9001/tcp", "9002/tcp"}
			}},
		{"a health check", "[package.metadata.rust-frontend.image.healthcheck]\ncmd = [\"/app\", \"--health\"]\ninterval = \"1m30s\"\ntimeout = \"3s\"\nstart-period = \"0s\"\nstart-interval = \"1ms\"\nretries = 2",
			map[string]string{"image.healthcheck.cmd": `["/app", "--health"]`, "image.healthcheck.interval": "90s", "image.healthcheck.timeout": "3s", "image.healthcheck.start-period": "0", "image.healthcheck.start-interval": "1ms", "image.healthcheck.retries": "2"},
			func(s *Settings) {
				s.Image.Healthcheck = &Healthcheck{Cmd: []string{"CMD", "/app", "--health"}, Interval: 90 * time.Second, Timeout: 3 * time.Second, StartInterval: time.Millisecond, Retries: 2}
			}},
		{"a health check for the base's shell", "image.base = \"debian\"\nimage.healthcheck.cmd = \"true\"", map[string]string{"image.base": "debian", "image.healthcheck.cmd": "true"},
			func(s *Settings) {
				s.Image.Base, s.Image.Healthcheck = "debian", &Healthcheck{Cmd: []string{"CMD-SHELL", "true"}}
			}},
		{"no health check", "image.healthcheck.cmd = []", map[string]string{"image.healthcheck.cmd": "[]"},
			func(s *Settings) { s.Image.Healthcheck = &Healthcheck{Cmd: []string{"NONE"}} }},
		{"files", "[[package.metadata.rust-frontend.image.files]]\nfrom = \"assets\"\nto = \"/srv/assets/\"\n[[package.metadata.rust-frontend.image.files]]\nfrom = \"a.sh\"\nto = \"/a.sh\"\nowner = \"0:65532\"\nmode = 0o755",
			map[string]string{"image.files": `[{ from = "assets", to = "/srv/assets/" }, { from = "a.sh", to = "/a.sh", owner = "0:65532", mode = "0755" }]`},
			func(s *Settings) {
				s.Image.Files = []ExtraFile{{From: "assets", To: "/srv/assets/"}, {From: "a.sh", To: "/a.sh", Owner: "0:65532", Mode: 0o755}}
			}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			want := newSettings(tt.want)
			inFile := single("[package.metadata.rust-frontend]\n" + tt.table)
			for name, got := range map[string]func() (*Settings, []Warning, error){
				"file": func() (*Settings, []Warning, error) { return Load(load(t, inFile), Source{}) },
				"arguments": func() (*Settings, []Warning, error) {
					return Load(load(t, single("")), Source{BuildArgs: tt.args})
				},
				"line": func() (*Settings, []Warning, error) {
					return Load(load(t, single("")), Source{Cmdline: tt.args})
				},
			} {
				s, warnings, err := got()
				if err != nil || len(warnings) > 0 {
					t.Errorf("%s: %v %v", name, err, warnings)
					continue
				}
				if diff := cmp.Diff(want, s, cmpopts.IgnoreFields(Settings{}, "Origins"), cmpopts.IgnoreFields(ExtraFile{}, "Line")); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

// What a package's own table names is read by that package, selected or not; what the
// workspace names, by all.
func TestInputsOfPackages(t *testing.T) {
	const files = `
-- Cargo.toml --
[workspace]
members = ["a", "b"]
[workspace.metadata.rust-frontend]
package = "a"
inputs = ["shared"]
-- a/Cargo.toml --
[package]
name = "a"
version = "0.1.0"
OWN
-- a/src/main.rs --
-- b/Cargo.toml --
[package]
name = "b"
version = "0.1.0"
[package.metadata.rust-frontend]
inputs = ["proto"]
-- b/src/lib.rs --
`
	const own = "[package.metadata.rust-frontend]\ninputs = [\"data\"]"
	for _, tt := range []struct {
		reason, of string
		args       map[string]string
		a, b       []string
	}{
		{"the selected package has none", "", nil, []string{"shared"}, []string{"shared", "proto"}},
		{"it has some", own, nil, []string{"shared", "data"}, []string{"shared", "proto"}},
		{"an argument is for all", own, map[string]string{"inputs": "said"}, []string{"said"}, []string{"said", "proto"}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			ws := load(t, archive(strings.Replace(files, "OWN", tt.of, 1)))
			s, _, err := Load(ws, Source{BuildArgs: tt.args})
			if err != nil {
				t.Fatal(err)
			}
			for dir, want := range map[string][]string{"a": tt.a, "b": tt.b} {
				if diff := cmp.Diff(want, s.InputsFor([]*cargo.Package{{Dir: dir}})); diff != "" {
					t.Errorf("inputs of %s (-want +got):\n%s", dir, diff)
				}
			}
		})
	}
}

func TestUnusedArguments(t *testing.T) {
	_, warnings, err := Load(load(t, single("")), Source{BuildArgs: map[string]string{
		"BUILDKIT_SYNTAX": "x", "BUILDKIT_MULTI_PLATFORM": "1", "SOURCE_DATE_EPOCH": "0", "HTTP_PROXY": "x", "no_proxy": "x",
		"TARGETPLATFORM": "x", "BUILDARCH": "x", "SBOM_SCAN_STAGE": "true", "VERSION": "1", "CI": "true",
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []Warning{{Msg: "build argument CI is not used"}, {Msg: "build argument VERSION is not used"}}
	if diff := cmp.Diff(want, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// TestKeys makes sure that docs/settings.md has every key, and that each key
// can be documented.
func TestKeys(t *testing.T) {
	const name = "../docs/settings.md"
	var b strings.Builder
	b.WriteString(`# Settings

<!-- Written by go test ./settings -run TestKeys -update. -->

Every setting is a key of a table in Cargo.toml, a key of a settings file that is
given with -f, an argument in the line "# syntax=IMAGE KEY=VALUE" and a build
argument. The first of these that has a key decides; tables of strings are merged
entry by entry:

1. a build argument, as in ` + "`--build-arg image.user=0`" + `;
2. an argument in the syntax line;
3. ` + "`[package.metadata.rust-frontend]`" + ` of the selected package;
4. the settings file, where the keys stand at the top;
5. ` + "`[workspace.metadata.rust-frontend]`" + `;
6. the default.

The selected package is the one that ` + "`package`" + ` names (in a member's own table it
cannot), else the one that ` + "`--target`" + ` picks, else the root package, else the only
member with a binary.

An argument is TOML when it begins with ` + "`[`, `{` or `\"`" + `. Otherwise lists are
separated by commas (` + "`features=a,b`" + `), tables are ` + "`NAME=VALUE`" + ` pairs separated by
commas, a single entry is ` + "`image.env.NAME=VALUE`" + `, and booleans are true, false, 1
or 0. A build argument that is nearly the name of a setting is an error, any other
unknown one a warning.

| key | type | default | |
|---|---|---|---|
`)
	for _, k := range Keys() {
		if k.Type == "" || !strings.HasSuffix(k.Doc, ".") {
			t.Errorf("key %s has no type or no sentence", k.Name)
		}
		b.WriteString("| `" + k.Name + "` | " + k.Type + " | " + k.Default + " | " + k.Doc + " |\n")
	}
	if *update {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.String(), string(got)); diff != "" {
		t.Errorf("%s (-want +got, -update writes it):\n%s", name, diff)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("bins = [\"a\"]\nimage.files = [{ from = \"a\", to = \"/a\", mode = 0o755 }]", "image.labels", "a=b")
	f.Add("image.healthcheck = {}", "image.env.A", "x")
	for _, k := range Keys() {
		f.Add("", k.Name, "1,2")
		f.Add("", k.Name, "[{a=1}]")
	}
	f.Fuzz(func(t *testing.T, table, name, value string) {
		ws, err := cargo.Load(single(strings.ReplaceAll("[package.metadata.rust-frontend]\n"+table, "\n-- ", "\n")))
		if err != nil {
			return
		}
		s, _, err := Load(ws, Source{BuildArgs: map[string]string{name: value}})
		var positional *document.Error
		switch {
		case err != nil && !errors.As(err, &positional):
			t.Errorf("%v is no *document.Error", err)
		case err == nil:
			if slices.Contains(slices.Collect(maps.Keys(s.Image.Labels)), "") {
				t.Error("a label without a name")
			}
		}
	})
}

package frontend

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/moby/buildkit/frontend/dockerui"
	"golang.org/x/tools/txtar"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

const noCacheProject = `
-- Cargo.toml --
[workspace]
members = ["app", "lib", "other"]
resolver = "2"
-- Cargo.lock --
version = 4

[[package]]
name = "Inflector"
version = "0.11.4"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "fe438c63458706e03479442743baae6c88256498e6431708f6dfc520a26515d3"

[[package]]
name = "app"
version = "1.0.0"
dependencies = ["Inflector", "lib"]

[[package]]
name = "lib"
version = "1.0.0"

[[package]]
name = "other"
version = "1.0.0"
-- app/Cargo.toml --
[package]
name = "app"
version = "1.0.0"
[dependencies]
Inflector = "0.11"
lib = { path = "../lib" }
[[bin]]
name = "server"
path = "src/main.rs"
-- app/src/main.rs --
-- lib/Cargo.toml --
[package]
name = "lib"
version = "1.0.0"
-- lib/src/lib.rs --
-- other/Cargo.toml --
[package]
name = "other"
version = "1.0.0"
-- other/src/main.rs --
`

// noCacheBuilder is a build of that project with some options.
func noCacheBuilder(t *testing.T, opts map[string]string) *builder {
	t.Helper()
	files := fstest.MapFS{}
	for _, f := range txtar.Parse([]byte(noCacheProject)).Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	ws, err := cargo.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	c := capable()
	c.opts = opts
	bc, err := dockerui.NewClient(c)
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{client: c, dockerui: bc, project: &project{workspace: ws, stage: takeStage(bc, ws)}}
	b.project.settings, _, err = settings.Load(ws, settings.Source{BuildArgs: bc.BuildArgs, Target: bc.Target, Goal: settings.TargetGoal(ws, b.project.stage)})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCheckNoCache(t *testing.T) {
	tests := []struct {
		reason, target, platform string
		names                    string
		says                     []string // of the error, none for none
	}{
		{reason: "everything", target: "server", names: ""},
		{reason: "all stages of an image", target: "server", names: "toolchain,fetch,plan,deps,source,image"},
		{reason: "stages in any case", target: "server", names: "DEPS,Source"},
		{reason: "a stage that only other builds have", target: "server", names: "check"},
		{reason: "a stage of images in another build", target: "check", names: "image"},
		{reason: "the stage of --target", target: "test", names: "test"},
		{reason: "a crate, a member and a binary, in any case", target: "server", names: "inflector,LIB,server"},
		{reason: "the package of the binary", target: "server", names: "app"},
		{reason: "with several platforms", target: "server", platform: "linux/amd64,linux/arm64", names: "inflector"},
		{reason: "a comma too many", target: "server", names: "deps,"},
		{reason: "no such name", target: "server", names: "dependencies",
			says: []string{`--no-cache-filter "dependencies"`, "no stage, package or binary of that name;", "its stages are toolchain, fetch, plan, deps, source, image,", "each package and binary"}},
		{reason: "no such name with several platforms", target: "server", platform: "linux/amd64,linux/arm64", names: "dependencies", says: []string{`"dependencies"`}},
		{reason: "one right name and a wrong one", target: "server", names: "deps,nobody", says: []string{`"nobody"`}},
		{reason: "nearly a stage", target: "server", names: "sources", says: []string{`"sources"`, `did you mean "source"?`}},
		{reason: "a space before a stage", target: "server", names: "deps, source", says: []string{`" source"`, `did you mean "source"?`}},
		{reason: "nearly a crate", target: "server", names: "inflectors", says: []string{`did you mean "Inflector"?`}},
		{reason: "nearly a binary", target: "server", names: "servers", says: []string{`did you mean "server"?`}},
		{reason: "a member that the build does not need", target: "server", names: "other", says: []string{`"other"`}},
		{reason: "the stages of a goal", target: "check", names: "nobody", says: []string{"its stages are toolchain, fetch, plan, deps, source, check,"}},
		{reason: "a binary where none is made", target: "check", names: "server", says: []string{`"server"`}},
		{reason: "what --target names and no step has", target: "sbom", names: "sbom", says: []string{`"sbom"`}},
		{reason: "what is the frontend's own affair", target: "server", names: "internal", says: []string{`"internal"`}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			opts := map[string]string{"target": tt.target, "no-cache": tt.names}
			if tt.target == "sbom" {
				opts["build-arg:package"] = "app"
			}
			if tt.platform != "" {
				opts["platform"] = tt.platform
			}
			err := noCacheBuilder(t, opts).checkNoCache()
			if len(tt.says) == 0 {
				if err != nil {
					t.Errorf("error %v", err)
				}
				return
			}
			for _, want := range tt.says {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want %q", err, want)
				}
			}
		})
	}
}

// A build without the option is not planned for it, so that an error of its own
// comes where it always has.
func TestCheckNoCacheWithoutIt(t *testing.T) {
	b := noCacheBuilder(t, map[string]string{"target": "server"})
	b.dockerui.Target = "nobody"
	if err := b.checkNoCache(); err != nil {
		t.Error(err)
	}
}

// What Cargo.lock has and no platform compiles is a warning, when all are planned.
func TestIdleNoCache(t *testing.T) {
	tests := []struct {
		reason   string
		names    string
		compiled [][]string // by platform
		want     []string
	}{
		{"everything", "", [][]string{{"app"}}, nil},
		{"what is compiled, and stages", "app,INFLECTOR,deps,test", [][]string{{"app", "Inflector"}}, nil},
		{"a crate of another platform", "winapi,app", [][]string{{"app"}}, []string{"winapi"}},
		{"a crate of one of the platforms", "winapi", [][]string{{"app"}, {"app", "winapi"}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			b := noCacheBuilder(t, map[string]string{"target": "server", "no-cache": tt.names})
			for _, names := range tt.compiled {
				b.compiles(&plan.Plan{Source: plan.Step{Compiles: names}})
			}
			got := b.idleNoCache()
			same := slices.EqualFunc(got, tt.want, func(w settings.Warning, name string) bool {
				return strings.HasPrefix(w.Msg, `--no-cache-filter "`+name+`" has no effect`)
			})
			if !same {
				t.Errorf("warnings %v, want them about %q", got, tt.want)
			}
		})
	}
}

package integration

import (
	"slices"
	"strings"
	"testing"

	gwclient "github.com/moby/buildkit/frontend/gateway/client"
)

// steps gives the crates whose steps a goal of the project goalsteps has, one
// for each crate: all for its tests, else those that no test alone needs.
func steps(stage string) []string {
	all := []string{"leaf 1.0.0", "leaf 2.0.0", "maker 1.0.0", "mid 1.0.0", "scripted 1.0.0", "shared 1.0.0", "shout 1.0.0", "sparkling 1.0.0"}
	if stage == "test" {
		return all
	}
	return slices.DeleteFunc(all, func(c string) bool {
		return slices.Contains([]string{"scripted 1.0.0", "shout 1.0.0", "sparkling 1.0.0"}, c)
	})
}

// eachCrate asks for a stage, with a step for each crate.
func eachCrate(p *project, stage, profile string) build {
	req := goal(stage, "").of(p)
	req.args = map[string]string{"layers": "crate"}
	if profile != "" {
		req.args["profile"] = profile
	}
	return req
}

// mustCompile wants the steps of some crates to run, and the stage's own to
// compile none.
func (r *result) mustCompile(stage string, want ...string) {
	r.t.Helper()
	r.mustRun(stage)
	r.nothingTwice()
	if got := r.compiled(); !slices.Equal(got, want) {
		r.t.Errorf("the steps compile %q, want %q\n%s", got, want, r.log())
	}
	if again := r.crates(stage); len(again) > 0 {
		r.t.Errorf("the step of %s compiles %q\n%s", stage, again, r.log())
	}
}

// A changed line of Cargo.lock compiles its package and what stands on it, for
// every goal, and the goal's own step nothing of it. Check, clippy and doc have
// their steps in common.
func TestGoalLayers(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		base := newProject(t, testdata(t, "goalsteps"), r.values)
		for _, stage := range []string{"test", "check"} {
			t.Run(stage, func(t *testing.T) {
				p := copyProject(t, base.dir)
				b.build(t, eachCrate(p, stage, "")).mustCompile(stage, steps(stage)...)
				p.add("app/src/lib.rs", "// an edit\n")
				res := b.build(t, eachCrate(p, stage, ""))
				res.mustCompile(stage)
				res.mustNotRun("fetch", "deps")
				bumpLeaf(p, r)
				b.build(t, eachCrate(p, stage, "")).mustCompile(stage, leafBumped()...)
			})
		}
		for _, stage := range []string{"clippy", "doc"} {
			t.Run(stage, func(t *testing.T) {
				p := copyProject(t, base.dir)
				b.build(t, eachCrate(p, stage, "")).mustCompile(stage)
				bumpLeaf(p, r)
				b.build(t, eachCrate(p, stage, "")).mustCompile(stage)
			})
		}
	})
}

// A dev-dependency that asks for another feature compiles its crate for the tests
// again, with what stands on it, and nothing for a check.
func TestGoalLayersOfFeatures(t *testing.T) {
	b := newBed(t, gateway)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	p := newProject(t, testdata(t, "goalsteps"), r.values)
	for _, stage := range []string{"test", "check"} {
		b.build(t, eachCrate(p, stage, "")).mustCompile(stage, steps(stage)...)
	}
	p.replace("app/Cargo.toml", "leaf = \"1\"\n", "leaf = { version = \"1\", features = [\"sour\"] }\n")
	p.replace("app/src/lib.rs", "leaf 1.0.0 sweet", "leaf 1.0.0 both")
	b.build(t, eachCrate(p, "test", "")).mustCompile("test", "leaf 1.0.0", "maker 1.0.0", "mid 1.0.0", "shared 1.0.0")
	b.build(t, eachCrate(p, "check", "")).mustCompile("check")
}

// Whatever the profile does to the hashes of cargo, no goal compiles a crate that
// a step has compiled.
func TestGoalLayersProfiles(t *testing.T) {
	tests := []struct{ reason, tables, profile string }{
		{"that of images", "", "release"},
		{"LTO and panic=abort", "[profile.release]\nlto = true\npanic = \"abort\"\n", "release"},
		{"thin LTO", "[profile.release]\nlto = \"thin\"\n", "release"},
		{"one of the project's own", "[profile.ci]\ninherits = \"dev\"\ndebug = 0\npanic = \"abort\"\n", "ci"},
		{"tables for tests", "[profile.test]\nopt-level = 1\n[profile.test.package.leaf]\nopt-level = 2\n", ""},
		{"build-override", "[profile.dev]\ndebug = 1\n[profile.dev.build-override]\nopt-level = 1\n", ""},
		{"that of tests, which checks tests too", "", "test"},
	}
	b := newBed(t, gateway)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	base := newProject(t, testdata(t, "goalsteps"), r.values)
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			p := copyProject(t, base.dir)
			p.add("Cargo.toml", tt.tables)
			p.add("app/src/lib.rs", "// "+tt.reason+"\n")
			for _, stage := range []string{"test", "check", "clippy", "doc"} {
				res := b.build(t, eachCrate(p, stage, tt.profile))
				res.nothingTwice()
				res.mustRun(stage)
				if again := res.crates(stage); len(again) > 0 {
					t.Errorf("the step of %s compiles %q\n%s", stage, again, res.log())
				}
			}
		})
	}
}

// Where an image has one step for all dependencies, so has a goal.
func TestGoalsInOneLayer(t *testing.T) {
	b := newBed(t, inProcess)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	p := newProject(t, testdata(t, "goalsteps"), r.values)
	old := eachCrate(p, "test", "")
	old.wrap = func(c gwclient.Client) gwclient.Client { return noUnits{c} }
	res := b.build(t, old)
	if len(res.warnings) != 1 || !strings.Contains(string(res.warnings[0].Short), "all dependencies are compiled in one step") {
		t.Errorf("warnings %v, want the one about layers", res.warnings)
	}
	if again := res.crates("test"); len(again) > 0 {
		t.Errorf("the tests' step compiles %q", again)
	}
	one := eachCrate(p, "test", "")
	one.args["layers"] = "1"
	res = b.build(t, one)
	res.mustNotRun("deps") // the same as before
	if len(res.warnings) > 0 {
		t.Errorf("warnings %v, want none", res.warnings)
	}
}

package planner

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// goal sets what a build is for, as settings.Load does.
func goal(g settings.Goal) func(*settings.Settings) {
	return func(s *settings.Settings) { s.Goal, s.Profile = g, g.Traits().Profile }
}

func TestGoals(t *testing.T) {
	for _, g := range settings.Goals() {
		t.Run(string(g.Goal), func(t *testing.T) {
			in := amd64()
			in.Probe = &answers.Probe{Cargo: "1.90.0", Rustc: "1.90.0", Targets: []string{"x86_64-unknown-linux-musl"}, Rustup: true}
			p := newPlan(t, project(t, "goals"), defaults(goal(g.Goal)), in)
			golden(t, filepath.Join("testdata", "goal-"+string(g.Goal)+".golden"), p)
		})
	}
}

// The packages are the settings' one or cargo's own choice, and the profile is
// cargo's own unless somebody sets one.
func TestGoalCommand(t *testing.T) {
	tests := []struct {
		reason  string
		project string
		goal    settings.Goal
		args    map[string]string
		cargo   string
		deps    string
	}{
		{reason: "the default members", project: "goals", goal: settings.Test,
			cargo: "test --no-fail-fast --offline --profile test --target T -p core-lib -p tool",
			deps:  "test --no-run --offline --profile test --target T -p core-lib -p tool"},
		{reason: "all members without default members", project: "virtual", goal: settings.Check,
			cargo: "check --offline --profile dev --target T -p app -p lib -p other"},
		{reason: "the root package", project: "bins", goal: settings.Check, cargo: "check --offline --profile dev --target T -p bins"},
		{reason: "the settings' package, which is a library", project: "virtual", goal: settings.Clippy, args: map[string]string{"package": "lib"},
			cargo: "clippy --offline --profile dev --target T -p lib", deps: "check --offline --profile dev --target T -p lib"},
		{reason: "the settings' bins choose for the image alone", project: "bins", goal: settings.Doc, args: map[string]string{"bins": `["tool"]`},
			cargo: "doc --no-deps --offline --profile dev --target T -p bins", deps: "check --offline --profile dev --target T -p bins"},
		{reason: "a profile of the settings", project: "goals", goal: settings.Test, args: map[string]string{"profile": "ci", "package": "tool"},
			cargo: "test --no-fail-fast --offline --profile ci --target T -p tool"},
		{reason: "the profile of images, when it is set", project: "single", goal: settings.Test,
			cargo: "test --no-fail-fast --offline --profile release --target T -p single"},
		{reason: "features", project: "goals", goal: settings.Test, args: map[string]string{"features": "loud", "default-features": "false"},
			cargo: "test --no-fail-fast --offline --profile test --target T -p core-lib -p tool --no-default-features --features core-lib/loud"},
		{reason: "arguments of the tests", project: "bins", goal: settings.Test, args: map[string]string{"test-args": `["--skip", "a b"]`, "clippy-args": "x"},
			cargo: "test --no-fail-fast --offline --profile test --target T -p bins -- --skip a b",
			deps:  "test --no-run --offline --profile test --target T -p bins"},
		{reason: "arguments of clippy", project: "bins", goal: settings.Clippy, args: map[string]string{"test-args": "x", "clippy-args": "-D,warnings"},
			cargo: "clippy --offline --profile dev --target T -p bins -- -D warnings",
			deps:  "check --offline --profile dev --target T -p bins"},
		{reason: "arguments of others", project: "bins", goal: settings.Check, args: map[string]string{"test-args": "x", "clippy-args": "x"},
			cargo: "check --offline --profile dev --target T -p bins"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			ws := load(t, project(t, tt.project))
			s, _, err := settings.Load(ws, settings.Source{BuildArgs: tt.args, Goal: tt.goal})
			if err != nil {
				t.Fatal(err)
			}
			p, err := makePlan(ws, s, amd64())
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range []struct {
				want string
				got  []string
			}{{tt.cargo, p.Source.Task.Cargo}, {tt.deps, p.Deps.Task.Cargo}} {
				got := strings.ReplaceAll(strings.Join(line.got, " "), p.Triple, "T")
				if line.want != "" && got != "cargo "+line.want {
					t.Errorf("got  %s\nwant cargo %s", got, line.want)
				}
			}
		})
	}
}

// Check, clippy and doc share the step of the dependencies, whatever it is called.
func TestGoalsShareDependencies(t *testing.T) {
	deps := func(g settings.Goal) plan.Step {
		s := newPlan(t, project(t, "goals"), defaults(goal(g)), amd64()).Deps
		s.Name, s.Key = "", nil
		return *s
	}
	for _, g := range []settings.Goal{settings.Clippy, settings.Doc} {
		if diff := cmp.Diff(deps(settings.Check), deps(g)); diff != "" {
			t.Errorf("%s (-check +%s):\n%s", g, g, diff)
		}
	}
}

// Tests come and go without a dependency compiled again; a dev-dependency does not.
func TestGoalDepsKey(t *testing.T) {
	tests := []struct {
		reason         string
		file, old, new string
		changes        bool
	}{
		{reason: "a new test", file: "crates/core/tests/new.rs", new: "#[test]\nfn new() {}\n"},
		{reason: "a test in the manifest", file: "crates/core/Cargo.toml", old: "harness = false", new: "harness = true"},
		{reason: "a new example", file: "crates/core/examples/new.rs", new: "fn main() {}\n"},
		{reason: "a dev-dependency of a package that is not tested", file: "crates/helper/Cargo.toml", old: "cfg-if = \"1\"", new: "cfg-if = \"1.0\""},
		{reason: "a feature of a dev-dependency", file: "crates/core/Cargo.toml", old: "memchr = \"2\"", new: "memchr = { version = \"2\", default-features = false }", changes: true},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			files := project(t, "goals")
			before := newPlan(t, files, defaults(goal(settings.Test)), amd64())
			after := newPlan(t, edit(t, files, tt.file, tt.old, tt.new), defaults(goal(settings.Test)), amd64())
			if diff := cmp.Diff(before.Deps, after.Deps); (diff != "") != tt.changes {
				t.Errorf("changed = %v, want %v\n%s", diff != "", tt.changes, diff)
			}
		})
	}
}

func TestTargetGoal(t *testing.T) {
	files := project(t, "single")
	named := edit(t, files, "src/bin/test.rs", "", "fn main() {}\n")
	tests := []struct {
		reason, target string
		taken          bool
		want           settings.Goal
	}{
		{"a goal", "test", false, settings.Test},
		{"a binary", "single", false, settings.Build},
		{"nothing", "", false, settings.Build},
		{"a binary of that name is meant before", "test", true, settings.Build},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			ws := load(t, files)
			if tt.taken {
				ws = load(t, named)
			}
			if got := settings.TargetGoal(ws, tt.target); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A test is found by cargo in the project's own files, also outside the package.
func TestGoalSourceFiles(t *testing.T) {
	p := newPlan(t, project(t, "goals"), defaults(goal(settings.Test)), amd64())
	if include := p.Source.Copy[0].Include; !slices.Contains(include, "tests") {
		t.Errorf("the folder of the test outside the package does not travel: %v", include)
	}
	p = newPlan(t, project(t, "goals"), defaults(goal(settings.Clippy)), amd64())
	if include := p.Source.Copy[0].Include; !slices.Contains(include, "clippy.toml") {
		t.Errorf("clippy.toml does not travel: %v", include)
	}
}

func TestClippyComesFromRustup(t *testing.T) {
	in := amd64()
	in.Probe = &answers.Probe{Cargo: "1.90.0", Rustc: "1.90.0", Targets: []string{"x86_64-unknown-linux-musl"}, Rustup: true}
	for _, tt := range []struct {
		has  bool
		want string
	}{{false, "clippy"}, {true, ""}} {
		in.Probe.Clippy = tt.has
		if got := newPlan(t, project(t, "goals"), defaults(goal(settings.Clippy)), in).Toolchain.AddComponent; got != tt.want {
			t.Errorf("the toolchain has clippy is %t: rustup adds %q, want %q", tt.has, got, tt.want)
		}
	}
}

package planner

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// goalLayers plans a goal of testdata/layers.txtar over a unit graph.
func goalLayers(t *testing.T, g settings.Goal, units ...string) *plan.Plan {
	t.Helper()
	in := amd64()
	var err error
	if in.Units, err = answers.ParseUnitGraph(unitsOf(t, units...)); err != nil {
		t.Fatal(err)
	}
	return newPlan(t, project(t, "layers"), newSettings(goal(g), func(s *settings.Settings) { s.Layers = settings.EachCrate }), in)
}

// Each goal asks cargo and compiles its steps with the command that makes the
// units which its own step wants.
func TestLayersOfGoals(t *testing.T) {
	tests := []struct {
		goal          settings.Goal
		ask, compiles string
	}{
		{settings.Build, "build --offline --profile release --target T -p app --bin app", "build --offline --profile release --target T"},
		{settings.Test, "test --no-run --offline --profile test --target T -p app", "test --no-run --test rust-frontend-unit-test --offline --profile test --target T"},
		{settings.Check, "check --offline --profile dev --target T -p app", "check --offline --profile dev --target T"},
		{settings.Clippy, "check --offline --profile dev --target T -p app", "check --offline --profile dev --target T"},
		{settings.Doc, "check --offline --profile dev --target T -p app", "check --offline --profile dev --target T"},
	}
	for _, tt := range tests {
		t.Run(string(tt.goal), func(t *testing.T) {
			g := tt.goal
			p := goalLayers(t, g, "app tree lib target > 1", "mid 1.0.0 lib target > 2", "leaf 1.0.0 lib target")
			command := func(argv []string) string { return strings.ReplaceAll(strings.Join(argv, " "), p.Triple, "T") }
			want := "cargo " + strings.Replace(tt.ask, "release", g.Traits().Profile, 1) + " --unit-graph -Z unstable-options"
			if got := command(p.Units.Task.Cargo); got != want {
				t.Errorf("asks with\n%s\nwant\n%s", got, want)
			}
			if len(p.Layers) != 2 {
				t.Fatalf("%d layers, want two", len(p.Layers))
			}
			for _, l := range p.Layers {
				if got, want := command(l.Task.Cargo), "cargo "+tt.compiles; got != want {
					t.Errorf("%v is compiled with\n%s\nwant\n%s", l.Packages, got, want)
				}
			}
		})
	}
}

// Members have no steps of their own but for an image.
func TestGoalsHaveNoStepsOfMembers(t *testing.T) {
	for _, g := range []settings.Goal{settings.Build, settings.Test, settings.Check} {
		in := amd64()
		var err error
		if in.Units, err = answers.ParseUnitGraph(unitsOf(t,
			"app tree=crates/app bin target > 1", "base tree=crates/base lib target > 2", "leaf 1.0.0 lib target")); err != nil {
			t.Fatal(err)
		}
		s := newSettings(goal(g), func(s *settings.Settings) { s.Layers, s.Package = settings.EachCrate, "app" })
		tree := 0
		for _, l := range newPlan(t, project(t, "members"), s, in).Layers {
			if l.Tree {
				tree++
			}
		}
		if want := g == settings.Build; (tree > 0) != want {
			t.Errorf("%q has %d steps of members", g, tree)
		}
	}
}

// manifests gives one manifest of each step that has it, by the step's first package.
func manifests(t *testing.T, p *plan.Plan, path string) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	for _, l := range p.Layers {
		for _, f := range l.Files {
			if f.Path != path {
				continue
			}
			var doc map[string]any
			if err := toml.Unmarshal(f.Data, &doc); err != nil {
				t.Fatal(err)
			}
			out[l.Packages[0]] = doc
		}
	}
	return out
}

// What a procedural macro stands on that cargo checks is a dependency of one, with
// no feature that the target's side lacks: cargo would count it there.
func TestLayersOfCheckedMacros(t *testing.T) {
	p := goalLayers(t, settings.Check,
		"app tree proc-macro host/check > 1 2",
		"mid 1.0.0 lib host/check > 2",
		"leaf 1.0.0 lib host/check sour sweet",
		"leaf 1.0.0 lib host sour sweet",
		"leaf 1.0.0 lib target/check sweet",
		"scripted 1.0.0 lib target/check",
	)
	got := map[string]any{}
	for _, l := range p.Layers {
		if everything := slices.Contains(l.Task.Cargo, "--workspace"); everything != (l.Packages[0] != "scripted 1.0.0") {
			t.Errorf("%v: compiles all members of the workspace is %t", l.Packages, everything)
		}
	}
	for step, doc := range manifests(t, p, "macro/Cargo.toml") {
		if lib, _ := doc["lib"].(map[string]any); lib["proc-macro"] != true {
			t.Errorf("%v: the library is %v", step, lib)
		}
		got[step] = doc["dependencies"]
	}
	leaf := map[string]any{"package": "leaf", "version": "=1.0.0", "default-features": false, "features": []any{"sweet"}}
	mid := map[string]any{"package": "mid", "version": "=1.0.0", "default-features": false}
	want := map[string]any{"leaf 1.0.0": map[string]any{"d0": leaf}, "mid 1.0.0": map[string]any{"d0": leaf, "d1": mid}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Where the profile aborts in a panic, cargo compiles what is below a binary for the
// tests that run it as well, and a step does both.
func TestLayersOfTestsThatAbort(t *testing.T) {
	p := goalLayers(t, settings.Test,
		"app tree test target/test > 1 2 3",
		"app tree bin target/abort > 4",
		"mid 1.0.0 lib target > 3",
		"leaf 1.0.0 lib target",
		"leaf 1.0.0 lib target/abort",
		"maker 1.0.0 lib host",
	)
	got := map[string]string{}
	for step, doc := range manifests(t, p, "Cargo.toml") {
		var lines []string
		for _, name := range []string{"dependencies", "dev-dependencies", "build-dependencies"} {
			table, _ := doc[name].(map[string]any)
			for _, d := range table {
				lines = append(lines, name+": "+document.Text(d.(map[string]any)["package"]))
			}
		}
		got[step] = strings.Join(lines, ", ")
	}
	want := map[string]string{
		"leaf 1.0.0": "dependencies: leaf", "mid 1.0.0": "dependencies: leaf, dev-dependencies: mid", "maker 1.0.0": "build-dependencies: maker",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Below a shared library object code is kept, unless it is nothing else or a test,
// which is a program. The crate types of "cdylib" here are cdylib and rlib.
func TestObjectCodeOfGoals(t *testing.T) {
	for unit, want := range map[string]bool{
		"cdylib target/test": false, "cdylib target/doctest": false, "cdylib target": true, "cdylib target/check": true,
		"dylib target": true, "staticlib target": false, "lib target": false,
	} {
		g, err := answers.ParseUnitGraph(unitsOf(t, "app tree "+unit+" > 1", "leaf 1.0.0 lib target"))
		if err != nil {
			t.Fatal(err)
		}
		if got := objectUnits(g)[1]; got != want {
			t.Errorf("%s: object code is %t, want %t", unit, got, want)
		}
	}
}

// Clippy and doc have the steps of check.
func TestGoalsShareLayers(t *testing.T) {
	units := []string{"app tree lib target/check > 1 3", "mid 1.0.0 lib target/check > 2", "leaf 1.0.0 lib target/check", "maker 1.0.0 lib host"}
	want := goalLayers(t, settings.Check, units...)
	for _, g := range []settings.Goal{settings.Clippy, settings.Doc} {
		got := goalLayers(t, g, units...)
		if diff := cmp.Diff([]any{want.Layers, want.Units, want.Info}, []any{got.Layers, got.Units, got.Info}); diff != "" {
			t.Errorf("%s (-check +%s):\n%s", g, g, diff)
		}
	}
}

// Without an external package there is nothing to cut, and cargo is not asked.
func TestGoalsWithoutCrates(t *testing.T) {
	for _, g := range settings.Goals() {
		p := newPlan(t, project(t, "goals"), defaults(goal(g.Goal), func(s *settings.Settings) { s.Package = "other" }), amd64())
		if p.Units != nil || p.Info != nil {
			t.Errorf("%s asks cargo for the unit graph", g.Goal)
		}
	}
}

package llb

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/client/llb"

	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// stageGraphs are graphs that have every stage between them, in which a name must
// not use the cache.
func stageGraphs(t *testing.T, name string) []*graph {
	t.Helper()
	in := inputs()
	in.NoCache = func(n string) bool { return n == name }
	var states []llb.State
	layered := layeredPlan()
	layered.Layers[2].Tree = true
	for _, p := range []*plan.Plan{fullPlan(), layered} {
		states = append(states, Convert(p, in).Image)
	}
	for _, g := range settings.Goals() {
		p := fullPlan()
		p.Goal, p.Bins, p.Image = g.Goal, nil, plan.Image{}
		states = append(states, Convert(p, in).Image)
	}
	var out []*graph
	for _, st := range states {
		out = append(out, marshal(t, st))
	}
	return out
}

// Each stage that a user can name has vertices, and all vertices of a stage that a
// user sees can be named.
func TestStages(t *testing.T) {
	seen := map[string]bool{"internal": true}
	for _, stage := range AllStages() {
		seen[stage] = true
		ignored := false
		for _, g := range stageGraphs(t, stage) {
			for i := range g.ops {
				of := strings.HasPrefix(g.name(i), "["+stage+"] ")
				ignored = ignored || of && g.meta[i].IgnoreCache
				if !of && g.meta[i].IgnoreCache {
					t.Errorf("%s: %q uses no cache", stage, g.name(i))
				}
			}
		}
		if !ignored {
			t.Errorf("the stage %s has no vertex", stage)
		}
	}
	for _, g := range stageGraphs(t, "") {
		for i := range g.ops {
			if name, _, ok := strings.Cut(strings.TrimPrefix(g.name(i), "["), "] "); ok && !seen[name] {
				t.Errorf("no list has the stage of %q: %q", g.name(i), slices.Sorted(maps.Keys(seen)))
			}
		}
	}
}

// What a build of a goal is said to have is there for the goals that it is said of.
func TestStagesOfGoals(t *testing.T) {
	if got := Stages(settings.Build); got[len(got)-1] != StageImage || slices.Contains(got, string(settings.Check)) {
		t.Errorf("an image has the stages %q", got)
	}
	if got := Stages(settings.Check); got[len(got)-1] != string(settings.Check) || slices.Contains(got, StageImage) {
		t.Errorf("check has the stages %q", got)
	}
}

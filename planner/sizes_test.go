package planner

import (
	"slices"
	"testing"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/graph"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// Bumping shared compiles mid too when they share a step: that is nothing while
// mid is small, and much when it is large. The other way round shared is compiled
// anyway, since it stands on mid.
func TestSizesDecideWhatSharesAStep(t *testing.T) {
	in := amd64()
	in.Units = layersGraph(t)
	for dir, together := range map[string]bool{"shared-1.0.0/src": true, "mid-1.0.0/src": false, "mid-1.0.0/tests": true} {
		in.Sizes = answers.Sizes{dir: 4 << 20}
		p := newPlan(t, project(t, "layers"), newSettings(func(s *settings.Settings) { s.Layers = settings.DefaultLayers }), in)
		if got := slices.ContainsFunc(p.Layers, func(l plan.Layer) bool {
			return slices.Equal(l.Packages, []string{"mid 1.0.0", "shared 1.0.0"})
		}); got != together {
			t.Errorf("much code in %s: mid and shared share a step is %t, want %t", dir, got, together)
		}
	}
}

// Packages that take no longer than a step around them share one even where
// there may be more steps, unless each is to have its own.
func TestSmallPackagesShareSteps(t *testing.T) {
	leaves := make([][]int, 30) // all needed by the last
	for i := range 29 {
		leaves[29] = append(leaves[29], i)
	}
	nodes := chart(leaves...)
	nodes[3].weight, nodes[7].weight = 50, 50
	got := graph.Group(graphOf(nodes), 100, graph.Sparing(len(nodes)))
	if len(got) >= 20 {
		t.Errorf("%d steps for 30 packages", len(got))
	}
	for _, n := range []int{3, 7} {
		if !slices.ContainsFunc(got, func(s []int) bool { return slices.Equal(s, []int{n}) }) {
			t.Errorf("the large package %d is not alone: %v", n, got)
		}
	}
	if got := graph.Group(graphOf(nodes), 100, 0); len(got) != 30 {
		t.Errorf("%d steps, want one for each of 30 packages", len(got))
	}
}

package planner

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/graph"
	"github.com/org/rust-frontend/settings"
)

// chart makes nodes that weigh 1 each; needs[i] are those of node i.
func chart(needs ...[]int) []node {
	nodes := make([]node, len(needs))
	for i := range needs {
		nodes[i] = node{locked: i, needs: needs[i], weight: 1}
	}
	return nodes
}

// thrownAway is what bumping each package once makes cargo compile in all.
func thrownAway(nodes []node, steps [][]int) int {
	of := make([]int, len(nodes))
	weight := make([]int, len(steps))
	for i, step := range steps {
		for _, n := range step {
			of[n] = i
			weight[i] += nodes[n].weight
		}
	}
	above := make([]map[int]bool, len(steps))
	for i := range slices.Backward(steps) {
		above[i] = map[int]bool{i: true}
		for n := range nodes {
			for _, m := range nodes[n].needs {
				if of[m] == i && of[n] != i {
					for j := range above[of[n]] {
						above[i][j] = true
					}
				}
			}
		}
	}
	total := 0
	for n := range nodes {
		for j := range above[of[n]] {
			total += weight[j]
		}
	}
	return total
}

// randomNodes makes n nodes that weigh 1, each with fewer than most needs.
func randomNodes(random *rand.Rand, n, most int) []node {
	nodes := make([]node, n)
	for i := range nodes {
		nodes[i].weight = 1
		for range random.IntN(most) {
			if i > 0 {
				nodes[i].needs = append(nodes[i].needs, random.IntN(i))
			}
		}
		slices.Sort(nodes[i].needs)
		nodes[i].needs = slices.Compact(nodes[i].needs)
	}
	return nodes
}

// The grouping must throw away less than equal cuts of a topological order do.
func TestGroupBeatsEqualCuts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for round := range 20 {
		nodes := randomNodes(random, 60, 4)
		var cuts [][]int
		for i := range nodes {
			if i%6 == 0 {
				cuts = append(cuts, nil)
			}
			cuts[len(cuts)-1] = append(cuts[len(cuts)-1], i)
		}
		got, equal := thrownAway(nodes, graph.Group(graphOf(nodes), len(cuts), 0)), thrownAway(nodes, cuts)
		if got >= equal {
			t.Errorf("round %d: %d rustc calls thrown away, equal cuts %d", round, got, equal)
		}
	}
}

// A project of many packages has fewer steps, so that its cache can be imported, unless
// somebody has said how many.
func TestManyPackagesHaveFewerSteps(t *testing.T) {
	said := map[string]document.Position{"layers": {}}
	tests := []struct {
		packages int
		layers   settings.Layers
		origins  map[string]document.Position
		want     int
	}{
		{packages: 40, layers: settings.DefaultLayers, want: 128},
		{packages: 500, layers: settings.DefaultLayers, want: 128},
		{packages: 504, layers: settings.DefaultLayers, want: 126},
		{packages: 1000, layers: settings.DefaultLayers, want: 64},
		{packages: 1000, layers: settings.DefaultLayers, origins: said, want: 128},
		{packages: 1000, layers: settings.EachCrate, origins: said, want: int(settings.EachCrate)},
		{packages: 100_000, layers: settings.DefaultLayers, want: 1},
	}
	for _, tt := range tests {
		l := &layering{tree: tt.packages}
		if got := l.limit(&settings.Settings{Layers: tt.layers, Origins: tt.origins}); got != tt.want {
			t.Errorf("%d packages, layers = %d, %v: %d steps, want %d", tt.packages, tt.layers, tt.origins, got, tt.want)
		}
	}
}

package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/cargo"
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

func TestGroup(t *testing.T) {
	tests := []struct {
		reason string
		nodes  []node
		limit  int
		want   [][]int
	}{
		{"nothing", nil, 4, nil},
		{"enough steps for all", chart(nil, []int{0}), 2, [][]int{{0}, {1}}},
		{"one step", chart(nil, []int{0}, []int{1}), 1, [][]int{{0, 1, 2}}},
		{"a step comes after what it needs", chart([]int{1}, nil), 2, [][]int{{1}, {0}}},
		{"what is needed by one package alone goes to it, and what many need stays apart",
			// 0 is needed by all, 1 by 2 alone, 3 and 4 stand on 0
			chart(nil, nil, []int{0, 1}, []int{0}, []int{0}), 4, [][]int{{0}, {1, 2}, {3}, {4}}},
		{"two that would enclose a third stay apart",
			// 2 needs 1 needs 0: 0 and 2 cannot be one step without 1
			chart(nil, []int{0}, []int{0, 1}), 2, [][]int{{0, 1}, {2}}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, group(tt.nodes, tt.limit, 0)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Whatever the graph is, the steps hold each package once, are not too many,
// and need earlier steps alone.
func TestGroupInvariants(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		nodes := make([]node, 1+random.IntN(40))
		for i := range nodes {
			nodes[i].weight = 1 + random.IntN(3)
			for j := range i {
				if random.IntN(6) == 0 {
					nodes[i].needs = append(nodes[i].needs, j)
				}
			}
		}
		limit := 1 + random.IntN(len(nodes))
		steps := group(nodes, limit, 0)
		if err := checkSteps(nodes, steps, limit); err != nil {
			t.Fatalf("round %d: %v: %v", round, err, steps)
		}
		if again := group(nodes, limit, 0); !cmp.Equal(steps, again) {
			t.Fatalf("round %d: %v the second time, %v the first", round, again, steps)
		}
	}
}

func checkSteps(nodes []node, steps [][]int, limit int) error {
	if len(steps) > limit {
		return fmt.Errorf("%d steps, more than %d", len(steps), limit)
	}
	of := map[int]int{}
	for i, step := range steps {
		for _, n := range step {
			if _, twice := of[n]; twice {
				return fmt.Errorf("package %d is in two steps", n)
			}
			of[n] = i
		}
	}
	if len(of) != len(nodes) {
		return fmt.Errorf("%d packages of %d are in a step", len(of), len(nodes))
	}
	for n := range nodes {
		for _, m := range nodes[n].needs {
			if of[m] > of[n] {
				return fmt.Errorf("package %d of step %d needs %d of step %d", n, of[n], m, of[m])
			}
		}
	}
	return nil
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
		got, equal := thrownAway(nodes, group(nodes, len(cuts), 0)), thrownAway(nodes, cuts)
		if got >= equal {
			t.Errorf("round %d: %d rustc calls thrown away, equal cuts %d", round, got, equal)
		}
	}
}

// A project of many packages has fewer steps, so that its cache can be imported, unless
// somebody has said how many.
func TestManyPackagesHaveFewerSteps(t *testing.T) {
	said := map[string]cargo.Position{"layers": {}}
	tests := []struct {
		packages int
		layers   settings.Layers
		origins  map[string]cargo.Position
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

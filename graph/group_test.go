package graph

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// chart makes nodes that weigh 1 each; needs[i] are those of node i.
func chart(needs ...[]int) []Node {
	nodes := make([]Node, len(needs))
	for i := range needs {
		nodes[i] = Node{Needs: needs[i], Weight: 1}
	}
	return nodes
}

func TestGroup(t *testing.T) {
	tests := []struct {
		reason string
		nodes  []Node
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
			if diff := cmp.Diff(tt.want, Group(tt.nodes, tt.limit, 0)); diff != "" {
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
		nodes := make([]Node, 1+random.IntN(40))
		for i := range nodes {
			nodes[i].Weight = 1 + random.IntN(3)
			for j := range i {
				if random.IntN(6) == 0 {
					nodes[i].Needs = append(nodes[i].Needs, j)
				}
			}
		}
		limit := 1 + random.IntN(len(nodes))
		steps := Group(nodes, limit, 0)
		if err := checkSteps(nodes, steps, limit); err != nil {
			t.Fatalf("round %d: %v: %v", round, err, steps)
		}
		if again := Group(nodes, limit, 0); !cmp.Equal(steps, again) {
			t.Fatalf("round %d: %v the second time, %v the first", round, again, steps)
		}
	}
}

func checkSteps(nodes []Node, steps [][]int, limit int) error {
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
		for _, m := range nodes[n].Needs {
			if of[m] > of[n] {
				return fmt.Errorf("package %d of step %d needs %d of step %d", n, of[n], m, of[m])
			}
		}
	}
	return nil
}

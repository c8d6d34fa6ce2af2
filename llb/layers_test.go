package llb

import (
	"slices"
	"strings"
	"testing"

	"github.com/org/rust-frontend/plan"
)

// layeredPlan has a layer of both crates, one that needs it, and one that reads a
// crate of the first and does not need it.
func layeredPlan() *plan.Plan {
	p := fullPlan()
	info := step("ask", "rustc -vV")
	urgency := step("say which steps are urgent", "echo 3 >both")
	p.Info, p.Urgency = &info, &urgency
	layer := func(dir string, crates ...string) plan.Layer {
		return plan.Layer{Step: step("compile "+dir, "cargo build"), Dir: dir, Packages: []string{dir}, Crates: crates}
	}
	p.Layers = []plan.Layer{
		layer("both", "cfg-if-1.0.0", "memchr-2.7.0"),
		layer("above", "memchr-2.7.0"),
		layer("beside", "cfg-if-1.0.0", "fork-1.0.5"),
	}
	p.Layers[0].Unpack = p.Layers[0].Crates
	p.Layers[1].Needs = []int{0}
	return p
}

// The crates that a layer compiles are unpacked together for it and for what needs it.
// Who does not need it reads its crate from elsewhere, and does not depend on the other.
func TestCratesOfOneLayerAreOneInput(t *testing.T) {
	g := marshal(t, Convert(layeredPlan(), inputs()).Image)
	tests := []struct {
		step   string
		unpack []string
	}{
		{"compile both", []string{"unpack cfg-if 1.0.0, memchr 2.7.0"}},
		{"compile above", []string{"unpack cfg-if 1.0.0, memchr 2.7.0"}},
		{"compile beside", []string{"unpack cfg-if 1.0.0", "unpack https://git.example.com/team/fork"}},
		{"compile app", []string{"unpack cfg-if 1.0.0, memchr 2.7.0", "unpack https://git.example.com/team/fork"}},
	}
	for _, tt := range tests {
		t.Run(tt.step, func(t *testing.T) {
			got := g.fetched(tt.step)
			if !slices.Equal(got, tt.unpack) {
				t.Errorf("it reads %q, want %q", got, tt.unpack)
			}
		})
	}
}

// fetched names the vertices of the fetch stage that a step has as inputs, sorted.
func (g *graph) fetched(step string) []string {
	name := func(i int) string { return g.meta[i].Description["llb.customname"] }
	var out []string
	for i, op := range g.ops {
		if !strings.HasSuffix(name(i), "] "+step) {
			continue
		}
		for _, in := range op.Inputs {
			if of, ok := strings.CutPrefix(name(g.nums[in.Digest]), "["+StageFetch+"] "); ok {
				out = append(out, of)
			}
		}
	}
	slices.Sort(out)
	return out
}

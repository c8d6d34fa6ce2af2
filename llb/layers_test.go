package llb

import (
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/solver/pb"

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

// step is the vertex of a step.
func (g *graph) step(name string) *pb.Op {
	for i, op := range g.ops {
		if strings.HasSuffix(g.name(i), "] "+name) {
			return op
		}
	}
	return nil
}

// fetched names the vertices of the fetch stage that a step has as inputs, sorted.
func (g *graph) fetched(step string) []string {
	var out []string
	for _, in := range g.step(step).Inputs {
		if of, ok := strings.CutPrefix(g.name(g.nums[in.Digest]), "["+StageFetch+"] "); ok {
			out = append(out, of)
		}
	}
	slices.Sort(out)
	return out
}

// A step that writes its files itself has them in its environment and not as a vertex.
func TestStepThatWritesItsFiles(t *testing.T) {
	p := layeredPlan()
	p.Layers[0].Files = []plan.File{{Path: "Cargo.toml", Data: []byte("[workspace]\n")}}
	p.Layers[1].Files, p.Layers[1].InMemory = p.Layers[0].Files, true
	g := marshal(t, Convert(p, inputs()).Image)
	for name, inMemory := range map[string]bool{"compile both": false, "compile above": true} {
		exec := g.step(name).GetExec()
		m := exec.Mounts[slices.IndexFunc(exec.Mounts, func(m *pb.Mount) bool { return m.Dest == plan.SourceDir })]
		if got := m.MountType == pb.MountType_TMPFS; got != inMemory {
			t.Errorf("%s: its source directory is a %s", name, m.MountType)
		}
		written := slices.ContainsFunc(exec.Meta.Env, func(env string) bool { return strings.Contains(env, "[workspace]") })
		if written != inMemory {
			t.Errorf("%s: it writes its files itself: %t", name, written)
		}
	}
}

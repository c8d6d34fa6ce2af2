package llb

import (
	"bytes"
	"path"
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
	urgency := step("schedule", "echo 3 >both")
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
// Who does not need it reads its crate from where that is alone, and does not depend on the other.
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

// A step's document, with the files that the plan wrote, is in its environment, unless it is
// too long for Linux; the step's source directory is in memory when no file of the context is
// in it.
func TestDocumentOfAStep(t *testing.T) {
	p := layeredPlan()
	p.Layers[0].Files = []plan.File{{Path: "Cargo.toml", Data: []byte("[workspace]\n")}}
	p.Layers[1].Files = []plan.File{{Path: "Cargo.toml", Data: bytes.Repeat([]byte("#"), plan.MostInVariable)}}
	p.Layers[1].Copy = []plan.Copy{{Include: []string{"above"}}}
	g := marshal(t, Convert(p, inputs()).Image)
	for name, short := range map[string]bool{"compile both": true, "compile above": false} {
		exec := g.step(name).GetExec()
		mount := func(dest string) *pb.Mount {
			i := slices.IndexFunc(exec.Mounts, func(m *pb.Mount) bool { return m.Dest == dest })
			if i < 0 {
				return nil
			}
			return exec.Mounts[i]
		}
		if got := mount(plan.SourceDir).MountType == pb.MountType_TMPFS; got != short {
			t.Errorf("%s: its source directory is in memory is %t", name, got)
		}
		if got := mount(path.Dir(plan.StepFile)) == nil; got != short {
			t.Errorf("%s: it has no file for its document is %t", name, got)
		}
		if got := slices.ContainsFunc(exec.Meta.Env, func(env string) bool { return strings.Contains(env, "[workspace]") }); got != short {
			t.Errorf("%s: its document is in its environment is %t", name, got)
		}
		if want := []string{plan.ExecutorFile, name}; !slices.Equal(exec.Meta.Args, want) {
			t.Errorf("%s runs %q, want %q", name, exec.Meta.Args, want)
		}
	}
}

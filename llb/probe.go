package llb

import (
	"github.com/moby/buildkit/client/llb"

	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/planner"
)

// ProbeFile is the file of [Probe]'s result that [answers.ParseProbe] reads.
const ProbeFile = "/probe"

// Probe is a step that asks the toolchain image of in what it holds. It compiles nothing,
// and its key is the image and the executor.
func Probe(in Options) llb.State {
	c := newConverter(&plan.Plan{}, in)
	return c.run("internal", planner.ProbeStep(), llb.Scratch()).AddMount(plan.OutDir, llb.Scratch())
}

package llb

import (
	"github.com/moby/buildkit/client/llb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/org/rust-frontend/plan"
)

// ProbeFile is the file of [Probe]'s result that [plan.ParseProbe] reads.
const ProbeFile = "/probe"

// Probe is a step that asks a toolchain image what it holds. It compiles
// nothing, and its key is the image.
func Probe(toolchain llb.State, platform ocispecs.Platform, run []llb.RunOption) llb.State {
	opts := []llb.RunOption{
		llb.Args([]string{"/bin/sh", "-euc", plan.ProbeScript("/out" + ProbeFile)}),
		llb.Network(llb.NetModeNone),
		llb.User(rootUser),
		llb.WithCustomName("[internal] look at the toolchain"),
		llb.Platform(platform),
	}
	return toolchain.Run(append(opts, run...)...).AddMount("/out", llb.Scratch())
}

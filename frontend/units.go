package frontend

import (
	"context"

	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/org/rust-frontend/llb"
	"github.com/org/rust-frontend/plan"
)

// plan plans one platform. When the plan wants cargo's unit graph, it is made
// in a step of its own, and planned again with it. A toolchain that cannot give
// it compiles all dependencies in one step, which is as right and less quick.
func (b *builder) plan(ctx context.Context, target ocispecs.Platform, toolchain *image) (*plan.Plan, error) {
	in := b.inputsFor(target, toolchain)
	p, err := plan.New(b.project.workspace, b.project.settings, in)
	if err != nil || p.Units == nil {
		return p, err
	}
	g := &graph{plan: p, target: target}
	data, err := b.readFrom(ctx, g, llb.Units(p, b.graphInputs(ctx, toolchain, nil, nil)), plan.UnitsFile)
	if err != nil {
		return nil, err
	}
	if in.Units, err = plan.ParseUnitGraph(data); err != nil {
		p.Warnings = append(p.Warnings, plan.Warning{
			Msg: "layers has no effect: this toolchain's cargo gives no unit graph (" + err.Error() + ")",
		})
		return p, nil
	}
	return plan.New(b.project.workspace, b.project.settings, in)
}

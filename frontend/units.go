package frontend

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/moby/buildkit/solver/pb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/llb"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/planner"
	"github.com/org/rust-frontend/settings"
)

// plan plans one platform. When the plan wants cargo's unit graph, it is made
// in a step of its own, and planned again with it. A toolchain that cannot give
// it compiles all dependencies in one step, which is as right and less quick,
// and has an SBOM that says less.
func (b *builder) plan(ctx context.Context, target ocispecs.Platform, toolchain *image) (*plan.Plan, planner.Inputs, error) {
	in := b.inputsFor(target, toolchain)
	// Members have steps of their own where a step can be given a part of the files.
	in.Whole = !b.knows(pb.CapFileCopyIncludeExcludePatterns)
	p, err := planner.New(b.project.workspace, b.project.settings, in)
	if err != nil {
		return nil, in, err
	}
	if err := b.project.checkExtra(p.Image.Extra); err != nil || p.Units == nil {
		return p, in, err
	}
	files, known, err := b.ask(ctx, p, target, toolchain)
	if err != nil {
		return nil, in, err
	}
	in.UnknownLayout = !known
	data, err := files.ReadFile(plan.MetadataFile)
	if err != nil {
		return nil, in, err
	}
	metadata, unknown := answers.ParseMetadata(data)
	in.Metadata = metadata
	if data, err = files.ReadFile(plan.SizesFile); err != nil {
		return nil, in, err
	}
	in.Sizes = answers.ParseSizes(data)
	if data, err = files.ReadFile(plan.UnitsFile); err != nil {
		return nil, in, err
	}
	units, unreadable := answers.ParseUnitGraph(data)
	switch {
	case unreadable == nil:
		in.Units = units
	case b.project.settings.Auditable && p.Goal == settings.Build:
		return nil, in, &cargo.Error{Position: b.project.settings.Where("auditable"), Err: unreadable,
			Msg: "auditable: what is compiled is not known, since this toolchain's cargo gives no unit graph"}
	}
	if p, err = planner.New(b.project.workspace, b.project.settings, in); err != nil {
		return nil, in, err
	}
	if unreadable != nil {
		p.Warnings = append(p.Warnings, withoutUnits(p, unreadable)...)
	}
	if unknown != nil && p.SBOM != nil {
		p.Warnings = append(p.Warnings, settings.Warning{
			Msg: "the SBOM has no licences of crates: this toolchain's cargo does not name them (" + unknown.Error() + ")",
		})
	}
	return p, in, nil
}

// ask runs the planning step and gives its files. Beside it runs what all layers need
// and nothing of the project is in, and says whether cargo's layout is known.
func (b *builder) ask(ctx context.Context, p *plan.Plan, target ocispecs.Platform, toolchain *image) (files *contextFS, known bool, err error) {
	g, in := &graph{plan: p, target: target}, b.graphInputs(ctx, toolchain, nil, nil)
	both, asking := errgroup.WithContext(ctx)
	known = true
	if p.Info != nil {
		both.Go(func() error {
			data, err := b.readFrom(asking, g, llb.Info(p, in), plan.LayoutFile)
			known = answers.ParseLayout(data)
			return err
		})
	}
	both.Go(func() error {
		ref, err := b.evaluate(asking, g, llb.Units(p, in))
		if err != nil {
			return err
		}
		files = newRefFS(ctx, ref) // which is read later
		return nil
	})
	err = both.Wait()
	return files, known, err
}

// withoutUnits warns of what a plan lacks without the unit graph.
func withoutUnits(p *plan.Plan, why error) []settings.Warning {
	why = fmt.Errorf("this toolchain's cargo gives no unit graph (%w)", why)
	var out []settings.Warning
	if p.Info != nil {
		out = append(out, settings.Warning{Msg: "all dependencies are compiled in one step: " + why.Error()})
	}
	if p.SBOM != nil {
		out = append(out, planner.NoScopes(why))
	}
	return out
}

package frontend

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/moby/buildkit/solver/pb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/llb"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/planner"
	"github.com/org/rust-frontend/settings"
)

// planning is how a platform's plan was made, for when it has to be made again.
type planning struct {
	*planner.Prepared
	answers planner.Answers
	found   map[string]plan.Found
}

// plan plans one platform. When the plan wants cargo's unit graph, a step of its own asks
// for it. A toolchain that cannot give it compiles all dependencies in one step, which is
// as right and less quick, and has an SBOM that says less.
func (b *builder) plan(ctx context.Context, target ocispecs.Platform, toolchain *image) (*plan.Plan, *planning, error) {
	in := b.factsFor(target, toolchain)
	// Members have steps of their own where a step can be given a part of the files.
	in.Whole = !b.knows(pb.CapFileCopyIncludeExcludePatterns)
	prepared, err := b.selected.Prepare(in)
	if err != nil {
		return nil, nil, err
	}
	if err := b.project.checkExtra(prepared.Plan.Image.Extra); err != nil {
		return nil, nil, err
	}
	a, unknown, err := b.answers(ctx, prepared.Plan, target, toolchain)
	if err != nil {
		return nil, nil, err
	}
	p, err := prepared.Finish(a)
	if err != nil {
		return nil, nil, err
	}
	p.Warnings = append(p.Warnings, unknown.warnings(p)...)
	return p, &planning{Prepared: prepared, answers: a}, nil
}

// unknown says why cargo's answers cannot be read, nil where they can.
type unknown struct{ units, metadata error }

// answers asks cargo in the toolchain what the plan wants to know.
func (b *builder) answers(ctx context.Context, p *plan.Plan, target ocispecs.Platform, toolchain *image) (a planner.Answers, why unknown, err error) {
	if p.Units == nil {
		return a, why, nil
	}
	files, known, err := b.ask(ctx, p, target, toolchain)
	if err != nil {
		return a, why, err
	}
	a.UnknownLayout = !known
	said := map[string][]byte{plan.MetadataFile: nil, plan.SizesFile: nil, plan.UnitsFile: nil}
	for name := range said {
		if said[name], err = files.ReadFile(name); err != nil {
			return a, why, err
		}
	}
	a.Sizes = answers.ParseSizes(said[plan.SizesFile])
	a.Metadata, why.metadata = answers.ParseMetadata(said[plan.MetadataFile])
	if a.Units, why.units = answers.ParseUnitGraph(said[plan.UnitsFile]); why.units == nil {
		return a, why, nil
	}
	a.Units = nil
	if b.project.settings.Auditable && p.Goal.Traits().Image {
		return a, why, &document.Error{Position: b.project.settings.Where("auditable"), Err: why.units,
			Msg: "auditable: what is compiled is not known, since this toolchain's cargo gives no unit graph"}
	}
	return a, why, nil
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
			if err != nil {
				return err
			}
			known = answers.ParseLayout(data)
			return nil
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

// warnings say what a plan lacks without the answers.
func (u unknown) warnings(p *plan.Plan) []settings.Warning {
	var out []settings.Warning
	if u.units != nil {
		why := fmt.Errorf("this toolchain's cargo gives no unit graph (%w)", u.units)
		if p.Info != nil {
			out = append(out, settings.Warning{Msg: "all dependencies are compiled in one step: " + why.Error()})
		}
		if p.SBOM != nil {
			out = append(out, planner.NoScopes(why))
		}
	}
	if u.metadata != nil && p.SBOM != nil {
		out = append(out, settings.Warning{
			Msg: "the SBOM has no licences of crates: this toolchain's cargo does not name them (" + u.metadata.Error() + ")",
		})
	}
	return out
}

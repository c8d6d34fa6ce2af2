package frontend

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/org/rust-frontend/llb"
	"github.com/org/rust-frontend/plan"
)

// Build is the frontend: it makes the image that the options ask for. Errors
// about the user's files carry a source location.
func Build(ctx context.Context, c client.Client) (_ *client.Result, err error) {
	c = withDefaults(c)
	bc, err := dockerui.NewClient(c)
	if err != nil {
		return nil, err
	}
	b := &builder{client: c, dockerui: bc}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("rust-frontend failed, which is a fault of its own; please report it: %v\n%s", r, debug.Stack())
		}
		err = b.locate(err)
	}()

	if b.project, err = readProject(ctx, bc); err != nil {
		return nil, err
	}
	if res, handled, err := bc.HandleSubrequest(ctx, b.requests()); handled || err != nil {
		return res, err
	}
	if b.inputs, err = b.readInputs(ctx); err != nil {
		return nil, err
	}
	result, err := bc.Build(ctx, b.buildPlatform)
	if err != nil {
		return nil, err
	}
	return result.Finalize()
}

// builder is one build.
type builder struct {
	client   client.Client
	dockerui *dockerui.Client
	project  *project
	inputs   plan.Inputs
}

// buildPlatform makes the image of one platform: plan, graph, solve, config.
func (b *builder) buildPlatform(ctx context.Context, platform *ocispecs.Platform, _ int) (*dockerui.BuildResult, error) {
	target := b.targetPlatform(platform)
	toolchain, err := b.toolchain(ctx)
	if err != nil {
		return nil, err
	}
	p, err := plan.New(b.project.workspace, b.project.settings, b.inputsFor(target, toolchain))
	if err != nil {
		return nil, err
	}
	if err := b.project.checkExtra(p.Image.Extra); err != nil {
		return nil, err
	}
	b.warn(ctx, p.Warnings)
	base, err := b.base(ctx, p.Image.Base, target)
	if err != nil {
		return nil, err
	}
	epoch, err := b.epoch(ctx)
	if err != nil {
		return nil, err
	}
	ref, err := b.solve(ctx, llb.Convert(p, b.graphInputs(ctx, toolchain, base, epoch)), target, p)
	if err != nil {
		return nil, err
	}
	return &dockerui.BuildResult{
		Reference: ref,
		Image:     imageConfig(p.Image, target, base, epoch, b.dockerui.Labels),
		BaseImage: base.config(),
		Epoch:     epoch,
	}, nil
}

package frontend

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	bkllb "github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/org/rust-frontend/llb"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/planner"
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
	defer b.aside.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("rust-frontend failed, which is a fault of its own; please report it: %v\n%s", r, debug.Stack())
		}
		err = b.locate(err)
	}()

	if err := b.refuse(); err != nil {
		return nil, err
	}
	if b.project, err = readProject(ctx, bc); err != nil {
		return nil, err
	}
	b.toolchain = sync.OnceValues(func() (*image, error) { return b.resolveToolchain(ctx) })
	if res, handled, err := bc.HandleSubrequest(ctx, b.requests()); handled || err != nil {
		return res, err
	}
	b.aside.Go(func() { _, _ = b.toolchain() }) // beside the facts, which may be far away too
	if b.facts, err = b.readFacts(ctx); err != nil {
		return nil, err
	}
	if err := b.checkNoCache(); err != nil {
		return nil, err
	}
	if err := b.project.checkInputs(); err != nil {
		return nil, err
	}
	if err := b.lint(ctx); err != nil {
		return nil, err
	}
	b.documents = make([][]byte, max(1, len(bc.TargetPlatforms)))
	result, err := bc.Build(ctx, b.buildPlatform)
	if err != nil {
		return nil, err
	}
	b.warn(ctx, b.idleNoCache())
	if err := b.attach(ctx, result); err != nil {
		return nil, err
	}
	return result.Finalize()
}

// builder is one build.
type builder struct {
	client   client.Client
	dockerui *dockerui.Client
	project  *project
	selected *planner.Selected
	facts    planner.Facts
	// toolchain gives the image that compiles, and what it holds.
	toolchain func() (*image, error)
	// aside is what runs beside the build and is stopped when that ends.
	aside sync.WaitGroup
	// compiled are the names of what the steps of all platforms compile, in lower case.
	compiled sync.Map
	// ignored are what the steps look for and an ignore file keeps out, by path, with the
	// directory of the package that does.
	ignored sync.Map
	// said are the notes that were given, since platforms share most of them.
	said sync.Map
	// documents are the SBOMs by platform, in the order of the request.
	documents [][]byte
}

// buildPlatform makes the image of one platform: plan, graph, solve, config.
func (b *builder) buildPlatform(ctx context.Context, platform *ocispecs.Platform, index int) (*dockerui.BuildResult, error) {
	g, err := b.graph(ctx, b.targetPlatform(platform))
	if err != nil {
		return nil, err
	}
	b.warn(ctx, slices.Concat(b.project.warnings, g.plan.Warnings))
	return b.buildGraph(ctx, g, index)
}

// buildGraph solves the graph of a platform, or a stage of it.
func (b *builder) buildGraph(ctx context.Context, g *graph, index int) (*dockerui.BuildResult, error) {
	if b.project.stage != "" {
		return b.buildStage(ctx, g)
	}
	ref, err := b.solve(ctx, g, (*graph).image)
	if err != nil {
		return nil, err
	}
	if b.documents[index], err = b.sbom(ctx, g, ref); err != nil {
		return nil, err
	}
	img := imageConfig(g.plan.Image, g.target, g.base, g.epoch, b.dockerui.Labels)
	img.History = history(g.History, g.base, g.epoch)
	return &dockerui.BuildResult{
		Reference: ref,
		Image:     img,
		BaseImage: g.base.config(),
		Epoch:     g.epoch,
	}, nil
}

// graph is what one platform's image is made of.
type graph struct {
	plan *plan.Plan
	llb.Graph
	target ocispecs.Platform
	base   *image
	epoch  *time.Time
	// planned is how the plan was made, over what the graph.
	planned *planning
	over    llb.Options
	// written are the definitions of the graph's states, by their outputs.
	written map[bkllb.Output]func() (*bkllb.Definition, error)
}

// graph plans one platform and converts the plan.
func (b *builder) graph(ctx context.Context, target ocispecs.Platform) (*graph, error) {
	toolchain, err := b.toolchain()
	if err != nil {
		return nil, err
	}
	p, planned, err := b.plan(ctx, target, toolchain)
	if err != nil {
		return nil, err
	}
	b.compiles(p)
	base, err := b.base(ctx, p.Image.Base, target)
	if err != nil {
		return nil, err
	}
	epoch, err := b.epoch(ctx)
	if err != nil {
		return nil, err
	}
	over := b.graphInputs(ctx, toolchain, base, epoch)
	g := &graph{plan: p, target: target, base: base, epoch: epoch, planned: planned, over: over}
	b.convert(ctx, g)
	return g, nil
}

// convert makes the graph of the plan. Each definition is the whole graph again, and so they are
// written while the daemon works, in the order in which they are needed.
func (b *builder) convert(ctx context.Context, g *graph) {
	g.Graph = llb.Convert(g.plan, g.over)
	g.written = map[bkllb.Output]func() (*bkllb.Definition, error){}
	var all []func() (*bkllb.Definition, error)
	for _, st := range []*bkllb.State{g.Urgency, g.Lookups, &g.Report, &g.Image, g.Debug} {
		if st == nil || st.Output() == nil {
			continue
		}
		write := sync.OnceValues(func() (*bkllb.Definition, error) { return b.marshal(ctx, g.target, *st) })
		g.written[st.Output()] = write
		all = append(all, write)
	}
	b.aside.Go(func() {
		for _, write := range all {
			_, _ = write() // who needs it is told
		}
	})
}

// definition gives that of a state of the graph.
func (b *builder) definition(ctx context.Context, g *graph, st bkllb.State) (*bkllb.Definition, error) {
	if write := g.written[st.Output()]; write != nil {
		return write()
	}
	return b.marshal(ctx, g.target, st)
}

func (b *builder) marshal(ctx context.Context, target ocispecs.Platform, st bkllb.State) (*bkllb.Definition, error) {
	return st.Marshal(ctx, bkllb.Platform(target), bkllb.WithCaps(b.client.BuildOpts().LLBCaps))
}

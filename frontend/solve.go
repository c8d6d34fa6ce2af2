package frontend

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	bkllb "github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/gateway/client"

	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// image is the state that a build of an image is for.
func (g *graph) image() bkllb.State { return g.Image }

// settleAhead settles the graph while what it needs is made ready beside it.
func (b *builder) settleAhead(ctx context.Context, g *graph) (*contextFS, error) {
	stop := b.goAhead(ctx, g)
	defer stop()
	b.sayUrgency(ctx, g)
	return b.settle(ctx, g)
}

// solve runs the graph, until its steps have what they look for, and gives one of its
// states. It is evaluated here and not lazily by the exporter, so that a failure can still
// be put in words that the user can act on.
func (b *builder) solve(ctx context.Context, g *graph, want func(*graph) bkllb.State) (client.Reference, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	frame := b.frame(ctx, g, stop)
	report, err := b.settleAhead(ctx, g)
	if err := frame.failed(); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	wanted := b.evaluateBeside(ctx, g, want(g))
	// While the step is at hand, so that the stage for it compiles nothing. No
	// imported cache has the files: where one has the rest, the step would run.
	if g.Debug != nil && len(cacheImports(b.dockerui)) == 0 {
		if _, err := b.evaluate(ctx, g, *g.Debug); err != nil {
			return nil, err
		}
	}
	ref, err := wanted.wait()
	if err != nil {
		return nil, err
	}
	if len(g.plan.Layers) == 0 {
		return ref, nil
	}
	again, err := report.ReadFile(plan.ReportFile)
	if err != nil {
		return nil, err
	}
	if names := strings.Fields(string(again)); len(names) > 0 {
		b.warn(ctx, []settings.Warning{{Msg: "cargo compiled packages again that a layer had compiled: " + strings.Join(names, ", ")}})
	}
	return ref, nil
}

// aheadAfter is how long a graph is solved before what its last step mounts is
// solved beside it: if nothing has changed, it is through by then and needs none of it.
const aheadAfter = time.Second

// goAhead has BuildKit fetch what the last step mounts from an imported cache, and compile
// what no other step needs, while the steps before it are executed. What comes of it is
// in no result. It goes on until it is stopped.
func (b *builder) goAhead(ctx context.Context, g *graph) (stop func()) {
	ahead := g.Others
	if len(cacheImports(b.dockerui)) > 0 && g.Fetched != nil {
		ahead = []bkllb.State{*g.Fetched}
	}
	ctx, cancel := context.WithCancel(ctx)
	now := *g // which is made again beside this
	var done sync.WaitGroup
	done.Go(func() {
		select {
		case <-ctx.Done():
			return
		case <-time.After(aheadAfter):
		}
		for _, st := range ahead {
			done.Go(func() { _, _ = b.evaluate(ctx, &now, st) }) // the last step tells of errors
		}
	})
	return func() { cancel(); done.Wait() }
}

// urgencyWithin is how long the layers wait to be told which are urgent. A container
// that does nothing takes a tenth of it.
const urgencyWithin = time.Second / 2

// sayUrgency has the layers told which are urgent before they start, unless that takes
// long: beside them it would come too late for the first ones, since BuildKit unpacks
// all crates at first.
func (b *builder) sayUrgency(ctx context.Context, g *graph) {
	if g.Urgency == nil {
		return
	}
	said := make(chan struct{})
	b.aside.Go(func() {
		defer close(said)
		_, _ = b.evaluate(ctx, g, *g.Urgency) // the last step, which is over it, tells of errors
	})
	select {
	case <-said:
	case <-time.After(urgencyWithin):
	case <-ctx.Done():
	}
}

// readFrom solves one state of the graph and reads a file of it.
func (b *builder) readFrom(ctx context.Context, g *graph, st bkllb.State, name string) ([]byte, error) {
	ref, err := b.evaluate(ctx, g, st)
	if err != nil {
		return nil, err
	}
	return newRefFS(ctx, ref).ReadFile(name)
}

// evaluate solves one state of the graph.
func (b *builder) evaluate(ctx context.Context, g *graph, st bkllb.State) (client.Reference, error) {
	def, err := b.definition(ctx, g, st)
	if err != nil {
		return nil, err
	}
	ref, err := evaluate(ctx, b.client, client.SolveRequest{
		Definition: def.ToPB(), Evaluate: true, CacheImports: cacheImports(b.dockerui),
	})
	if err != nil {
		return nil, b.explain(ctx, err, g.plan)
	}
	return ref, nil
}

// frame starts to make what the image is put on, since a base may be large and far away. When
// that fails nothing needs to be compiled.
func (b *builder) frame(ctx context.Context, g *graph, stop func()) *evaluation {
	if g.Frame == nil || b.project.stage == stageBinaries {
		return nil
	}
	frame := b.evaluateBeside(ctx, g, *g.Frame)
	b.aside.Go(func() {
		if _, err := frame.wait(); err != nil {
			stop()
		}
	})
	return frame
}

// evaluation is one that goes on beside what asked for it.
type evaluation struct {
	done chan struct{}
	ref  client.Reference
	err  error
}

// evaluateBeside starts one. It is stopped with the build when nobody waits for it.
func (b *builder) evaluateBeside(ctx context.Context, g *graph, st bkllb.State) *evaluation {
	now := *g // which may be made again beside this
	e := &evaluation{done: make(chan struct{})}
	b.aside.Go(func() {
		defer close(e.done)
		e.ref, e.err = b.evaluate(ctx, &now, st)
	})
	return e
}

// wait gives what comes of it.
func (e *evaluation) wait() (client.Reference, error) {
	<-e.done
	return e.ref, e.err
}

// failed gives the error of one that has failed by now.
func (e *evaluation) failed() error {
	if e == nil {
		return nil
	}
	select {
	case <-e.done:
		return e.err
	default:
		return nil
	}
}

// explain finds the crate that a failed download was about. BuildKit looks at
// no HTTP status when a checksum is given (source/http/source.go), so an
// error page of the registry shows as a digest mismatch.
func (b *builder) explain(ctx context.Context, err error, p *plan.Plan) error {
	text := err.Error()
	for _, crate := range p.Crates {
		mismatch := strings.Contains(text, "digest mismatch") && strings.Contains(text, crate.Checksum)
		if !mismatch {
			continue
		}
		at := document.Position{File: b.project.workspace.LockFile(), Line: crate.Line}
		if status := b.download(ctx, crate); status != nil {
			return &document.Error{Position: at, Err: status, Msg: fmt.Sprintf(
				"the registry does not serve %s %s (deleted, moved, or too many requests at once)", crate.Name, crate.Version)}
		}
		return document.Errorf(at, "what the registry serves for %s %s is not what Cargo.lock names (checksum mismatch): "+
			"if the lock file was edited by hand run `cargo update -p %s`, else do not trust this registry", crate.Name, crate.Version, crate.Name)
	}
	return stepFailed(p, err)
}

// download fetches a crate without its checksum, to learn the HTTP status.
func (b *builder) download(ctx context.Context, crate plan.Crate) error {
	st := bkllb.HTTP(crate.URL, bkllb.Filename("status"), bkllb.WithCustomName("[internal] ask again for "+crate.Name))
	_, err := b.project.context.solve(ctx, st)
	return err
}

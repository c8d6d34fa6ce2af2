package frontend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	bkllb "github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/frontend/subrequests/targets"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/llb"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// What --target can name beside binaries and packages, which come first.
const (
	stageBinaries = "binaries"
	stageDebug    = "debug-info"
	stageSBOM     = "sbom"
	stagePlan     = "plan"
	stageLLB      = "llb"
)

// stages describes them for people, with the goals of a plan.
func stages() []targets.Target {
	out := []targets.Target{
		{Name: stageBinaries, Description: "the binaries and nothing else, for -o DIR"},
		{Name: stageDebug, Description: "the debug information of the binaries, a file for each, for -o DIR"},
		{Name: stageSBOM, Description: "the SBOM as " + sbomFile + ", for -o DIR"},
		{Name: stagePlan, Description: "what would be fetched, compiled and shipped, as plan.json, for -o DIR; compiles nothing"},
		{Name: stageLLB, Description: "the image's graph as llb.json, for -o DIR; compiles nothing"},
	}
	for _, g := range settings.Goals() {
		out = append(out, targets.Target{Name: string(g.Goal), Description: g.Doc})
	}
	return out
}

// takeStage takes a stage's name out of the options, so that all else is planned
// as without --target. A binary or package of that name is meant before.
func takeStage(bc *dockerui.Client, ws *cargo.Workspace) string {
	stage := bc.Target
	known := slices.ContainsFunc(stages(), func(t targets.Target) bool { return t.Name == stage })
	if !known || settings.Taken(ws, stage) {
		return ""
	}
	bc.Target = ""
	return stage
}

// buildStage makes the file system of a stage.
func (b *builder) buildStage(ctx context.Context, g *graph) (*dockerui.BuildResult, error) {
	ref, err := b.stageFiles(ctx, g)
	if err != nil {
		return nil, err
	}
	return &dockerui.BuildResult{Reference: ref, Image: imageConfig(plan.Image{}, g.target, nil, g.epoch, nil), Epoch: g.epoch}, nil
}

func (b *builder) stageFiles(ctx context.Context, g *graph) (client.Reference, error) {
	if !g.plan.Goal.Traits().Image {
		ref, err := b.solve(ctx, g, (*graph).image)
		return ref, goalError(g.plan, err)
	}
	switch b.project.stage {
	case stageBinaries:
		return b.solve(ctx, g, func(g *graph) bkllb.State { return g.Binaries })
	case stageDebug:
		if g.Debug == nil {
			return nil, errors.New(g.plan.NoDebug)
		}
		if _, err := b.settle(ctx, g); err != nil {
			return nil, err
		}
		return b.evaluate(ctx, g, *g.Debug)
	case stageSBOM:
		ref, err := b.solve(ctx, g, (*graph).image)
		if err != nil {
			return nil, err
		}
		data, err := b.sbom(ctx, g, ref)
		return b.file(ctx, sbomFile, data, err)
	case stagePlan:
		data, err := json.MarshalIndent(g.plan, "", "  ")
		return b.file(ctx, "plan.json", data, err)
	case stageLLB:
		graph, err := b.describeGraph(ctx, g)
		if err != nil {
			return nil, err
		}
		data, err := json.MarshalIndent(graph, "", "  ")
		return b.file(ctx, "llb.json", data, err)
	}
	return nil, fmt.Errorf("there is no stage %q", b.project.stage)
}

// goalError says which command has failed, if it is not a step below that has; what
// cargo says is in its log, which clients show.
func goalError(p *plan.Plan, err error) error {
	var exit *gatewaypb.ExitError
	var failed stepFailedError
	if !errors.As(err, &exit) || errors.As(err, &failed) && failed.step != p.Source.Name {
		return err
	}
	return goalFailedError{error: err, text: fmt.Sprintf("`%s` failed with exit code %d: its output says why", strings.Join(p.Source.Task.Cargo, " "), exit.ExitCode)}
}

// goalFailedError is an error of BuildKit with a text of its own.
type goalFailedError struct {
	error
	text string
}

// Error gives the text.
func (e goalFailedError) Error() string { return e.text }

// Unwrap gives BuildKit's error, with the vertex and the exit code.
func (e goalFailedError) Unwrap() error { return e.error }

// file makes a file system with one file, unless there was an error.
func (b *builder) file(ctx context.Context, name string, data []byte, err error) (client.Reference, error) {
	if err != nil {
		return nil, err
	}
	def, err := llb.Document(name, data).Marshal(ctx, bkllb.Platform(b.workerPlatform()))
	if err != nil {
		return nil, err
	}
	return evaluate(ctx, b.client, client.SolveRequest{Definition: def.ToPB()})
}

package frontend

import (
	"context"

	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/subrequests/convertllb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
)

// requests answers what a client asks instead of a build.
func (b *builder) requests() dockerui.RequestHandler {
	return dockerui.RequestHandler{
		Outline: b.outline, ListTargets: b.listTargets, Lint: b.checkRequest, ConvertLLB: b.convertLLB,
	}
}

// convertLLB gives the graph of the first platform that was asked for.
func (b *builder) convertLLB(ctx context.Context) (*convertllb.Result, error) {
	var err error
	if b.facts, err = b.readFacts(ctx); err != nil {
		return nil, err
	}
	if err := b.checkNoCache(); err != nil {
		return nil, err
	}
	g, err := b.graph(ctx, b.targets()[0])
	if err != nil {
		return nil, err
	}
	return b.describeGraph(ctx, g)
}

// describeGraph writes the image's graph as BuildKit's own tools print it.
func (b *builder) describeGraph(ctx context.Context, g *graph) (*convertllb.Result, error) {
	def, err := b.definition(ctx, g, g.Image)
	if err != nil {
		return nil, err
	}
	result := &convertllb.Result{Def: map[digest.Digest]*pb.Op{}, Metadata: def.Metadata, Source: def.Source}
	for _, data := range def.Def {
		op := &pb.Op{}
		if err := op.UnmarshalVT(data); err != nil {
			return nil, err
		}
		result.Def[digest.FromBytes(data)] = op
	}
	return result, nil
}

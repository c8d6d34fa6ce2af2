package frontend

import (
	"context"

	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/subrequests/convertllb"
	"github.com/moby/buildkit/frontend/subrequests/targets"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"

	"github.com/org/rust-frontend/cargo"
)

// requests answers what a client asks instead of a build.
func (b *builder) requests() dockerui.RequestHandler {
	return dockerui.RequestHandler{ListTargets: b.listTargets, ConvertLLB: b.convertLLB}
}

// listTargets lists the binaries that --target can name.
func (b *builder) listTargets(context.Context) (*targets.List, error) {
	list := &targets.List{Sources: [][]byte{b.project.entry.Data}}
	for _, pkg := range b.project.workspace.Packages {
		for _, t := range pkg.Targets {
			if pkg.Member && t.Kind == cargo.Bin {
				list.Targets = append(list.Targets, targets.Target{Name: t.Name, Description: "binary of " + pkg.Name})
			}
		}
	}
	return list, nil
}

// convertLLB gives the graph of the first platform that was asked for.
func (b *builder) convertLLB(ctx context.Context) (*convertllb.Result, error) {
	var err error
	if b.inputs, err = b.readInputs(ctx); err != nil {
		return nil, err
	}
	target := b.targetPlatform(nil)
	if asked := b.dockerui.TargetPlatforms; len(asked) > 0 {
		target = b.targetPlatform(&asked[0])
	}
	g, err := b.graph(ctx, target)
	if err != nil {
		return nil, err
	}
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

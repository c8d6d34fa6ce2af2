package frontend

import (
	"context"

	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/subrequests/targets"

	"github.com/org/rust-frontend/cargo"
)

// requests answers what a client asks instead of a build.
func (b *builder) requests() dockerui.RequestHandler {
	return dockerui.RequestHandler{ListTargets: b.listTargets}
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

package planner

import (
	"slices"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/settings"
)

// Needed says which foreign registries and which git repositories the build
// needs: what [Inputs] are made from. It fails as [New] does.
func Needed(ws *cargo.Workspace, s *settings.Settings, target string) (*Needs, error) {
	c, err := manifest.New(ws, s, target)
	if err != nil {
		return nil, err
	}
	f, err := fetch(c, Inputs{})
	if err != nil {
		return nil, err
	}
	out := &Needs{Git: f.Git}
	if f.Vendored != "" {
		return out, nil
	}
	for _, i := range c.Locked {
		src := c.Workspace.Lock.Packages[i].Source
		if src.Kind != cargo.RegistrySource && src.Kind != cargo.SparseSource {
			continue
		}
		index, err := registryIndex(c, src)
		if err != nil {
			return nil, err
		}
		if index != "" && !slices.Contains(out.Indexes, index) {
			out.Indexes = append(out.Indexes, index)
		}
	}
	slices.Sort(out.Indexes)
	return out, nil
}

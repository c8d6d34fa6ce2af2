package planner

import (
	"slices"

	"github.com/org/rust-frontend/cargo"
)

// Needs says which foreign registries and which git repositories the build
// needs: what [Facts] are made from.
func (of *Selected) Needs() (*Needs, error) {
	c := of.closure
	f, err := fetch(c, Facts{})
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

package answers

import (
	"encoding/json"
	"fmt"

	"github.com/org/rust-frontend/plan"
)

// ParseLayerLookups reads the LookupsFile of each layer of the tree, in the order of the
// plan's layers, nil for others.
func ParseLayerLookups(p *plan.Plan, data [][]byte) (map[string]plan.Lookups, error) {
	out := map[string]plan.Lookups{}
	for i, text := range data {
		l := &p.Layers[i]
		if text == nil {
			continue
		}
		var said plan.Lookups
		if err := json.Unmarshal(text, &said); err != nil {
			return nil, fmt.Errorf("what %s looked for: %w", l.Member, err)
		}
		out[l.Member] = said
	}
	return out, nil
}

// ParseLookups reads LookupsFile. Steps are told apart by their packages' directories.
func ParseLookups(p *plan.Plan, data []byte) (map[string]plan.Lookups, error) {
	var said map[string]plan.Lookups
	if err := json.Unmarshal(data, &said); err != nil {
		return nil, fmt.Errorf("what the steps looked for: %w", err)
	}
	out := map[string]plan.Lookups{}
	for i := range p.Layers {
		if l := &p.Layers[i]; l.Tree {
			out[l.Member] = said[l.Dir]
		}
	}
	out[plan.SourceStep] = said["source"]
	for _, dir := range p.SeenDeps() {
		out[dir] = said["dependencies"]
	}
	return out, nil
}

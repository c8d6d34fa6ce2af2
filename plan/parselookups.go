package plan

import (
	"encoding/json"
	"fmt"
)

// ParseLookups reads LookupsFile. Steps are told apart by their packages' directories.
func ParseLookups(p *Plan, data []byte) (map[string]Lookups, error) {
	var said map[string]Lookups
	if err := json.Unmarshal(data, &said); err != nil {
		return nil, fmt.Errorf("what the steps looked for: %w", err)
	}
	out := map[string]Lookups{}
	for i := range p.Layers {
		if l := &p.Layers[i]; l.Tree {
			out[l.Member] = said[l.Dir]
		}
	}
	out[SourceStep] = said["source"]
	for _, dir := range p.SeenDeps() {
		out[dir] = said["dependencies"]
	}
	return out, nil
}

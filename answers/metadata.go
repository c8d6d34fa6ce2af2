package answers

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/org/rust-frontend/plan"
)

// Metadata is what the manifests say of the packages that cargo has read, in its
// order.
type Metadata []PackageMetadata

// PackageMetadata is that of one package.
type PackageMetadata struct {
	Package PackageID
	plan.License
	// Features are the names of all features, sorted.
	Features []string
}

// ParseMetadata reads what `cargo metadata` prints of the packages. It fails
// for text that is not JSON of version 1 and for ids that make no sense.
// https://doc.rust-lang.org/cargo/commands/cargo-metadata.html
func ParseMetadata(data []byte) (Metadata, error) {
	var doc struct {
		Version  int
		Packages []struct {
			ID, License string
			File        string `json:"license_file"`
			Features    map[string][]string
		}
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("read cargo's metadata: %w", err)
	}
	if doc.Version != 1 {
		return nil, fmt.Errorf("read cargo's metadata: version %d is not known", doc.Version)
	}
	out := make(Metadata, len(doc.Packages))
	for i, p := range doc.Packages {
		id, err := parsePackageID(p.ID)
		if err != nil {
			return nil, fmt.Errorf("read cargo's metadata: %w", err)
		}
		out[i] = PackageMetadata{id, plan.License{Text: p.License, File: p.File}, slices.Sorted(maps.Keys(p.Features))}
	}
	return out, nil
}

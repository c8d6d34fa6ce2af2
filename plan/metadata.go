package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/org/rust-frontend/cargo"
)

// License is what a manifest says of its package's licence.
// https://doc.rust-lang.org/cargo/reference/manifest.html#the-license-and-license-file-fields
type License struct {
	// Text is `license` as written, File is `license-file`; "" for none.
	Text, File string
}

// Metadata is what the manifests say of the packages that cargo has read, in its
// order.
type Metadata []PackageMetadata

// PackageMetadata is that of one package.
type PackageMetadata struct {
	Package PackageID
	License
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
		out[i] = PackageMetadata{id, License{Text: p.License, File: p.File}, slices.Sorted(maps.Keys(p.Features))}
	}
	return out, nil
}

// of gives that of a locked package from elsewhere, nil when cargo has not read
// it.
func (list Metadata) of(l cargo.LockedPackage) *PackageMetadata {
	var out *PackageMetadata
	for i := range list {
		m := &list[i]
		if m.Package.Name != l.Name || m.Package.Version != l.Version || !cargo.SameSource(m.Package.Source, l.Source.Name()) {
			continue
		}
		if out = m; m.Package.Source == l.Source.Name() {
			break // not the same repository by another reference
		}
	}
	return out
}

// licenseOf gives the licence of a package of the tree, which the skeleton's
// manifests do not have.
func licenseOf(p *cargo.Package) License {
	table, _ := p.Resolved()["package"].(map[string]any)
	text, _ := table["license"].(string)
	file, _ := table["license-file"].(string)
	return License{Text: text, File: file}
}

package plan

import (
	"encoding/json"
	"fmt"

	"github.com/org/rust-frontend/cargo"
)

// License is what a manifest says of its package's licence.
// https://doc.rust-lang.org/cargo/reference/manifest.html#the-license-and-license-file-fields
type License struct {
	// Text is `license` as written, File is `license-file`; "" for none.
	Text, File string
}

// Licenses are those of the packages that cargo has read, in its order.
type Licenses []struct {
	Package PackageID
	License
}

// ParseLicenses reads what `cargo metadata` prints of the packages. It fails
// for text that is not JSON of version 1 and for ids that make no sense.
// https://doc.rust-lang.org/cargo/commands/cargo-metadata.html
func ParseLicenses(data []byte) (Licenses, error) {
	var doc struct {
		Version  int
		Packages []struct {
			ID, License string
			File        string `json:"license_file"`
		}
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("read cargo's metadata: %w", err)
	}
	if doc.Version != 1 {
		return nil, fmt.Errorf("read cargo's metadata: version %d is not known", doc.Version)
	}
	out := make(Licenses, len(doc.Packages))
	for i, p := range doc.Packages {
		id, err := parsePackageID(p.ID)
		if err != nil {
			return nil, fmt.Errorf("read cargo's metadata: %w", err)
		}
		out[i].Package, out[i].License = id, License{Text: p.License, File: p.File}
	}
	return out, nil
}

// of gives the licence of a locked package from elsewhere.
func (list Licenses) of(l cargo.LockedPackage) License {
	var out License
	for _, m := range list {
		if m.Package.Name != l.Name || m.Package.Version != l.Version || !sameSource(m.Package.Source, sourceName(l.Source)) {
			continue
		}
		if out = m.License; m.Package.Source == sourceName(l.Source) {
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

package planner

import (
	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/plan"
)

// metadataOf gives that of a locked package from elsewhere, nil when cargo has not read
// it.
func metadataOf(list answers.Metadata, l cargo.LockedPackage) *answers.PackageMetadata {
	var out *answers.PackageMetadata
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
func licenseOf(p *cargo.Package) plan.License {
	table, _ := p.Resolved()["package"].(map[string]any)
	text, _ := table["license"].(string)
	file, _ := table["license-file"].(string)
	return plan.License{Text: text, File: file}
}

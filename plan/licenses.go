package plan

import "github.com/org/rust-frontend/cargo"

// metadataOf gives that of a locked package from elsewhere, nil when cargo has not read
// it.
func metadataOf(list Metadata, l cargo.LockedPackage) *PackageMetadata {
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

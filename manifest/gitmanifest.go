package manifest

import (
	"maps"

	"github.com/org/rust-frontend/cargo"
)

// VendoredManifest is vendoredManifest as TOML.
func VendoredManifest(p *cargo.Package) ([]byte, error) { return Encode(vendoredManifest(p)) }

// vendoredManifest is a git package's manifest as it stands in VendorDir:
// inheritance resolved, what only its own repository can build left out. Path
// dependencies keep their path: below a replaced source it only tells cargo
// that the dependency is of the same source.
func vendoredManifest(p *cargo.Package) map[string]any {
	doc := p.Resolved()
	for _, key := range []string{
		"workspace", "patch", "replace", "profile", "lints", "badges",
		"example", "test", "bench", "dev-dependencies", "dev_dependencies",
	} {
		delete(doc, key)
	}
	keys := dependencyKeys(doc)
	targets, _ := doc["target"].(map[string]any)
	for _, t := range targets {
		if table, ok := t.(map[string]any); ok {
			delete(table, "dev-dependencies")
			delete(table, "dev_dependencies")
			maps.Copy(keys, dependencyKeys(table))
		}
	}
	if _, ok := doc["features"]; ok {
		doc["features"] = featureTable(doc, keys)
	}
	if pkg, ok := doc["package"].(map[string]any); ok {
		delete(pkg, "workspace")
	}
	return doc
}

// dependencyKeys gives the names in the dependency tables of a manifest.
func dependencyKeys(doc map[string]any) map[string]bool {
	keys := map[string]bool{}
	for _, table := range dependencyTables() {
		for _, name := range []string{table.name, table.old} {
			entries, _ := doc[name].(map[string]any)
			for key := range entries {
				keys[key] = true
			}
		}
	}
	return keys
}

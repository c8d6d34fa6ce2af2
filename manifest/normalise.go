package manifest

import (
	"maps"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
)

// The names of the dependency tables, and what they were called before.
// https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html
func dependencyTables() []struct {
	name, old string
	kind      cargo.DependencyKind
} {
	return []struct {
		name, old string
		kind      cargo.DependencyKind
	}{
		{"dependencies", "", cargo.Normal},
		{"build-dependencies", "build_dependencies", cargo.Build},
		{"dev-dependencies", "dev_dependencies", cargo.Dev},
	}
}

// View is one way to write the closure's manifests.
type View struct {
	Closure *Closure
	// skeleton leaves out everything that cannot change how an external crate is
	// compiled.
	Skeleton bool
	// real are the packages of the tree that have their files, nil for all.
	Real map[*cargo.Package]bool
}

// stub says whether a package is present as a stub only.
func (v View) stub(p *cargo.Package) bool {
	if v.Skeleton {
		return !v.Closure.Solid[p]
	}
	return v.Real != nil && !v.Real[p]
}

// manifest writes the manifest of one package: inheritance resolved, targets
// explicit, nothing in it but what the build needs.
// https://doc.rust-lang.org/cargo/reference/manifest.html
func (v View) manifest(p *cargo.Package) map[string]any {
	doc := p.Resolved()
	out := map[string]any{"package": v.packageTable(p, doc)}
	v.writeTargets(p, doc, out)
	keys := v.writeDependencies(p, doc, out, "")
	if targets, ok := doc["target"].(map[string]any); ok {
		kept := map[string]any{}
		for cfg, t := range targets {
			table := map[string]any{}
			if in, ok := t.(map[string]any); ok {
				maps.Copy(keys, v.writeDependencies(p, in, table, cfg))
			}
			if len(table) > 0 {
				kept[cfg] = table
			}
		}
		if len(kept) > 0 {
			out["target"] = kept
		}
	}
	if features := featureTable(doc, keys); len(features) > 0 {
		out["features"] = features
	}
	if unstable, ok := doc["cargo-features"]; ok {
		out["cargo-features"] = unstable
	}
	if lints, ok := doc["lints"]; ok && !v.stub(p) {
		out["lints"] = lints
	}
	return out
}

// packageTable writes [package].
func (v View) packageTable(p *cargo.Package, doc map[string]any) map[string]any {
	in, ok := doc["package"].(map[string]any)
	if !ok {
		in, _ = doc["project"].(map[string]any)
	}
	out := map[string]any{}
	if v.stub(p) {
		for _, key := range []string{"name", "edition", "links"} {
			if value, ok := in[key]; ok {
				out[key] = value
			}
		}
		out["version"] = v.Closure.masks[p]
	} else {
		maps.Copy(out, in)
		// It may not be there to be found, and cargo tells rustc its name.
		if _, named := in["readme"]; !named && p.Readme != "" {
			out["readme"] = p.Readme
		}
		delete(out, "default-run")
		delete(out, "resolver") // explicit in [workspace]
		if metadata, ok := in["metadata"].(map[string]any); ok {
			metadata = maps.Clone(metadata)
			delete(metadata, "rust-frontend")
			out["metadata"] = metadata
			if len(metadata) == 0 {
				delete(out, "metadata")
			}
		}
	}
	delete(out, "workspace")
	if p.Member && p.Dir != v.Closure.Workspace.Dir && !cargo.Within(v.Closure.Workspace.Dir, p.Dir) {
		out["workspace"] = cargo.Relative(p.Dir, v.Closure.Workspace.Dir)
	}
	out["autobins"] = false
	for _, key := range devTables() {
		if v.stub(p) || !v.Closure.keepsDev(p) {
			out[key] = false
		}
	}
	return out
}

// writeTargets writes [lib], [[bin]] and package.build. Nothing of these is left
// to discovery: the skeleton has other files than the project.
func (v View) writeTargets(p *cargo.Package, doc, out map[string]any) {
	pkg := out["package"].(map[string]any)
	pkg["build"] = false
	var bins []any
	for _, t := range v.Closure.Targets(p) {
		switch t.Kind {
		case cargo.BuildScript:
			pkg["build"] = t.Path
		case cargo.Lib:
			lib := map[string]any{"name": t.CrateName, "path": t.Path}
			switch {
			case t.ProcMacro:
				lib["proc-macro"] = true
			case len(t.CrateTypes) > 0:
				lib["crate-type"] = toAny(t.CrateTypes)
			}
			v.keepKeys(p, doc["lib"], lib)
			out["lib"] = lib
		case cargo.Bin:
			bin := map[string]any{"name": t.Name, "path": t.Path}
			if len(t.RequiredFeatures) > 0 {
				bin["required-features"] = toAny(t.RequiredFeatures)
			}
			for _, b := range document.List(doc["bin"]) {
				if table, ok := b.(map[string]any); ok && table["name"] == t.Name {
					v.keepKeys(p, table, bin)
				}
			}
			bins = append(bins, bin)
		}
	}
	if len(bins) > 0 {
		out["bin"] = bins
	}
	v.writeDev(p, doc, out)
}

// keepKeys keeps a target's own edition, which cargo still accepts, and what says
// how it is tested and documented.
// https://doc.rust-lang.org/cargo/reference/cargo-targets.html#configuring-a-target
func (v View) keepKeys(p *cargo.Package, from any, to map[string]any) {
	keys := []string{"edition"}
	if !v.stub(p) && v.Closure.keepsDev(p) {
		keys = append(keys, "test", "doctest", "doc", "harness")
	}
	table, _ := from.(map[string]any)
	for _, key := range keys {
		if value, ok := table[key]; ok {
			to[key] = value
		}
	}
}

// writeDependencies writes the dependency tables of a manifest or of one
// [target] table, and gives the names in them.
func (v View) writeDependencies(p *cargo.Package, in, out map[string]any, cfg string) map[string]bool {
	keys := map[string]bool{}
	for _, table := range dependencyTables() {
		if table.kind == cargo.Dev && !v.Closure.HasDev(p) {
			continue
		}
		written := map[string]any{}
		for _, name := range []string{table.old, table.name} {
			entries, _ := in[name].(map[string]any)
			for key, value := range entries {
				written[key] = v.dependency(p, find(p, table.kind, cfg, key), value)
				keys[key] = true
			}
		}
		if len(written) > 0 {
			out[table.name] = written
		}
	}
	return keys
}

// find looks a dependency up by its place in the manifest.
func find(p *cargo.Package, kind cargo.DependencyKind, cfg, key string) *cargo.Dependency {
	i := slices.IndexFunc(p.Dependencies, func(d cargo.Dependency) bool {
		return d.Key == key && d.Kind == kind && d.Target == cfg
	})
	if i < 0 {
		return nil
	}
	return &p.Dependencies[i]
}

// dependency writes one dependency. In the skeleton a dependency on a stub is
// by path alone: its version is masked, so a requirement would not fit, and a
// patched one would not find it.
func (v View) dependency(p *cargo.Package, d *cargo.Dependency, value any) map[string]any {
	out := map[string]any{}
	switch value := value.(type) {
	case string:
		out["version"] = value
	case map[string]any:
		maps.Copy(out, value)
	}
	if d == nil {
		return out
	}
	target := v.Closure.PackageIn(d.Path)
	if d.Path != "" {
		out["path"] = cargo.Relative(p.Dir, d.Path)
	} else if target, _ = v.Closure.patched(p, d); target == nil || !v.stub(target) {
		return out
	}
	if target == nil || !v.stub(target) {
		return out
	}
	for _, key := range []string{"version", "registry", "registry-index", "git", "branch", "tag", "rev"} {
		delete(out, key)
	}
	out["path"] = cargo.Relative(p.Dir, target.Dir)
	if d.Package != d.Key {
		out["package"] = d.Package
	}
	return out
}

// featureTable writes [features] without what refers to a dependency that is
// gone: cargo refuses "x/y" when x is no dependency, and x may well have been
// a dev-dependency.
func featureTable(doc map[string]any, keys map[string]bool) map[string]any {
	in, _ := doc["features"].(map[string]any)
	out := map[string]any{}
	for name, values := range in {
		kept := []any{}
		for _, value := range document.List(values) {
			dep, _, ok := strings.Cut(document.Text(value), "/")
			if ok && !keys[strings.TrimSuffix(dep, "?")] {
				continue
			}
			kept = append(kept, value)
		}
		out[name] = kept
	}
	return out
}

func toAny(in []string) []any {
	out := make([]any, len(in))
	for i, s := range in {
		out[i] = s
	}
	return out
}

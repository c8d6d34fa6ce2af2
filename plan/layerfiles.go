package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
)

// unitName is the package of a layer's synthetic workspace; nothing else may
// have this in its name.
const unitName = "rust-frontend-unit"

// files writes the synthetic workspace of a layer. Its package depends on
// every node below directly, with the exact features of the unit graph and none
// by default, so that cargo makes the very units that the real build asks for:
// what is on the target side as a dependency, what is on the host side as a
// build-dependency. It is never compiled (see [wrapper]).
//
// The nodes that must hold object code beside bitcode are dependencies of a
// second package, whose library is a cdylib too: cargo gives them the LTO mode
// that follows from it.
func (l *layering) files(built, locked []int) ([]File, error) {
	dependencies, build, object := map[string]any{}, map[string]any{}, map[string]any{}
	for i, n := range built {
		node := &l.nodes[n]
		name := fmt.Sprintf("d%d", i)
		if node.procMacro {
			dependencies[name] = l.dependency(node, *side(node.host, node.target))
			continue
		}
		if node.target != nil {
			dependencies[name] = l.dependency(node, *node.target)
			if node.object {
				object[name] = dependencies[name]
			}
		}
		if node.host != nil {
			build[name] = l.dependency(node, *node.host)
		}
	}
	config, err := encode(l.config(l.f, locked))
	if err != nil {
		return nil, err
	}
	files := []File{
		{Path: ".cargo/config.toml", Data: config},
		{Path: "Cargo.lock", Data: l.lock(locked)},
		{Path: "src/lib.rs"},
	}
	pkg := map[string]any{"name": unitName, "version": "0.0.0", "edition": "2021"}
	root := map[string]any{"package": pkg, "workspace": map[string]any{"resolver": "2"}}
	if len(build) > 0 {
		root["build-dependencies"] = build
		files = append(files, File{Path: "build.rs", Data: []byte("fn main() {}\n")})
	}
	if len(object) > 0 {
		dependencies["object"] = map[string]any{"path": "object", "package": unitName + "-object"}
		doc, err := encode(map[string]any{
			"package":      map[string]any{"name": unitName + "-object", "version": "0.0.0", "edition": "2021"},
			"lib":          map[string]any{"crate-type": []any{"cdylib", "rlib"}},
			"dependencies": object,
		})
		if err != nil {
			return nil, err
		}
		files = append(files, File{Path: "object/Cargo.toml", Data: doc}, File{Path: "object/src/lib.rs"})
	}
	root["dependencies"] = dependencies
	if value, ok := l.ws.Root.Doc["cargo-features"]; ok {
		root["cargo-features"] = value
	}
	if profiles := l.profiles(locked); len(profiles) > 0 {
		root["profile"] = profiles
	}
	doc, err := encode(root)
	if err != nil {
		return nil, err
	}
	files = append(files, File{Path: "Cargo.toml", Data: doc})
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// profiles gives [profile] without what it says of packages that the layer
// does not have.
// https://doc.rust-lang.org/cargo/reference/profiles.html#overrides
func (l *layering) profiles(locked []int) map[string]any {
	names := map[string]bool{}
	for _, i := range locked {
		names[l.ws.Lock.Packages[i].Name] = true
	}
	profiles, _ := l.ws.Root.Doc["profile"].(map[string]any)
	out := map[string]any{}
	for name, value := range profiles {
		table, _ := value.(map[string]any)
		packages, ok := table["package"].(map[string]any)
		if !ok {
			out[name] = value
			continue
		}
		table, kept := maps.Clone(table), map[string]any{}
		for spec, override := range packages {
			plain, _, _ := strings.Cut(spec, "@")
			if strings.ContainsAny(plain, ":/*") || names[plain] {
				kept[spec] = override
			}
		}
		table["package"] = kept
		out[name] = table
	}
	return out
}

// side gives the side that there is.
func side(a, b *[]string) *[]string {
	if a != nil {
		return a
	}
	return b
}

// dependency names one locked package and nothing else.
// https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html
func (l *layering) dependency(n *node, features []string) map[string]any {
	p := l.ws.Lock.Packages[n.locked]
	version, _, _ := strings.Cut(p.Version, "+")
	out := map[string]any{"package": p.Name, "version": "=" + version, "default-features": false}
	if len(features) > 0 {
		list := make([]any, 0, len(features))
		for _, f := range features {
			list = append(list, f)
		}
		out["features"] = list
	}
	switch {
	case p.Source.Kind == cargo.GitSource:
		out["git"] = p.Source.URL
		for key, value := range map[string]string{"branch": p.Source.Branch, "tag": p.Source.Tag, "rev": p.Source.Rev} {
			if value != "" {
				out[key] = value
			}
		}
	case p.Source.Kind == cargo.SparseSource:
		out["registry-index"] = "sparse+" + p.Source.URL
	case !p.Source.IsCratesIO():
		out["registry-index"] = p.Source.URL
	}
	return out
}

// lock writes Cargo.lock for some packages; cargo adds the synthetic ones.
func (l *layering) lock(locked []int) []byte {
	return l.ws.Lock.Write(func(i int) bool {
		_, ok := slices.BinarySearch(locked, i)
		return ok
	}, func(i int) string { return l.ws.Lock.Packages[i].Version })
}

package planner

import (
	"maps"
	"path"
	"slices"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
)

// reads is what cargo reads of locked packages in a layer, sorted.
type reads struct {
	// real are there with their files, those of the tree too.
	real []int
	// stubs are dependencies of those that the layer does not compile: of other
	// platforms, of features that are off, and those that only tie versions
	// together. Cargo wants to resolve them all the same. A stub has the name,
	// version and features of the package and no dependencies, so what lies below
	// it is no part of the layer.
	stubs []int
}

// all gives both, sorted.
func (r reads) all() []int { return slices.Sorted(slices.Values(slices.Concat(r.real, r.stubs))) }

// reads finds out what cargo reads for some nodes. What a stub cannot stand for,
// since its features are not known or it comes from git, is there with all that
// it needs.
func (l *layering) reads(built []int) reads {
	real, stubs := map[int]bool{}, map[int]bool{}
	var tree []*cargo.Package
	for _, n := range built {
		i := l.nodes[n].locked
		real[i] = true
		if p := l.c.PackageOf[i]; p != nil {
			tree = append(tree, p)
		}
	}
	if len(tree) > 0 {
		for _, p := range l.c.Graph.Tree(l.c.Graph.Closure(tree, l.c.HasDev)) {
			real[l.c.LockedAt[p]] = true
		}
	}
	todo := slices.Collect(maps.Keys(real))
	for len(todo) > 0 {
		i := todo[0]
		todo = todo[1:]
		for _, j := range l.c.Graph.Needs(i, l.c.HasDev) {
			if real[j] {
				continue
			}
			if _, known := l.features[j]; known {
				stubs[j] = true
				continue
			}
			real[j] = true
			todo = append(todo, j)
		}
	}
	return reads{slices.Sorted(maps.Keys(real)), slices.Sorted(maps.Keys(stubs))}
}

// addStubs writes the stubs.
func (l *layering) addStubs(out manifest.Files, stubs []int) {
	for _, i := range stubs {
		p := l.c.Workspace.Lock.Packages[i]
		dir := path.Join(plan.StubsDir, l.dirs[i])
		features := map[string]any{}
		for _, f := range l.features[i] {
			features[f] = []any{}
		}
		out.Docs[path.Join(dir, "Cargo.toml")] = map[string]any{
			"package":  map[string]any{"name": p.Name, "version": p.Version, "edition": "2021"},
			"features": features,
		}
		out.Texts[path.Join(dir, "src/lib.rs")] = ""
		out.Texts[path.Join(dir, ".cargo-checksum.json")] = `{"files":{},"package":"` + p.Checksum + `"}`
	}
}

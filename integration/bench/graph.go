package main

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// graph is what a package is compiled from, itself included: no
// dev-dependencies, and nothing that is for other platforms.
type graph struct {
	root     string // the package's ID
	packages map[string]metaPackage
	deps     map[string][]edge
	members  map[string]bool
}

// edge is a dependency on the package with this ID.
type edge struct {
	id string
	// linked tells a normal dependency from one of a build script alone.
	linked bool
}

// newGraph walks the answer of cargo metadata from a package on.
func newGraph(meta *metadata, root string) graph {
	g := graph{root: root, packages: map[string]metaPackage{}, deps: map[string][]edge{}, members: map[string]bool{}}
	all, nodes := map[string]metaPackage{}, map[string]metaNode{}
	for _, pkg := range meta.Packages {
		all[pkg.ID] = pkg
	}
	for _, n := range meta.Resolve.Nodes {
		nodes[n.ID] = n
	}
	for _, id := range meta.WorkspaceMembers {
		g.members[id] = true
	}
	for todo := []string{root}; len(todo) > 0; todo = todo[1:] {
		id := todo[0]
		if _, seen := g.packages[id]; seen {
			continue
		}
		g.packages[id] = all[id]
		for _, dep := range nodes[id].Deps {
			used, linked := false, false
			for _, k := range dep.DepKinds {
				used = used || k.Kind != "dev"
				linked = linked || k.Kind == ""
			}
			if used {
				g.deps[id] = append(g.deps[id], edge{dep.Pkg, linked})
				todo = append(todo, dep.Pkg)
			}
		}
	}
	return g
}

// below gives the packages that one is compiled from, without itself.
func (g graph) below(id string) map[string]bool {
	out := map[string]bool{}
	for todo := slices.Clone(g.deps[id]); len(todo) > 0; todo = todo[1:] {
		if dep := todo[0].id; !out[dep] {
			out[dep] = true
			todo = append(todo, g.deps[dep]...)
		}
	}
	return out
}

// crates gives the packages of crates.io, in the order of bumpOrder.
func (g graph) crates() []crate {
	direct, over := map[string]int{}, map[string]int{}
	for id := range g.packages {
		for _, dep := range g.deps[id] {
			direct[dep.id]++
		}
		if g.members[id] {
			continue
		}
		for dep := range g.below(id) {
			over[dep]++
		}
	}
	var out []crate
	for id, pkg := range g.packages {
		if strings.Contains(pkg.Source, "crates.io-index") {
			out = append(out, crate{name: pkg.Name, version: pkg.Version, dependents: direct[id], over: over[id]})
		}
	}
	return bumpOrder(out)
}

var (
	errNoLeaf = errors.New("no library of the workspace that the binary is linked from and that depends on no other member")
	errNoMid  = errors.New("no library of the workspace that depends on a member and that a member other than the binary's package depends on")
)

// leafMember is the member that depends on no other and that most members are
// over; by name among equals.
func (g graph) leafMember() (metaPackage, error) {
	return g.chooseMember(errNoLeaf, func(below, _ int) bool { return below == 0 })
}

// midMember is the member that depends on members and that others than the
// root depend on, chosen like leafMember.
func (g graph) midMember() (metaPackage, error) {
	return g.chooseMember(errNoMid, func(below, over int) bool { return below > 0 && over > 0 })
}

// chooseMember looks at the members that are linked into the root: how many
// members each is made from, and how many but the root are made from it.
func (g graph) chooseMember(none error, fits func(below, over int) bool) (metaPackage, error) {
	below, over := map[string]int{}, map[string]int{}
	for id := range g.members {
		if _, built := g.packages[id]; !built || id == g.root {
			continue
		}
		for dep := range g.below(id) {
			if g.members[dep] {
				below[id]++
				over[dep]++
			}
		}
	}
	var found []string
	for id := range g.linked() {
		if g.members[id] && id != g.root && slices.ContainsFunc(g.packages[id].Targets, isLibrary) && fits(below[id], over[id]) {
			found = append(found, id)
		}
	}
	if len(found) == 0 {
		return metaPackage{}, none
	}
	return g.packages[slices.MinFunc(found, func(a, b string) int {
		return cmp.Or(cmp.Compare(over[b], over[a]), cmp.Compare(g.packages[a].Name, g.packages[b].Name))
	})], nil
}

// linked gives the packages whose code ends up in the root's binary: neither
// procedural macros nor what build scripts alone need.
func (g graph) linked() map[string]bool {
	out := map[string]bool{}
	for todo := []string{g.root}; len(todo) > 0; todo = todo[1:] {
		if out[todo[0]] || slices.ContainsFunc(g.packages[todo[0]].Targets, isProcMacro) {
			continue
		}
		out[todo[0]] = true
		for _, dep := range g.deps[todo[0]] {
			if dep.linked {
				todo = append(todo, dep.id)
			}
		}
	}
	return out
}

func isProcMacro(t metaTarget) bool { return slices.Contains(t.Kind, "proc-macro") }

// isLibrary is true of every kind of library that a binary can link.
func isLibrary(t metaTarget) bool {
	return slices.Contains(t.Kind, "lib") || slices.Contains(t.Kind, "rlib")
}

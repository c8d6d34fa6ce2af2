package cargo

import "slices"

// Graph joins the packages of the tree with Cargo.lock.
type Graph struct {
	Lock *Lock
	// Of maps each package of the tree to its index in Lock.Packages. A
	// package that the lock file does not have is not in it.
	Of map[*Package]int
	// Edges gives, for each package in Of, the index of the locked package of
	// each of its Dependencies, in the same order, or -1: for dependencies
	// that are not locked, such as dev-dependencies of a package that is no
	// member. A package that [replace] replaces is the one that is named.
	Edges map[*Package][]int
	// packages is the reverse of Of.
	packages map[int]*Package
}

// Resolve finds the locked package of each dependency of the packages of the
// tree: by name, version requirement and source among those that Cargo.lock
// says the package depends on, with [patch] and [replace] respected. It
// verifies nothing: CheckLock does. The errors are a Cargo.lock that is not
// there, a version requirement that is not valid, and a registry that the
// configuration does not have.
func (w *Workspace) Resolve() (*Graph, error) {
	f, err := newEdgeFinder(w)
	if err != nil {
		return nil, err
	}
	return f.Graph, nil
}

// Closure gives the sorted indices of all locked packages that the roots need
// in a build: themselves, their normal and build dependencies, and so on. The
// dev-dependencies of those packages are in it for which devOf is true; no
// other ones are ever needed. Optional dependencies and those of other
// platforms are in it, since cargo resolves them all.
func (g *Graph) Closure(roots []*Package, devOf func(*Package) bool) []int {
	needed := make([]bool, len(g.Lock.Packages))
	var todo []int
	need := func(i int) {
		if i >= 0 && !needed[i] { // -1: nothing replaces it
			needed[i] = true
			todo = append(todo, i)
		}
	}
	for _, p := range roots {
		if i, ok := g.Of[p]; ok {
			need(i)
		}
	}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		need(g.Lock.Packages[i].Replace)
		for _, j := range g.Needs(i, devOf) {
			need(j)
		}
	}
	return whichTrue(needed)
}

// Needs gives the sorted dependencies of a locked package in a build, for every
// platform and feature. devOf says of which packages of the tree the
// dev-dependencies count.
func (g *Graph) Needs(i int, devOf func(*Package) bool) []int {
	p, inTree := g.packages[i]
	if !inTree {
		return g.Lock.Packages[i].Dependencies
	}
	var out []int
	for k, j := range g.Edges[p] {
		if j >= 0 && (p.Dependencies[k].Kind != Dev || devOf(p)) {
			out = append(out, j)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// whichTrue gives the indices that are set.
func whichTrue(set []bool) []int {
	out := []int{}
	for i, ok := range set {
		if ok {
			out = append(out, i)
		}
	}
	return out
}

// Tree gives the packages of the tree among locked packages, in their order.
func (g *Graph) Tree(indices []int) []*Package {
	var out []*Package
	for _, i := range indices {
		if p, ok := g.packages[i]; ok {
			out = append(out, p)
		}
	}
	return out
}

// BehindForeign gives the packages of the tree on which registry and git
// packages among the indices depend, which [patch] and [replace] by path bring
// about, with all that those packages need of the tree. They are in the order
// of Cargo.lock.
func (g *Graph) BehindForeign(indices []int) []*Package {
	var roots []*Package
	for _, i := range indices {
		if _, inTree := g.packages[i]; inTree {
			continue
		}
		for _, j := range g.Lock.Packages[i].Dependencies {
			if p, ok := g.packages[g.replaced(j)]; ok && !slices.Contains(roots, p) {
				roots = append(roots, p)
			}
		}
	}
	none := func(*Package) bool { return false }
	return g.Tree(g.Closure(roots, none))
}

// replaced follows [replace]. ReadLock has made sure that it ends.
func (g *Graph) replaced(i int) int {
	for g.Lock.Packages[i].Replace >= 0 {
		i = g.Lock.Packages[i].Replace
	}
	return i
}

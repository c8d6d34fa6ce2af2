package plan

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
)

// closure is the part of the workspace and of Cargo.lock that the selected
// packages need. Everything else stays out of both steps, so that it can
// neither widen the build nor touch a cache key.
type closure struct {
	ws    *cargo.Workspace
	sel   *Selection
	graph *cargo.Graph
	goal  Goal
	// dev says that tests, examples and dev-dependencies of the selected packages
	// are compiled.
	dev bool
	// locked are indices into ws.Lock.Packages, sorted.
	locked []int
	// tree are the packages of the tree, by directory.
	tree []*cargo.Package
	// at maps each of them to its index in the lock file.
	at map[*cargo.Package]int
	// of is the reverse of at.
	of map[int]*cargo.Package
	// solid packages are depended on by a crate from elsewhere: they are
	// compiled in the dependencies step, from their real files.
	solid map[*cargo.Package]bool
	// masks are the versions that the packages have as stubs.
	masks map[*cargo.Package]string
}

// newClosure verifies the lock file, selects the binaries and follows what
// they need.
func newClosure(ws *cargo.Workspace, s *Settings, target string) (*closure, error) {
	if ws.Lock == nil {
		return nil, cargo.Errorf(rootPosition(ws),
			"there is no Cargo.lock: the build uses exactly the versions that it locks; run `cargo generate-lockfile` and put the file into the context")
	}
	if err := ws.CheckLock(); err != nil {
		return nil, err
	}
	sel, err := Select(ws, s, target)
	if err != nil {
		return nil, err
	}
	graph, err := ws.Resolve()
	if err != nil {
		return nil, err
	}
	c := &closure{ws: ws, sel: sel, graph: graph, goal: s.Goal, dev: s.Goal.dev(s.Profile)}
	c.locked = slices.Sorted(slices.Values(graph.Closure(sel.Packages, c.devOf)))
	c.at, c.of = map[*cargo.Package]int{}, map[int]*cargo.Package{}
	for _, i := range c.locked {
		for _, p := range graph.Tree([]int{i}) {
			c.at[p], c.of[i] = i, p
			c.tree = append(c.tree, p)
		}
	}
	slices.SortFunc(c.tree, func(a, b *cargo.Package) int { return strings.Compare(a.Dir, b.Dir) })
	c.maskVersions()
	c.findSolid()
	return c, nil
}

// maskVersions gives each package of the tree [StubVersion], with a number
// behind it for the second and further ones of a name: Cargo.lock tells them
// apart by the version alone.
func (c *closure) maskVersions() {
	c.masks = map[*cargo.Package]string{}
	seen := map[string]int{}
	for _, p := range c.tree {
		c.masks[p] = StubVersion
		if n := seen[p.Name]; n > 0 {
			c.masks[p] = fmt.Sprintf("%s.%d", StubVersion, n)
		}
		seen[p.Name]++
	}
}

// devOf says whether a package's dev-dependencies take part: those of the
// packages that cargo was asked for, when their tests are compiled. With the
// first resolver cargo unifies their features into a normal build too; with the
// later ones they do not exist for it.
// https://doc.rust-lang.org/cargo/reference/features.html#feature-resolver-version-2
func (c *closure) devOf(p *cargo.Package) bool {
	return (c.dev || c.ws.Resolver == "1") && c.selected(p)
}

// selected says whether cargo is asked for a package.
func (c *closure) selected(p *cargo.Package) bool { return slices.Contains(c.sel.Packages, p) }

// findSolid marks what crates from elsewhere depend on, and all that those
// packages need of the tree.
func (c *closure) findSolid() {
	roots := c.graph.BehindForeign(c.locked)
	for _, i := range c.locked {
		// [replace] wants the very version that it names.
		if r := c.ws.Lock.Packages[i].Replace; r >= 0 && c.of[r] != nil {
			roots = append(roots, c.of[r])
		}
	}
	for _, p := range c.tree {
		for _, d := range p.Dependencies {
			if _, mixed := c.patched(p, &d); mixed != nil {
				roots = append(roots, mixed)
			}
		}
	}
	c.solid = map[*cargo.Package]bool{}
	if len(roots) == 0 {
		return
	}
	none := func(*cargo.Package) bool { return false }
	for _, p := range c.graph.Tree(c.graph.Closure(roots, none)) {
		c.solid[p] = true
	}
}

// patched gives the package of the tree that [patch] puts in place of a
// registry or git dependency of p, or nil. When Cargo.lock has a package of
// that name from the tree and one from elsewhere, and so does not tell which
// one the dependency is, the one of the tree is the second result.
func (c *closure) patched(p *cargo.Package, d *cargo.Dependency) (only, mixed *cargo.Package) {
	i, ok := c.at[p]
	if !ok || d.Path != "" {
		return nil, nil
	}
	foreign, edge := false, -1
	for k := range p.Dependencies {
		if &p.Dependencies[k] == d {
			edge = c.graph.Edges[p][k]
		}
	}
	for _, j := range c.ws.Lock.Packages[i].Dependencies {
		switch l := c.ws.Lock.Packages[j]; {
		case l.Name != d.Package:
		case c.of[j] != nil && edge >= 0 && edge != j: // another version
		case c.of[j] != nil:
			only = c.of[j]
		default:
			foreign = true
		}
	}
	if !foreign {
		return only, nil
	}
	if only != nil && slices.ContainsFunc(c.ws.Patches, func(patch cargo.Patch) bool { return patch.Path == only.Dir }) {
		return nil, only
	}
	return nil, nil // p has two dependencies of that name, one of them by path
}

// inTree gives the closure's package in a directory of the context, or nil.
func (c *closure) inTree(dir string) *cargo.Package {
	i, ok := slices.BinarySearchFunc(c.tree, dir, func(p *cargo.Package, dir string) int {
		return strings.Compare(p.Dir, dir)
	})
	if !ok {
		return nil
	}
	return c.tree[i]
}

// bins gives the chosen binaries of a package; a goal without binaries looks at
// all of those that the selected packages have.
func (c *closure) bins(p *cargo.Package) []cargo.Target {
	bins := c.sel.Bins
	if c.goal != Build && c.selected(p) {
		bins = binsOf([]*cargo.Package{p})
	}
	var out []cargo.Target
	for _, b := range bins {
		if b.Package == p {
			out = append(out, b.Target)
		}
	}
	slices.SortFunc(out, func(a, b cargo.Target) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// targets gives the targets of a package that stay in its manifest: the
// library, the build script and the chosen binaries.
func (c *closure) targets(p *cargo.Package) []cargo.Target {
	var out []cargo.Target
	for _, t := range p.Targets {
		if t.Kind == cargo.Lib || t.Kind == cargo.BuildScript {
			out = append(out, t)
		}
	}
	bins := c.bins(p)
	if len(bins) == 0 && !slices.ContainsFunc(out, func(t cargo.Target) bool { return t.Kind == cargo.Lib }) {
		// Cargo ignores a dependency without a library, but not a package
		// without any target.
		for _, t := range p.Targets {
			if t.Kind == cargo.Bin {
				bins = append(bins, t)
				break
			}
		}
	}
	return append(out, bins...)
}

// relative writes one directory of the context as seen from another one.
func relative(from, to string) string {
	from, to = path.Clean(from), path.Clean(to)
	if from == to {
		return "."
	}
	var a, b []string
	if from != "." {
		a = strings.Split(from, "/")
	}
	if to != "." {
		b = strings.Split(to, "/")
	}
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	return path.Join(strings.Repeat("../", len(a)) + strings.Join(b, "/"))
}

// within says whether dir is parent or below it.
func within(parent, dir string) bool {
	return parent == "." || dir == parent || strings.HasPrefix(dir, parent+"/")
}

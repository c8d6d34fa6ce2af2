package manifest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/settings"
)

// Closure is the part of the workspace and of Cargo.lock that the selected
// packages need. Everything else stays out of both steps, so that it can
// neither widen the build nor touch a cache key.
type Closure struct {
	Workspace *cargo.Workspace
	Selection *settings.Selection
	Graph     *cargo.Graph
	Goal      settings.Goal
	// dev says that tests, examples and dev-dependencies of the selected packages
	// are compiled.
	dev bool
	// Locked are indices into Workspace.Lock.Packages, sorted.
	Locked []int
	// Tree are the packages of the tree, by directory.
	Tree []*cargo.Package
	// LockedAt maps each of them to its index in the lock file.
	LockedAt map[*cargo.Package]int
	// PackageOf is the reverse.
	PackageOf map[int]*cargo.Package
	// Solid packages are depended on by an external crate: they are
	// compiled in the dependencies step, from their real files.
	Solid map[*cargo.Package]bool
	// masks are the versions that the packages have as stubs.
	masks map[*cargo.Package]string
}

// New verifies the lock file, selects the binaries and follows what
// they need.
func New(ws *cargo.Workspace, s *settings.Settings, target string) (*Closure, error) {
	if ws.Lock == nil {
		return nil, document.Errorf(settings.RootPosition(ws),
			"there is no Cargo.lock: the build uses exactly the versions that it locks; run `cargo generate-lockfile` and put the file into the context (where it is there, an ignore file keeps it out)")
	}
	if err := ws.CheckLock(); err != nil {
		return nil, err
	}
	sel, err := settings.Select(ws, s, target)
	if err != nil {
		return nil, err
	}
	graph, err := ws.Resolve()
	if err != nil {
		return nil, err
	}
	c := &Closure{Workspace: ws, Selection: sel, Graph: graph, Goal: s.Goal, dev: s.Goal.Traits().Dev(s.Profile)}
	c.Locked = slices.Sorted(slices.Values(graph.Closure(sel.Packages, c.HasDev)))
	c.LockedAt, c.PackageOf = map[*cargo.Package]int{}, map[int]*cargo.Package{}
	for _, i := range c.Locked {
		for _, p := range graph.Tree([]int{i}) {
			c.LockedAt[p], c.PackageOf[i] = i, p
			c.Tree = append(c.Tree, p)
		}
	}
	slices.SortFunc(c.Tree, func(a, b *cargo.Package) int { return strings.Compare(a.Dir, b.Dir) })
	c.maskVersions()
	c.findSolid()
	return c, nil
}

// maskVersions gives each package of the tree [StubVersion], with a number
// behind it for the second and further ones of a name: Cargo.lock tells them
// apart by the version alone.
func (c *Closure) maskVersions() {
	c.masks = map[*cargo.Package]string{}
	seen := map[string]int{}
	for _, p := range c.Tree {
		c.masks[p] = StubVersion
		if n := seen[p.Name]; n > 0 {
			c.masks[p] = fmt.Sprintf("%s.%d", StubVersion, n)
		}
		seen[p.Name]++
	}
}

// HasDev says whether a package's dev-dependencies take part: those of the
// packages that cargo was asked for, when their tests are compiled. With the
// first resolver cargo unifies their features into a normal build too; with the
// later ones they do not exist for it.
// https://doc.rust-lang.org/cargo/reference/features.html#feature-resolver-version-2
func (c *Closure) HasDev(p *cargo.Package) bool {
	return (c.dev || c.Workspace.Resolver == "1") && c.selected(p)
}

// selected says whether cargo is asked for a package.
func (c *Closure) selected(p *cargo.Package) bool { return slices.Contains(c.Selection.Packages, p) }

// findSolid marks what external crates depend on, and all that those
// packages need of the tree.
func (c *Closure) findSolid() {
	roots := c.Graph.BehindForeign(c.Locked)
	for _, i := range c.Locked {
		// [replace] wants the very version that it names.
		if r := c.Workspace.Lock.Packages[i].Replace; r >= 0 && c.PackageOf[r] != nil {
			roots = append(roots, c.PackageOf[r])
		}
	}
	for _, p := range c.Tree {
		for k := range p.Dependencies {
			if _, mixed := c.patched(p, &p.Dependencies[k]); mixed != nil {
				roots = append(roots, mixed)
			}
		}
	}
	c.Solid = map[*cargo.Package]bool{}
	if len(roots) == 0 {
		return
	}
	none := func(*cargo.Package) bool { return false }
	for _, p := range c.Graph.Tree(c.Graph.Closure(roots, none)) {
		c.Solid[p] = true
	}
}

// patched gives the package of the tree that [patch] puts in place of a
// registry or git dependency of p, or nil. When Cargo.lock has a package of
// that name from the tree and an external one, and so does not tell which
// one the dependency is, the one of the tree is the second result.
func (c *Closure) patched(p *cargo.Package, d *cargo.Dependency) (only, mixed *cargo.Package) {
	i, ok := c.LockedAt[p]
	if !ok || d.Path != "" {
		return nil, nil
	}
	foreign, edge := false, -1
	for k := range p.Dependencies {
		if &p.Dependencies[k] == d {
			edge = c.Graph.Edges[p][k]
		}
	}
	for _, j := range c.Workspace.Lock.Packages[i].Dependencies {
		switch l := c.Workspace.Lock.Packages[j]; {
		case l.Name != d.Package:
		case c.PackageOf[j] != nil && edge >= 0 && edge != j: // another version
		case c.PackageOf[j] != nil:
			only = c.PackageOf[j]
		default:
			foreign = true
		}
	}
	if !foreign {
		return only, nil
	}
	if only != nil && slices.ContainsFunc(c.Workspace.Patches, func(patch cargo.Patch) bool { return patch.Path == only.Dir }) {
		return nil, only
	}
	return nil, nil // p has two dependencies of that name, one of them by path
}

// PackageIn gives the closure's package in a directory of the context, or nil.
func (c *Closure) PackageIn(dir string) *cargo.Package {
	i, ok := slices.BinarySearchFunc(c.Tree, dir, func(p *cargo.Package, dir string) int {
		return strings.Compare(p.Dir, dir)
	})
	if !ok {
		return nil
	}
	return c.Tree[i]
}

// bins gives the chosen binaries of a package; a goal without binaries looks at
// all of those that the selected packages have.
func (c *Closure) bins(p *cargo.Package) []cargo.Target {
	bins := c.Selection.Bins
	if !c.Goal.Traits().Image && c.selected(p) {
		bins = settings.BinsOf([]*cargo.Package{p})
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

// Targets gives the targets of a package that stay in its manifest: the
// library, the build script and the chosen binaries.
func (c *Closure) Targets(p *cargo.Package) []cargo.Target {
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

// Part is the closure of some locked packages.
func (c *Closure) Part(locked []int) *Closure {
	out := *c
	out.Locked, out.Tree = locked, nil
	for _, p := range c.Tree {
		if _, ok := slices.BinarySearch(locked, c.LockedAt[p]); ok {
			out.Tree = append(out.Tree, p)
		}
	}
	return &out
}

// IsReplaced says whether [replace] puts another package in the place of a
// locked one, which is then never compiled. Cargo looks it up all the same.
func (c *Closure) IsReplaced(i int) bool { return c.Workspace.Lock.Packages[i].Replace >= 0 }

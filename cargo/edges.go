package cargo

import (
	"errors"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/cargo/semver"
)

// edgeFinder finds the locked package of a dependency.
type edgeFinder struct {
	*Graph
	ws     *Workspace
	byName map[string][]int
	byDir  map[string]*Package
	// versions are those of the locked packages.
	versions     []semver.Version
	requirements map[string]semver.Requirement
}

// newEdgeFinder builds the graph.
func newEdgeFinder(w *Workspace) (*edgeFinder, error) {
	if w.Lock == nil {
		return nil, w.noLock()
	}
	f := &edgeFinder{
		Graph:        &Graph{Lock: w.Lock, Of: map[*Package]int{}, Edges: map[*Package][]int{}, packages: map[int]*Package{}},
		ws:           w,
		byName:       map[string][]int{},
		byDir:        map[string]*Package{},
		versions:     make([]semver.Version, len(w.Lock.Packages)),
		requirements: map[string]semver.Requirement{},
	}
	for i, l := range w.Lock.Packages {
		f.byName[l.Name] = append(f.byName[l.Name], i)
		v, err := semver.Parse(l.Version)
		if err != nil {
			return nil, document.Errorf(l.Position, "package %s: %v", l.Name, err)
		}
		f.versions[i] = v
	}
	for _, p := range w.Packages {
		f.byDir[p.Dir] = p
		if i, ok := f.inLock(p); ok && f.packages[i] == nil {
			f.Of[p], f.packages[i] = i, p
		}
	}
	for _, p := range w.Packages {
		if err := f.findEdges(p); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// inLock finds a package of the tree: those have no source.
func (f *edgeFinder) inLock(p *Package) (int, bool) {
	for _, i := range f.byName[p.Name] {
		if l := &f.Lock.Packages[i]; l.Source.Kind == PathSource && l.Version == p.Version {
			return i, true
		}
	}
	return 0, false
}

func (f *edgeFinder) findEdges(p *Package) error {
	i, ok := f.Of[p]
	if !ok {
		return nil
	}
	edges := make([]int, len(p.Dependencies))
	for k := range p.Dependencies {
		edges[k] = -1
		d := &p.Dependencies[k]
		if d.Kind == Dev && !p.Member {
			continue // cargo does not lock them
		}
		var among []int
		for _, j := range f.Lock.Packages[i].Dependencies {
			if f.Lock.Packages[j].Name == d.Package {
				among = append(among, j)
			}
		}
		j, err := f.find(d, among)
		if err != nil {
			return err
		}
		edges[k] = j
	}
	f.Edges[p] = edges
	return nil
}

// find gives the locked package that fulfils a dependency, the newest of
// several, since cargo prefers it, or -1.
func (f *edgeFinder) find(d *Dependency, among []int) (int, error) {
	want, err := f.source(d)
	if err != nil {
		return -1, err
	}
	match, err := f.requirement(d)
	if err != nil {
		return -1, err
	}
	best := -1
	for _, j := range among {
		if !f.fits(d, want, j) || !match(f.versions[j]) {
			continue
		}
		if best < 0 || f.versions[j].Compare(f.versions[best]) > 0 {
			best = j
		}
	}
	return best, nil
}

// requirement gives the test of a dependency's version. Without a requirement
// every version will do, pre-releases too.
func (f *edgeFinder) requirement(d *Dependency) (func(semver.Version) bool, error) {
	if d.Requirement == "" {
		return func(semver.Version) bool { return true }, nil
	}
	r, ok := f.requirements[d.Requirement]
	if !ok {
		var err error
		if r, err = semver.ParseRequirement(d.Requirement); err != nil {
			return nil, document.Errorf(d.Position, "the dependency %s: %v", d.Key, err)
		}
		f.requirements[d.Requirement] = r
	}
	return r.Matches, nil
}

// source gives the source that a dependency asks for.
func (f *edgeFinder) source(d *Dependency) (Source, error) {
	switch {
	case d.Path != "":
		return Source{}, nil
	case d.Git != "":
		return Source{Kind: GitSource, URL: d.Git, Branch: d.Branch, Tag: d.Tag, Rev: d.Rev}, nil
	case d.RegistryIndex != "":
		return indexSource(d.RegistryIndex), nil
	}
	index := f.ws.IndexOf(d.Registry)
	if index == "" {
		return Source{}, f.unknownRegistry(d)
	}
	return indexSource(index), nil
}

func (f *edgeFinder) unknownRegistry(d *Dependency) error {
	known := []string{cratesIOName}
	if f.ws.Config != nil {
		known = append(known, document.Keys(f.ws.Config.Registries)...)
	}
	return document.Errorf(d.Position, "the dependency %s is of the registry %q, which has no index in [registries] of the project's .cargo/config.toml; there are: %s",
		d.Key, d.Registry, strings.Join(known, ", "))
}

// fits says whether a locked package may stand for a dependency by its source:
// the one that is asked for, or one that [patch] puts in its place.
func (f *edgeFinder) fits(d *Dependency, want Source, j int) bool {
	l := &f.Lock.Packages[j]
	if want.Kind == PathSource {
		p := f.byDir[d.Path]
		return l.Source.Kind == PathSource && (p == nil || p.Name == l.Name && p.Version == l.Version)
	}
	if f.same(l.Source, want) {
		return true
	}
	for k := range f.ws.Patches {
		p := &f.ws.Patches[k]
		if p.Replace == "" && p.Package == d.Package && f.patches(p.Source, want) && f.isPatch(p, l) {
			return true
		}
	}
	return false
}

// isPatch says whether a locked package is the one that a patch names.
func (f *edgeFinder) isPatch(p *Patch, l *LockedPackage) bool {
	if l.Name != p.Package {
		return false
	}
	from, err := f.source(&p.Dependency)
	return err == nil && f.same(l.Source, from)
}

// patches says whether the source that [patch.SOURCE] names is a dependency's.
// https://doc.rust-lang.org/cargo/reference/overriding-dependencies.html#the-patch-section
func (f *edgeFinder) patches(name string, want Source) bool {
	if index := f.ws.IndexOf(name); index != "" {
		return f.same(indexSource(index), want)
	}
	if want.Kind == GitSource {
		return canonicalURL(name) == canonicalURL(want.URL)
	}
	return f.same(indexSource(name), want)
}

// same compares sources. Up to format 2, no branch and "master" are the same.
func (f *edgeFinder) same(a, b Source) bool {
	if f.Lock.Version <= 2 {
		for _, s := range []*Source{&a, &b} {
			if s.Branch == "master" {
				s.Branch = ""
			}
		}
	}
	return a.same(b)
}

// ErrNoLock is what the error of a workspace without Cargo.lock wraps.
var ErrNoLock = errors.New("run `cargo generate-lockfile` and commit the file")

// noLock is the error of a workspace without a lock file.
func (w *Workspace) noLock() *document.Error {
	return &document.Error{Position: document.Position{File: w.Root.File}, Msg: "there is no Cargo.lock beside Cargo.toml", Err: ErrNoLock}
}

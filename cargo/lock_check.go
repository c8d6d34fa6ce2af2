package cargo

import (
	"fmt"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/cargo/semver"
)

// updateLock is what brings a lock file up to date and changes no version
// without need.
const updateLock = "run `cargo update --workspace` and commit Cargo.lock"

// CheckLock says whether Cargo.lock is up to date with the manifests, which is
// what --locked asks of cargo: every member is in it with its version, every
// dependency has a locked package of a version and a source that fit, and
// it was made with the patches. The error is an [*document.Error] at the line of the manifest
// that Cargo.lock does not have; one that wraps [ErrNoLock] when there is no
// Cargo.lock. What the lock file has beyond the manifests is no error.
func (w *Workspace) CheckLock() error {
	f, err := newEdgeFinder(w)
	if err != nil {
		return err
	}
	var members []*Package
	for _, p := range w.Packages {
		if !p.Member {
			continue
		}
		members = append(members, p)
		if _, ok := f.Of[p]; !ok {
			return f.missingPackage(p)
		}
	}
	needed := map[*Package]bool{}
	closure := f.Closure(members, func(p *Package) bool { return p.Member })
	for _, p := range f.Tree(closure) {
		needed[p] = true
	}
	for _, p := range w.Packages {
		if !needed[p] {
			continue // of no member's, so cargo does not look at it
		}
		if err := f.checkDependencies(p); err != nil {
			return err
		}
	}
	if err := f.checkPatches(); err != nil {
		return err
	}
	return f.checkTree(closure)
}

// missingPackage is the error of a package of the tree that is not in the lock
// file under its version.
func (f *edgeFinder) missingPackage(p *Package) error {
	at := p.Manifest.At("package", "version")
	for _, i := range f.byName[p.Name] {
		if l := &f.Lock.Packages[i]; l.Source.Kind == PathSource {
			return document.Errorf(at, "Cargo.lock is out of date: it has %s %s, but this is version %s; %s", p.Name, l.Version, p.Version, updateLock)
		}
	}
	return document.Errorf(p.Manifest.At("package", "name"), "Cargo.lock is out of date: it has no %s %s; %s", p.Name, p.Version, updateLock)
}

func (f *edgeFinder) checkDependencies(p *Package) error {
	for k, j := range f.Edges[p] {
		d := &p.Dependencies[k]
		switch {
		case j >= 0:
		case d.Kind == Dev && !p.Member:
		case d.Optional && !p.Member: // locked only when a feature asks for it
		default:
			return f.stale(p, d)
		}
	}
	return nil
}

// stale is the error of a dependency that is not locked.
func (f *edgeFinder) stale(p *Package, d *Dependency) error {
	if target := f.byDir[d.Path]; d.Path != "" && target != nil {
		if err := f.stalePath(d, target); err != nil {
			return err
		}
	}
	all := f.byName[d.Package]
	j, err := f.find(d, all)
	if err != nil {
		return err
	}
	msg := "Cargo.lock is out of date: "
	switch {
	case j >= 0:
		return document.Errorf(d.Position, msg+"in it %s does not depend on %s; %s", p.Name, d.Package, updateLock)
	case len(all) == 0:
		return document.Errorf(d.Position, msg+"it has no %s; %s", d.Package, updateLock)
	}
	want, err := f.source(d)
	if err != nil {
		return err
	}
	var versions, others []string
	for _, i := range all {
		l := &f.Lock.Packages[i]
		if f.fits(d, want, i) {
			versions = append(versions, l.Version)
		}
		others = append(others, fmt.Sprintf("%s from %s", l.Version, l.Source))
	}
	if len(versions) > 0 {
		return document.Errorf(d.Position, msg+"it has no %s matching %q (it has %s); %s", d.Package, d.Requirement, strings.Join(versions, ", "), updateLock)
	}
	return document.Errorf(d.Position, msg+"it has no %s from %s (it has %s); %s", d.Package, want, strings.Join(others, ", "), updateLock)
}

// stalePath tells what is wrong with the package that a path leads to.
func (f *edgeFinder) stalePath(d *Dependency, target *Package) error {
	match, err := f.requirement(d)
	if err != nil {
		return err
	}
	if v, err := semver.Parse(target.Version); err == nil && !match(v) {
		return document.Errorf(d.Position, "the package %s in %s has version %s, which does not match %q", d.Package, d.Path, target.Version, d.Requirement)
	}
	if _, ok := f.Of[target]; !ok && len(f.byName[target.Name]) > 0 {
		return f.missingPackage(target)
	}
	return nil
}

// checkPatches finds patches that the lock file was made without. A patch of
// another version than the locked one is no such: cargo leaves it unused.
func (f *edgeFinder) checkPatches() error {
	for k := range f.ws.Patches {
		p := &f.ws.Patches[k]
		known := f.knownPatch
		if p.Replace != "" {
			known = f.knownReplace
		}
		if !known(p) {
			return document.Errorf(p.Position, "Cargo.lock is out of date: it was made without this patch of %s; %s", p.Package, updateLock)
		}
	}
	return nil
}

// knownPatch is false when a package is locked that the patch would take the
// place of.
func (f *edgeFinder) knownPatch(p *Patch) bool {
	target := f.byDir[p.Path]
	if p.Path == "" {
		target = nil
		for _, i := range f.byName[p.Package] {
			if f.isPatch(p, &f.Lock.Packages[i]) {
				return true
			}
		}
		for i := range f.Lock.UnusedPatches {
			if f.isPatch(p, &f.Lock.UnusedPatches[i]) {
				return true
			}
		}
	}
	for _, i := range f.byName[p.Package] {
		l := &f.Lock.Packages[i]
		if l.Source.Kind != PathSource && f.patches(p.Source, l.Source) && (target == nil || target.Version == l.Version) {
			return false
		}
	}
	return true
}

// knownReplace is false when the package that [replace] names is locked and
// not replaced. A replacement that nothing uses leaves no trace.
func (f *edgeFinder) knownReplace(p *Patch) bool {
	name, version, ok := strings.Cut(p.Replace, ":")
	if !ok || strings.Contains(p.Replace, "#") {
		return true // names the source too: left to cargo
	}
	for _, i := range f.byName[name] {
		l := &f.Lock.Packages[i]
		if l.Version == version && l.Source.Kind != PathSource && l.Replace < 0 {
			return false
		}
	}
	return true
}

// checkTree finds packages that the lock file takes from the tree and that are
// not there any more.
func (f *edgeFinder) checkTree(closure []int) error {
	for _, i := range closure {
		l := &f.Lock.Packages[i]
		if l.Source.Kind != PathSource || f.packages[i] != nil {
			continue
		}
		for _, p := range f.ws.Packages {
			if _, ok := f.Of[p]; !ok && p.Name == l.Name {
				return f.missingPackage(p)
			}
		}
		return document.Errorf(l.Position, "Cargo.lock is out of date: no Cargo.toml of the context is that of %s %s; %s", l.Name, l.Version, updateLock)
	}
	return nil
}

package planner

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
)

// gitPackages lists the repositories by URL and commit, each with the packages
// that the closure needs of it.
//
// A directory source knows its packages by name and version alone. When two
// repositories, or a repository and a registry, have a package in common, one
// directory would hand out either for both, and cargo would compile the wrong
// one. The repository then gets a directory source of its own, named with a
// dot because the outer source does not look into such directories.
func gitPackages(c *manifest.Closure, in Facts, f *manifest.Fetched) ([]plan.Git, error) {
	taken := map[string]string{} // NAME-VERSION -> repository, "" for a registry
	for _, crate := range f.Crates {
		taken[crate.Dir] = ""
	}
	byKey := map[string]*plan.Git{}
	for _, i := range c.Locked {
		l := c.Workspace.Lock.Packages[i]
		if l.Source.Kind != cargo.GitSource || c.IsReplaced(i) {
			continue
		}
		key, dir := manifest.Repository(l.Source), l.Name+"-"+l.Version
		g := byKey[key]
		if g == nil {
			g = &plan.Git{URL: l.Source.URL, Commit: l.Source.Commit, Line: l.Position.Line}
			byKey[key] = g
		}
		if slices.ContainsFunc(g.Packages, func(p plan.GitPackage) bool { return p.Dir == dir }) {
			continue // the same commit by two references
		}
		if other, ok := taken[dir]; ok && other != key {
			f.Apart[key] = apartDir(l.Source.Commit, f.Apart)
		} else {
			taken[dir] = key
		}
		p, err := gitPackage(l, in)
		if err != nil {
			return nil, err
		}
		p.Dir = dir
		g.Packages = append(g.Packages, p)
	}
	var out []plan.Git
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		g := *byKey[key]
		slices.SortFunc(g.Packages, func(a, b plan.GitPackage) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
		})
		for i := range g.Packages {
			if dir := f.Apart[key]; dir != "" {
				g.Packages[i].Dir = dir + "/" + g.Packages[i].Dir
			}
		}
		out = append(out, g)
	}
	nameCheckouts(out)
	return out, nil
}

// nameCheckouts names the directories of the repositories, by as much of the commits as
// tells them apart. Two repositories may have a commit in common.
func nameCheckouts(all []plan.Git) {
	taken := map[string]bool{}
	for i := range all {
		name := ".checkout-" + all[i].Commit[:min(8, len(all[i].Commit))]
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf(".checkout-%s-%d", all[i].Commit, n)
		}
		taken[name] = true
		all[i].Checkout = name
	}
}

// links lead from the packages of some repositories to their directories there. Of some
// directories of VendorDir only those are made, unless that is nil.
func links(all []plan.Git, dirs []string) []plan.Link {
	var out []plan.Link
	for _, g := range all {
		for _, p := range g.Packages {
			if dirs == nil || slices.Contains(dirs, p.Dir) {
				out = append(out, plan.Link{Path: p.Dir, To: path.Join(g.Checkout, p.Subdir)})
			}
		}
	}
	return out
}

// apartDir names a directory source, longer when eight digits are taken.
func apartDir(commit string, taken map[string]string) string {
	name := ".git-" + commit[:min(8, len(commit))]
	for _, other := range taken {
		if other == name {
			return ".git-" + commit
		}
	}
	return name
}

// gitPackage finds a locked package in what was read of its repository.
func gitPackage(l cargo.LockedPackage, in Facts) (plan.GitPackage, error) {
	out := plan.GitPackage{Name: l.Name, Version: l.Version}
	packages, known := in.Git[manifest.Repository(l.Source)]
	if !known {
		return out, nil
	}
	for _, p := range packages {
		if p.Name != l.Name || p.Version != l.Version {
			continue
		}
		out.Subdir = p.Dir
		data, err := manifest.VendoredManifest(p)
		if err != nil {
			return out, fmt.Errorf("write the manifest of %s from %s: %w", l.Name, l.Source.URL, err)
		}
		out.Manifest = data
		return out, nil
	}
	var names []string
	for _, p := range packages {
		names = append(names, p.Name+" "+p.Version)
	}
	slices.Sort(names)
	return out, document.Errorf(l.Position, "%s at %s has no package %s %s; there are: %s",
		l.Source.URL, l.Source.Commit, l.Name, l.Version, strings.Join(names, ", "))
}

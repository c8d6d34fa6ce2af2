package planner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// titleOf names what is built for people: the binaries, or the packages of a goal
// without any.
func titleOf(c *manifest.Closure) string {
	names := settings.BinNames(c.Selection.Bins)
	if !c.Goal.Traits().Image {
		for _, p := range c.Selection.Packages {
			names = append(names, p.Name)
		}
	}
	return strings.Join(names, ", ")
}

// sourceCompiles lists the packages of the tree and the chosen binaries.
func sourceCompiles(c *manifest.Closure) []string {
	out := settings.BinNames(c.Selection.Bins)
	for _, p := range c.Tree {
		out = append(out, p.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// depsCompiles lists what the dependencies step compiles when there are no layers:
// the external packages, and those of the tree that they depend on.
func depsCompiles(c *manifest.Closure) []string {
	var out []string
	for _, i := range c.Locked {
		if p := c.PackageOf[i]; !c.IsReplaced(i) && (p == nil || c.Solid[p]) {
			out = append(out, c.Workspace.Lock.Packages[i].Name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// planPackages lists the closure's packages of the tree by name.
func planPackages(c *manifest.Closure) []plan.Package {
	var out []plan.Package
	for _, p := range c.Tree {
		out = append(out, plan.Package{Name: p.Name, Version: p.Version, Dir: p.Dir, Solid: c.Solid[p]})
	}
	slices.SortFunc(out, func(a, b plan.Package) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Dir, b.Dir))
	})
	return out
}

// placeOf is where a position is, for a plan.
func placeOf(at document.Position) plan.Place { return plan.Place{File: at.File, Line: at.Line} }

// lockedPlace is where a locked package is named: by its manifest when it is of the
// tree, else in Cargo.lock.
func lockedPlace(c *manifest.Closure, locked int) plan.Place {
	if p := c.PackageOf[locked]; p != nil {
		return placeOf(p.Manifest.At("package", "name"))
	}
	return placeOf(c.Workspace.Lock.Packages[locked].Position)
}

// stepPlaces are where the user's files name what the dependencies step and the
// last step compile: the first package's dependencies, and its binary. A goal that makes no
// image says itself what failed; of several packages none is named in particular.
func stepPlaces(c *manifest.Closure) (deps, last plan.Place) {
	if len(c.Selection.Bins) > 0 {
		first := c.Selection.Bins[0]
		return placeOf(first.Package.Manifest.At("dependencies")), placeOf(first.Target.Position)
	}
	first := c.Selection.Packages[0].Manifest
	last = placeOf(first.At("package", "name"))
	if len(c.Selection.Packages) > 1 {
		last = placeOf(c.Workspace.Root.At("workspace"))
	}
	return placeOf(first.At("dependencies")), last
}

// blame lists packages of the tree.
func blame(tree []*cargo.Package) []plan.Compiled {
	var out []plan.Compiled
	for _, p := range tree {
		out = append(out, plan.Compiled{Name: p.Name, Version: p.Version, At: placeOf(p.Manifest.At("package", "name"))})
	}
	return out
}

package planner

import (
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
)

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
// last step compile: the first package's dependencies, and its binary.
func stepPlaces(c *manifest.Closure) (deps, last plan.Place) {
	if len(c.Selection.Bins) > 0 {
		first := c.Selection.Bins[0]
		return placeOf(first.Package.Manifest.At("dependencies")), placeOf(first.Target.Position)
	}
	first := c.Selection.Packages[0].Manifest
	return placeOf(first.At("dependencies")), placeOf(first.At("package", "name"))
}

// blame lists packages of the tree.
func blame(tree []*cargo.Package) []plan.Compiled {
	var out []plan.Compiled
	for _, p := range tree {
		out = append(out, plan.Compiled{Name: p.Name, Version: p.Version, At: placeOf(p.Manifest.At("package", "name"))})
	}
	return out
}

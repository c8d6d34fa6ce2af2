package planner

import (
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/plan"
)

// placeOf is where a position is, for a plan.
func placeOf(at cargo.Position) plan.Place { return plan.Place{File: at.File, Line: at.Line} }

// place is where a locked package is named: by its manifest when it is of the
// tree, else in Cargo.lock.
func (c *closure) place(locked int) plan.Place {
	if p := c.of[locked]; p != nil {
		return placeOf(p.Manifest.At("package", "name"))
	}
	return placeOf(c.ws.Lock.Packages[locked].Position)
}

// places are where the user's files name what the dependencies step and the
// last step compile: the first package's dependencies, and its binary.
func (c *closure) places() (deps, last plan.Place) {
	if len(c.sel.Bins) > 0 {
		first := c.sel.Bins[0]
		return placeOf(first.Package.Manifest.At("dependencies")), placeOf(first.Target.Position)
	}
	first := c.sel.Packages[0].Manifest
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

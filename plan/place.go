package plan

import "github.com/org/rust-frontend/cargo"

// Place is a line of one of the user's files.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

func placeOf(at cargo.Position) Place { return Place{File: at.File, Line: at.Line} }

// place is where a locked package is named: by its manifest when it is of the
// tree, else in Cargo.lock.
func (c *closure) place(locked int) Place {
	if p := c.of[locked]; p != nil {
		return placeOf(p.Manifest.At("package", "name"))
	}
	return placeOf(c.ws.Lock.Packages[locked].Position)
}

// places are where the user's files name what the dependencies step and the
// last step compile: the first package's dependencies, and its binary.
func (c *closure) places() (deps, last Place) {
	if len(c.sel.Bins) > 0 {
		first := c.sel.Bins[0]
		return placeOf(first.Package.Manifest.At("dependencies")), placeOf(first.Target.Position)
	}
	first := c.sel.Packages[0].Manifest
	return placeOf(first.At("dependencies")), placeOf(first.At("package", "name"))
}

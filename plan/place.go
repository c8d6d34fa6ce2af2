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

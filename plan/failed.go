package plan

import (
	"fmt"
	"slices"

	"github.com/org/rust-frontend/cargo"
)

// FailedPackage is the exit code of a step whose first package could not be compiled; that
// of the next is one more. What a step cannot tell apart it ends with [cargoFailed].
const FailedPackage = 110

// cargoFailed is the exit code of cargo when it cannot compile something.
const cargoFailed = 101

// Compiled is a package that a step compiles.
type Compiled struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// At is where the user's files name it.
	At Place `json:"at"`
}

// Failure says what a step that ended with an exit code could not do, and where the user's
// files name that.
func (s *Step) Failure(exit int) (msg string, at Place) {
	what, at := s.Name, s.At
	if i := exit - FailedPackage; i >= 0 && i < len(s.Blame) {
		p := s.Blame[i]
		// Cargo names no version. Of two versions it may be either.
		what, at = "compile "+p.Name, p.At
		if n := slices.IndexFunc(s.Blame, func(c Compiled) bool { return c.Name == p.Name && c != p }); n < 0 {
			what += " " + p.Version
		}
		exit = cargoFailed
	}
	return fmt.Sprintf("%s failed: exit code %d", what, exit), at
}

// Steps are all steps of the plan.
func (p *Plan) Steps() []*Step {
	out := []*Step{&p.Deps, &p.Source}
	for _, s := range []*Step{p.Units, p.Info, p.Urgency} {
		if s != nil {
			out = append(out, s)
		}
	}
	for i := range p.Layers {
		out = append(out, &p.Layers[i].Step)
	}
	return out
}

// blame lists packages of the tree.
func blame(tree []*cargo.Package) []Compiled {
	var out []Compiled
	for _, p := range tree {
		out = append(out, Compiled{p.Name, p.Version, placeOf(p.Manifest.At("package", "name"))})
	}
	return out
}

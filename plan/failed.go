package plan

import (
	"fmt"
	"slices"
)

// failedCodes are the exit codes of a step in which a package could not be compiled, in the
// order of [Step.Blame], as ranges: none that a shell or BuildKit has for a signal. What a
// step cannot tell apart it ends with [cargoFailed].
func failedCodes() [][2]int { return [][2]int{{110, 127}, {160, 254}} }

// failedPackage gives the place of the package in [Step.Blame], by an exit code.
func failedPackage(exit int) (i int, ok bool) {
	for _, r := range failedCodes() {
		if exit >= r[0] && exit <= r[1] {
			return i + exit - r[0], true
		}
		i += r[1] - r[0] + 1
	}
	return 0, false
}

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
	if i, ok := failedPackage(exit); ok && i < len(s.Blame) {
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
	var out []*Step
	for _, s := range []*Step{p.Deps, &p.Source, p.Units, p.Info, p.Urgency} {
		if s != nil {
			out = append(out, s)
		}
	}
	for i := range p.Layers {
		out = append(out, &p.Layers[i].Step)
	}
	return out
}

// Compiles lists the packages and binaries that the build's steps make, as a user may
// name them.
func (p *Plan) Compiles() []string {
	out := slices.Clone(p.Source.Compiles)
	if p.Deps != nil {
		out = append(out, p.Deps.Compiles...)
	}
	for i := range p.Layers {
		out = append(out, p.Layers[i].Compiles...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

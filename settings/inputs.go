package settings

import (
	"slices"

	"github.com/org/rust-frontend/cargo"
)

// InputsFor gives the patterns of the files of the context that some packages read besides
// their own. What a package's own table names is read by that package alone.
func (s *Settings) InputsFor(packages []*cargo.Package) []string {
	shared := s.Inputs
	if s.InputsOf != "" {
		shared = s.SharedInputs
	}
	out := slices.Clone(shared)
	for _, p := range packages {
		if p.Dir == s.InputsOf {
			out = append(out, s.Inputs...)
		}
		out = append(out, s.MemberInputs[p.Dir]...)
	}
	return out
}

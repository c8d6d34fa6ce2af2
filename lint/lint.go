package lint

import (
	"cmp"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/planner"
	"github.com/org/rust-frontend/settings"
)

// All names every rule in a [Config].
const All = "all"

// Subject is what the rules look at. All of it belongs to one build for one
// platform.
type Subject struct {
	Workspace *cargo.Workspace
	Settings  *settings.Settings
	Plan      *plan.Plan
	Used      *planner.Used
	// Entry is the file that the build was started with.
	Entry settings.Entry
	// Warnings are those of reading the settings.
	Warnings []settings.Warning
	// Gitignore is the text of .gitignore at the root of the context; nil when
	// there is none, and for a context that git itself has made.
	Gitignore []byte
	// Contexts are the names of the named contexts, which stand in for images.
	Contexts []string
}

// Rule is one thing to look for.
type Rule struct {
	// Name in camel case, as BuildKit's own rules are called.
	Name string
	// Description is one sentence without a period.
	Description string
	// Experimental rules are checked only when they are asked for.
	Experimental bool
	// Image rules are about the image and its binary: they have nothing to look
	// at when a build is for another goal.
	Image bool

	check func(*Subject) []match
}

// URL is the rule's page, docs/rules/NAME.md of this repository.
func (r Rule) URL() string {
	return "https://github.com/org/rust-frontend/blob/main/docs/rules/" + r.Name + ".md"
}

// match is what a rule has found, before it is known whose it is.
type match struct {
	at     document.Position
	detail string
}

// Finding is one place that a rule is about. A zero position means that nothing
// in a file is to blame, such as a build argument.
type Finding struct {
	Rule   Rule
	Detail string
	document.Position
}

// Config says which rules are checked, by name or [All]. Names that are no rule
// are left alone: BUILDKIT_DOCKERFILE_CHECK may name BuildKit's own.
type Config struct {
	Skip         []string
	Experimental []string
}

// Check gives the findings of all rules that the configuration wants, by file,
// line and rule. The same input gives the same findings.
func Check(in *Subject, c Config) []Finding {
	var out []Finding
	for _, r := range Rules() {
		if !c.wants(r) || r.Image && !in.Plan.Goal.Traits().Image {
			continue
		}
		for _, p := range r.check(in) {
			out = append(out, Finding{Rule: r, Detail: p.detail, Position: p.at})
		}
	}
	return Sort(out)
}

// Sort puts findings in order, each once: builds for several platforms find the
// same things.
func Sort(findings []Finding) []Finding {
	compare := func(a, b Finding) int {
		return cmp.Or(
			strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Rule.Name, b.Rule.Name), strings.Compare(a.Detail, b.Detail))
	}
	slices.SortFunc(findings, compare)
	return slices.CompactFunc(findings, func(a, b Finding) bool { return compare(a, b) == 0 })
}

// wants tells whether a rule is checked. An experimental one has to be asked
// for and cannot be skipped, as with BuildKit (frontend/dockerfile/linter).
func (c Config) wants(r Rule) bool {
	names := func(list []string) bool { return slices.Contains(list, All) || slices.Contains(list, r.Name) }
	if r.Experimental {
		return names(c.Experimental)
	}
	return !names(c.Skip)
}

// CheckSettings refuses names in the settings that are no rule. The error is an
// [*document.Error] at the setting.
func CheckSettings(s *settings.Settings) error {
	var known []string
	for _, r := range Rules() {
		known = append(known, r.Name)
	}
	for _, l := range []struct {
		key   string
		names []string
	}{{"lint.skip", s.Lint.Skip}, {"lint.experimental", s.Lint.Experimental}} {
		for _, name := range l.names {
			if name != All && !slices.Contains(known, name) {
				return document.Errorf(s.Where(l.key), "%s: there is no rule %q; %s", l.key, name, settings.Suggest(name, known))
			}
		}
	}
	return nil
}

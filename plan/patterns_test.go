package plan_test

import (
	"testing"

	"github.com/moby/patternmatcher"

	"github.com/org/rust-frontend/plan"
)

// A pattern of a path matches that path, and no other one of these.
func TestPatternsAreLiteral(t *testing.T) {
	names := []string{
		"VERSION", "VERSION ", " VERSION", "tab\t", "routes/[slug]/page", "routes/s/page", "a*b", "axb", "!not", "#comment", `back\slash`, "new\nline/x",
		"ünïcode", "trail /x",
	}
	for _, name := range names {
		m, err := patternmatcher.New([]string{plan.Escape(name)})
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		for _, other := range names {
			if got, err := m.MatchesOrParentMatches(other); err != nil || got != (other == name) {
				t.Errorf("the pattern of %q matches %q: %v, %v", name, other, got, err)
			}
		}
	}
}

package settings

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/cargo"
)

func TestSelect(t *testing.T) {
	tests := []struct {
		reason   string
		project  string
		target   string
		settings func(*Settings)
		bins     string
		features []string
	}{
		{reason: "the only binary of the root package", project: "single", bins: "single (single)"},
		{reason: "--target names a binary of another member", project: "virtual", target: "other", bins: "other (other)"},
		{reason: "--target wins over the setting", project: "virtual", target: "other", settings: func(s *Settings) { s.Bins = []string{"app"} }, bins: "other (other)"},
		{reason: "the package's only binary", project: "virtual", settings: func(s *Settings) { s.Package = "app" }, bins: "app (app)"},
		{reason: "several packages, in the order asked for", project: "virtual", settings: func(s *Settings) { s.Bins = []string{"other", "app", "other"} },
			bins: "other (other) app (app)"},
		{reason: "members beside the root package", project: "bins", target: "tool", bins: "tool (tool)"},
		{reason: "features are written as they are for one package", project: "single",
			settings: func(s *Settings) { s.Features = []string{"single/fast", "fast"} }, bins: "single (single)", features: []string{"fast"}},
		{reason: "features are qualified for several packages", project: "bins",
			settings: func(s *Settings) { s.Bins, s.Features = []string{"two", "tool"}, []string{"extra"} },
			bins:     "two (bins) tool (tool)", features: []string{"bins/extra"}},
		{reason: "all features satisfy required-features", project: "bins",
			settings: func(s *Settings) { s.Bins, s.AllFeatures = []string{"two"}, true }, bins: "two (bins)"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			s := newSettings()
			if tt.settings != nil {
				tt.settings(s)
			}
			sel, err := Select(load(t, project(t, tt.project)), s, tt.target)
			if err != nil {
				t.Fatal(err)
			}
			var bins []string
			for _, b := range sel.Bins {
				bins = append(bins, b.String())
			}
			if got := strings.Join(bins, " "); got != tt.bins {
				t.Errorf("got %s, want %s", got, tt.bins)
			}
			if diff := cmp.Diff(tt.features, sel.Features); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A required feature of a dependency is on where the manifest asks for it, as with cargo.
func TestRequiredFeaturesOfDependencies(t *testing.T) {
	p := &cargo.Package{Name: "app", Dependencies: []cargo.Dependency{
		{Key: "always", Features: []string{"a"}},
		{Key: "perhaps", Features: []string{"a"}, Optional: true},
		{Key: "tested", Features: []string{"a"}, Kind: cargo.Dev},
	}}
	tests := []struct {
		reason, required string
		chosen, missing  []string
	}{
		{reason: "asked for", required: "always/a"},
		{reason: "not asked for", required: "always/b", missing: []string{"always/b"}},
		{reason: "of a dependency that is off", required: "perhaps/a", missing: []string{"perhaps/a"}},
		{reason: "of a dependency that is on", required: "perhaps/a", chosen: []string{"perhaps"}},
		{reason: "of a dev-dependency", required: "tested/a", missing: []string{"tested/a"}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			bin := SelectedBin{Package: p, Target: cargo.Target{RequiredFeatures: []string{tt.required}}}
			if diff := cmp.Diff(tt.missing, missingFeatures(bin, tt.chosen, true)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

package planner

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/settings"
)

// What a user may name is what the steps of the build compile, however they are cut.
func TestCompiles(t *testing.T) {
	tests := []struct {
		reason, project string
		settings        *settings.Settings
		inputs          func(*inputs)
		want            []string
	}{
		{reason: "one layer: all that Cargo.lock has for the binary", project: "layers",
			want: []string{"app", "leaf", "maker", "mid", "scripted", "shared", "shout"}},
		{reason: "layers: what cargo compiles, and not shout", project: "layers", settings: newSettings(func(s *settings.Settings) { s.Layers = 3 }),
			inputs: func(in *inputs) { in.Units = layersGraph(t) },
			want:   []string{"app", "leaf", "maker", "mid", "scripted", "shared"}},
		{reason: "members with steps, and one that the last step has the files of", project: "members", settings: newSettings(func(s *settings.Settings) { s.Layers = settings.EachCrate }),
			inputs: func(in *inputs) { in.Target, in.Units = "app", membersGraph(t) }, want: []string{"app", "base", "leaf", "mid", "optional"}},
		{reason: "binaries that are not called like their package", project: "bins",
			settings: newSettings(func(s *settings.Settings) { s.Bins, s.Features = []string{"two", "one"}, []string{"extra"} }), want: []string{"bins", "one", "two"}},
		{reason: "repositories", project: "git", inputs: func(in *inputs) { in.Git = repositories(t) }, want: []string{"cfg-if", "helper", "plain", "withgit"}},
		{reason: "the project's own vendored crates", project: "vendored", want: []string{"cfg-if", "vendored"}},
		{reason: "packages of the tree below a crate", project: "patch", want: []string{"cfg-if", "patched", "proc-macro2", "quote", "unicode-ident"}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			s, in := tt.settings, amd64()
			if s == nil {
				s = newSettings()
			}
			if tt.inputs != nil {
				tt.inputs(&in)
			}
			if diff := cmp.Diff(tt.want, newPlan(t, project(t, tt.project), s, in).Compiles()); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
		})
	}
}

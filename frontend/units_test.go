package frontend

import (
	"fmt"
	"testing"

	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"

	"github.com/org/rust-frontend/plan"
)

// The exit code of a member's step is that of no other step, such as a test.
func TestLacksFile(t *testing.T) {
	crates := plan.Layer{Packages: []string{"leaf 1.0.0"}}
	member := plan.Layer{Packages: []string{"base 0.1.0"}, Tree: true}
	tests := []struct {
		reason string
		layers []plan.Layer
		code   uint32
		want   bool
	}{
		{"a member's step lacks a file", []plan.Layer{crates, member}, plan.MissingFile, true},
		{"a member's step fails", []plan.Layer{crates, member}, 101, false},
		{"a test exits like that over steps of crates", []plan.Layer{crates}, plan.MissingFile, false},
		{"a test exits like that over one step", nil, plan.MissingFile, false},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			err := fmt.Errorf("solve: %w", &gatewaypb.ExitError{ExitCode: tt.code})
			if got := lacksFile(&plan.Plan{Layers: tt.layers}, err); got != tt.want {
				t.Errorf("got %t, want %t", got, tt.want)
			}
		})
	}
}

package frontend

import (
	"errors"
	"fmt"
	"testing"

	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/opencontainers/go-digest"

	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/plan"
)

// A failed step is one sentence about the package at its line, and what BuildKit's error
// knows stays to be found, in whatever order its parts are.
func TestStepFailed(t *testing.T) {
	member := plan.Layer{Tree: true, Step: plan.Step{
		Name: "compile a 1.0.0, b 2.0.0", At: plan.Place{File: "Cargo.lock", Line: 3},
		Blame: []plan.Compiled{
			{Name: "a", Version: "1.0.0", At: plan.Place{File: "Cargo.lock", Line: 3}},
			{Name: "b", Version: "2.0.0", At: plan.Place{File: "Cargo.lock", Line: 9}},
		},
	}}
	p := &plan.Plan{Layers: []plan.Layer{member}}
	process := func(code uint32) error {
		text := fmt.Sprintf("process %q did not complete successfully: exit code: %d", plan.ExecutorFile+" compile a 1.0.0, b 2.0.0", code)
		return &gatewaypb.ExitError{ExitCode: code, Err: errors.New(text)}
	}
	source := &errdefs.Source{}
	tests := []struct {
		reason string
		err    error
		says   string
		line   int
	}{
		{"the second package", errdefs.WithSource(process(111), source), "compile b 2.0.0 failed: exit code 101", 9},
		{"the source is within", &gatewaypb.ExitError{ExitCode: 110, Err: errdefs.WithSource(errors.New(process(110).Error()), source)}, "compile a 1.0.0 failed: exit code 101", 3},
		{"no package", errdefs.WrapVertex(process(101), digest.FromString("x")), "compile a 1.0.0, b 2.0.0 failed: exit code 101", 3},
		{"a signal", process(137), "compile a 1.0.0, b 2.0.0 failed: exit code 137", 3},
		{"more packages than there are", process(112), "compile a 1.0.0, b 2.0.0 failed: exit code 112", 3},
		{"no memory", &gatewaypb.ExitError{ExitCode: 137, Err: fmt.Errorf("%w: cannot allocate memory", process(137))},
			"compile a 1.0.0, b 2.0.0 failed: exit code 137: cannot allocate memory", 3},
	}
	for _, tt := range tests {
		err := stepFailed(p, tt.err)
		var exit *gatewaypb.ExitError
		var at *document.Error
		if err.Error() != tt.says || !errors.As(err, &exit) || !errors.As(err, &at) || at.Line != tt.line || len(errdefs.Sources(err)) > 0 {
			t.Errorf("%s: %q, %v, %v, %d sources", tt.reason, err, exit, at, len(errdefs.Sources(err)))
		}
		var vertex *errdefs.VertexError
		if errors.As(tt.err, &vertex) != errors.As(err, &vertex) {
			t.Errorf("%s: the vertex is lost", tt.reason)
		}
	}
	for _, other := range []error{errors.New("no step"), errors.New(`process "/bin/sh" did not complete successfully`)} {
		if got := stepFailed(p, other); got != other { //nolint:errorlint // the very error
			t.Errorf("%v became %v", other, got)
		}
	}
}

package frontend

import (
	"errors"
	"strings"

	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/opencontainers/go-digest"

	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/plan"
)

// stepFailedError is an error of BuildKit in a sentence of its own: which package could
// not be compiled, at the line that names it. BuildKit's error is kept for what it knows
// of the vertex and the exit code.
type stepFailedError struct {
	error
	step string
	at   *document.Error
}

// Error is the sentence.
func (e stepFailedError) Error() string { return e.at.Msg }

// Unwrap gives the place, and BuildKit's error.
func (e stepFailedError) Unwrap() []error { return []error{e.at, e.error} }

// outOfMemory is in BuildKit's error when a process of a step was killed for want of
// memory.
const outOfMemory = "cannot allocate memory"

// stepFailed says what a step of the plan that has failed could not do. What cargo says is
// in its log, which clients show above.
func stepFailed(p *plan.Plan, err error) error {
	var exit *gatewaypb.ExitError
	name, ok := failedStep(err)
	if !ok || !errors.As(err, &exit) {
		return err
	}
	for _, step := range p.Steps() {
		if step.Name == name {
			msg, at := step.Failure(int(exit.ExitCode))
			if strings.Contains(err.Error(), outOfMemory) {
				msg += ": " + outOfMemory
			}
			place := &document.Error{Position: document.Position{File: at.File, Line: at.Line}, Msg: msg}
			return stepFailedError{error: withoutSource(err, exit), step: name, at: place}
		}
	}
	return err
}

// withoutSource is what BuildKit's error knows of the exit code, of the mounts and of the
// vertex, without the lines that it shows of that: they are those of the first package of
// a step. In what order one is around the other is not said anywhere.
func withoutSource(err error, exit *gatewaypb.ExitError) error {
	var out error = &gatewaypb.ExitError{ExitCode: exit.ExitCode, Err: errors.New(err.Error())}
	var solve *errdefs.SolveError
	if errors.As(err, &solve) {
		out = &errdefs.SolveError{Solve: solve.Solve, Err: out}
	}
	var vertex *errdefs.VertexError
	if errors.As(err, &vertex) {
		out = errdefs.WrapVertex(out, digest.Digest(vertex.Digest))
	}
	return out
}

// failedStep gives the name of the step that BuildKit says has failed: the one argument
// of the step executor (solver/llbsolver/ops/exec.go).
func failedStep(err error) (name string, ok bool) {
	_, rest, ok := strings.Cut(err.Error(), `process "`+plan.ExecutorFile+" ")
	if !ok {
		return "", false
	}
	name, _, ok = strings.Cut(rest, `" did not complete successfully`)
	return name, ok
}

package integration

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/opencontainers/go-digest"

	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
)

// result is what came of one build.
type result struct {
	t        *testing.T
	err      error
	digest   string // of the image
	layout   string // where the image was exported to, or ""
	root     string // the image's file system, once unpacked
	vertices []*vertex
	warnings []*client.VertexWarning
}

// vertex is one step of the graph.
type vertex struct {
	digest digest.Digest
	name   string
	leaf   bool // without inputs
	starts []time.Time
	cached bool
	err    string
	log    bytes.Buffer
}

// ran tells whether the step was executed. A step without inputs is started
// once more before, for its key alone (solver/jobs.go). One whose key is found is
// called cached, and is run all the same where the result is not there: what it
// prints tells.
func (v *vertex) ran() bool {
	starts := len(v.starts)
	if v.leaf {
		starts--
	}
	return starts > 0 && !v.cached && v.err == "" || v.log.Len() > 0
}

// add takes in one message of the progress stream.
func (r *result) add(status *client.SolveStatus) {
	for _, s := range status.Vertexes {
		v := r.vertex(s.Digest)
		v.name = s.Name
		v.leaf = len(s.Inputs) == 0
		if s.Started != nil && !slices.ContainsFunc(v.starts, s.Started.Equal) {
			v.starts = append(v.starts, *s.Started)
		}
		v.cached = v.cached || s.Cached
		if s.Error != "" {
			v.err = s.Error
		}
	}
	for _, l := range status.Logs {
		r.vertex(l.Vertex).log.Write(l.Data)
	}
	r.warnings = append(r.warnings, status.Warnings...)
}

func (r *result) vertex(dgst digest.Digest) *vertex {
	for _, v := range r.vertices {
		if v.digest == dgst {
			return v
		}
	}
	v := &vertex{digest: dgst}
	r.vertices = append(r.vertices, v)
	return v
}

// ran lists the stages of which something was executed, sorted.
func (r *result) ran() []string {
	var out []string
	for _, v := range r.vertices {
		if s := stage(v.name); s != "" && v.ran() && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

// stage gives the stage of a step: "deps" of "[deps] dependencies". Laying out
// a compiler's input is not counted: it takes no time, and tells nothing.
func stage(name string) string {
	rest, ok := strings.CutPrefix(name, "[")
	if !ok {
		return ""
	}
	s, step, _ := strings.Cut(rest, "] ")
	if step == "copy source files" || strings.HasPrefix(step, "write the ") {
		return ""
	}
	switch s {
	case "fetch", "deps", "source", "image", "test", "check", "clippy", "doc":
		return s
	}
	return ""
}

// log is all that the steps printed and how each ended, for a failed test.
func (r *result) log() string {
	var b strings.Builder
	for _, v := range r.vertices {
		state := "not started"
		switch {
		case v.err != "":
			state = "failed"
		case v.cached:
			state = "cached"
		case v.ran():
			state = "ran"
		}
		fmt.Fprintf(&b, "%-11s %s\n", state, v.name)
		if v.err != "" {
			fmt.Fprintln(&b, v.err)
		}
		b.Write(v.log.Bytes())
	}
	return b.String()
}

// mustRun, mustNotRun and mustSay state promises about the steps.
func (r *result) mustRun(stages ...string) {
	r.t.Helper()
	ran := r.ran()
	for _, s := range stages {
		if !slices.Contains(ran, s) {
			r.t.Errorf("%s should run, but only %v did\n%s", s, ran, r.log())
		}
	}
}

func (r *result) mustNotRun(stages ...string) {
	r.t.Helper()
	ran := r.ran()
	for _, s := range stages {
		if slices.Contains(ran, s) {
			r.t.Errorf("%s must not run; %v did\n%s", s, ran, r.log())
		}
	}
}

// output is what all steps printed.
func (r *result) output() string {
	var b strings.Builder
	for _, v := range r.vertices {
		b.Write(v.log.Bytes())
	}
	return b.String()
}

// mustSay wants fragments in the error, and gives its source locations.
func (r *result) mustSay(fragments ...string) []*errdefs.Source {
	r.t.Helper()
	if r.err == nil {
		r.t.Fatal("there is no error")
	}
	for _, want := range fragments {
		if !strings.Contains(r.err.Error(), want) {
			r.t.Errorf("the error %q does not contain %q", r.err, want)
		}
	}
	return errdefs.Sources(r.err)
}

// files is the unpacked file system of the image.
func (r *result) files() string {
	r.t.Helper()
	if r.root != "" {
		return r.root
	}
	if r.layout == "" {
		r.t.Fatal("the image was not exported")
	}
	r.root = filepath.Join(r.t.TempDir(), "root")
	check(r.t, os.Mkdir(r.root, 0o755))
	img := readImage(r.t, r.layout)
	img.unpack(r.t, r.root)
	r.refuseStubs()
	return r.root
}

// refuseStubs makes sure that no binary is a stub; every test that looks at
// an image does.
func (r *result) refuseStubs() {
	r.t.Helper()
	bins, err := os.ReadDir(filepath.Join(r.root, plan.BinDir))
	if errors.Is(err, os.ErrNotExist) {
		return
	}
	check(r.t, err)
	for _, bin := range bins {
		data, err := os.ReadFile(filepath.Join(r.root, plan.BinDir, bin.Name()))
		check(r.t, err)
		if bytes.Contains(data, []byte(manifest.StubMarker)) {
			r.t.Errorf("%s in the image is a stub", bin.Name())
		}
	}
}

// run runs a binary of the image inside the image's own file system, as the
// image's unprivileged user, and gives its standard output.
func (r *result) run(name string, args ...string) string {
	r.t.Helper()
	out, err := inRoot(r.files(), unprivileged, filepath.Join(plan.BinDir, name), args...)
	if err != nil {
		r.t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return out
}

// mustWarn says that there is one warning, with a text in it.
func (r *result) mustWarn(text string) {
	r.t.Helper()
	if said := r.said(); len(said) != 1 || !strings.Contains(said[0], text) {
		r.t.Errorf("warnings %q, want one with %q", said, text)
	}
}

// mustWarnToo fails the test unless one of the warnings has the text.
func (r *result) mustWarnToo(text string) {
	r.t.Helper()
	said := r.said()
	if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, text) }) {
		r.t.Errorf("warnings %q, want one with %q", said, text)
	}
}

// mustNotWarn fails the test if one of the warnings has the text.
func (r *result) mustNotWarn(text string) {
	r.t.Helper()
	for _, s := range r.said() {
		if strings.Contains(s, text) {
			r.t.Errorf("warning: %s", s)
		}
	}
}

// said gives the warnings.
func (r *result) said() []string {
	var out []string
	for _, w := range r.warnings {
		out = append(out, string(w.Short))
	}
	return out
}

package badinputs

import (
	"errors"
	"path"
	"strings"
	"testing"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/lint"
	"github.com/org/rust-frontend/planner"
	"github.com/org/rust-frontend/settings"
)

// build goes as far as a build goes before anything runs.
func build(c Case) error {
	p := c.Project()
	ws, err := cargo.Load(p.FS())
	if err != nil {
		return err
	}
	src := settings.Source{BuildArgs: c.Args}
	if c.Entry != "" {
		if src.File, err = document.Parse(path.Base(c.Entry), []byte(p[c.Entry])); err != nil {
			return err
		}
	}
	s, _, err := settings.Load(ws, src)
	if err != nil {
		return err
	}
	if err := lint.CheckSettings(s); err != nil {
		return err
	}
	selected, err := planner.Select(ws, s, c.Target)
	if err != nil {
		return err
	}
	_, err = selected.Prepare(planner.Facts{
		OS: "linux", Arch: "amd64", BuildArch: "amd64",
		Probe: &answers.Probe{Cargo: "1.96.0", Rustc: "1.96.0", Host: "x86_64-unknown-linux-gnu", Targets: []string{"x86_64-unknown-linux-musl"}},
	})
	return err
}

// The project in which the mistakes are made has none itself.
func TestGood(t *testing.T) {
	if err := build(Case{}); err != nil {
		t.Fatal(err)
	}
}

// Each mistake is one clear sentence at the line that is to blame.
func TestCases(t *testing.T) {
	if n := len(Cases()); n < 40 {
		t.Errorf("%d cases, want 40 at least", n)
	}
	for _, c := range Cases() {
		t.Run(c.Reason, func(t *testing.T) {
			err := build(c)
			if err == nil {
				t.Fatal("no error")
			}
			var at *document.Error
			if !errors.As(err, &at) {
				t.Fatalf("%v has no position", err)
			}
			if err := c.Check(err.Error(), at.File, at.Line); err != nil {
				t.Error(err)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q is more than one line", err)
			}
		})
	}
}

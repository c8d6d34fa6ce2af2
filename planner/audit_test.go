package planner

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// readAudit reads a list as other tools do.
func readAudit(t *testing.T, f plan.File) auditList {
	t.Helper()
	r, err := zlib.NewReader(bytes.NewReader(f.Data))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	var list auditList
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// What is linked is told from what a build script or a procedural macro needs, and
// what is on both sides is linked.
func TestAudit(t *testing.T) {
	in := amd64()
	in.Units = renamed(t, []string{
		"app tree bin target > 1 3 4 6 7",
		"app tree run target > 2",
		"app tree build host > 5",
		"leaf 1.0.0 lib target default sweet",
		"shared 1.0.0 cdylib target > 8",
		"maker 1.0.0 lib host > 9",
		"scripted 1.0.0 lib target",
		"shout 1.0.0 proc-macro host > 9 10",
		"mid 1.0.0 lib target > 3",
		"leaf 1.0.0 lib host sour",
		"leaf 2.0.0 lib host",
	}, nil)
	p := newPlan(t, project(t, "layers"), newSettings(func(s *settings.Settings) { s.Auditable = true }), in)
	if len(p.Audit) != 1 || p.Audit[0].Path != "app" {
		t.Fatalf("the lists are %v", p.Audit)
	}
	want := auditList{Format: 1, Packages: []auditPackage{
		{Name: "app", Version: "0.1.0", Source: "local", Dependencies: []int{1, 3, 5, 6, 7}, Root: true},
		{Name: "leaf", Version: "1.0.0", Source: "crates.io"},
		{Name: "leaf", Version: "2.0.0", Source: "crates.io", Kind: "build"},
		{Name: "maker", Version: "1.0.0", Source: "crates.io", Kind: "build", Dependencies: []int{1}},
		{Name: "mid", Version: "1.0.0", Source: "crates.io", Dependencies: []int{1}},
		{Name: "scripted", Version: "1.0.0", Source: "crates.io"},
		{Name: "shared", Version: "1.0.0", Source: "crates.io", Dependencies: []int{4}},
		{Name: "shout", Version: "1.0.0", Source: "crates.io", Kind: "build", Dependencies: []int{1, 2}},
	}}
	if diff := cmp.Diff(want, readAudit(t, p.Audit[0])); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	binary := p.Source.Task.Binaries[0]
	if binary.Copy || len(binary.Commands) != 1 || !strings.HasPrefix(strings.Join(binary.Commands[0], " "), "objcopy --add-section .dep-v0=/audit/app ") {
		t.Errorf("the binary is handed out by %+v", binary)
	}
}

// Off, the setting changes nothing; on, it changes nothing of what is compiled.
func TestAuditChangesNoCompile(t *testing.T) {
	in := amd64()
	for _, layers := range []settings.Layers{1, settings.EachCrate} {
		one := func(s *settings.Settings) { s.Layers = layers }
		off := newPlan(t, project(t, "layers"), newSettings(one), in)
		on := newPlan(t, project(t, "layers"), newSettings(one, func(s *settings.Settings) { s.Auditable = true }), in)
		if on.Units == nil {
			t.Fatal("cargo is not asked what it compiles")
		}
		if binary := off.Source.Task.Binaries[0]; !binary.Copy || len(binary.Commands) > 0 || off.Audit != nil {
			t.Errorf("off, the binary is handed out by %+v", binary)
		}
		on.Source.Task.Binaries = off.Source.Task.Binaries
		on.Source.Key, on.Units = off.Source.Key, off.Units
		if diff := cmp.Diff(off, on); diff != "" {
			t.Errorf("(-off +on)\n%s", diff)
		}
	}
}

// A list of another Cargo.lock is none.
func TestAuditOfAnotherGraph(t *testing.T) {
	in := amd64()
	in.Units = renamed(t, []string{"app tree bin target > 1", "leaf 3.0.0 lib target"}, nil)
	s := newSettings(func(s *settings.Settings) { s.Auditable, s.Layers = true, 1 })
	_, err := makePlan(load(t, project(t, "layers")), s, in)
	if err == nil || !strings.Contains(err.Error(), "auditable: what is compiled is not known") {
		t.Errorf("%v", err)
	}
}

package planner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/executor"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// unitsOf writes a unit graph as cargo does, a line for each unit:
// "NAME VERSION KIND SIDE [features] > needs", where KIND is a crate type,
// "build" for a build program or "run" for its run, and needs are lines,
// counted from 0. SIDE is "host" or "target", with the mode behind it when that is
// not "build": "host/check", or with "abort" for what aborts in a panic. A package
// of the tree has the version "tree" or "tree=DIR".
func unitsOf(t *testing.T, lines ...string) []byte {
	t.Helper()
	type dependency struct {
		Index int `json:"index"`
	}
	units := []map[string]any{}
	for _, line := range lines {
		head, needs, _ := strings.Cut(line, ">")
		words := strings.Fields(head)
		name, version, kind := words[0], words[1], words[2]
		side, mode, other := strings.Cut(words[3], "/")
		panics := "unwind"
		if mode == "abort" {
			panics, other = mode, false
		}
		if !other {
			mode = "build"
		}
		u := map[string]any{
			"pkg_id":   fmt.Sprintf("registry+https://github.com/rust-lang/crates.io-index#%s@%s", name, version),
			"platform": nil, "mode": mode, "features": words[4:],
			"profile": map[string]any{"panic": panics},
		}
		if dir, ok := strings.CutPrefix(version, "tree"); ok {
			dir = path.Join(plan.SourceDir, strings.TrimPrefix(dir, "="))
			u["pkg_id"] = "path+file://" + dir + "#" + name + "@0.0.0-skeleton"
		}
		if side == "target" {
			u["platform"] = "x86_64-unknown-linux-musl"
		}
		target := map[string]any{"kind": []string{kind}, "crate_types": []string{kind}}
		switch kind {
		case "build", "run":
			target = map[string]any{"kind": []string{"custom-build"}, "crate_types": []string{"bin"}}
			if kind == "run" {
				u["mode"] = "run-custom-build"
			}
		case "cdylib":
			target["crate_types"] = []string{"cdylib", "rlib"}
		}
		u["target"] = target
		list := []dependency{}
		for _, field := range strings.Fields(needs) {
			var i int
			if _, err := fmt.Sscan(field, &i); err != nil {
				t.Fatal(err)
			}
			list = append(list, dependency{i})
		}
		u["dependencies"] = list
		units = append(units, u)
	}
	data, err := json.Marshal(map[string]any{"version": 1, "units": units, "roots": []int{0}})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// layersGraph is the unit graph of testdata/layers.txtar.
func layersGraph(t *testing.T) *answers.UnitGraph {
	t.Helper()
	g, err := answers.ParseUnitGraph(unitsOf(t,
		"app tree bin target > 1 3 4 6",
		"app tree run target > 2",
		"app tree build host > 8",
		"leaf 1.0.0 lib target default sweet",
		"shared 1.0.0 cdylib target > 5",
		"mid 1.0.0 lib target > 3",
		"scripted 1.0.0 lib target > 7",
		"scripted 1.0.0 run target > 10",
		"maker 1.0.0 lib host > 9",
		"leaf 1.0.0 lib host sour",
		"scripted 1.0.0 build host",
	))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestNodes(t *testing.T) {
	c, err := manifest.New(load(t, project(t, "layers")), newSettings(), "")
	if err != nil {
		t.Fatal(err)
	}
	nodes, err := packageNodes(c, layersGraph(t))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range nodes {
		text := c.Workspace.Lock.Packages[n.locked].Name
		if n.host != nil {
			text += fmt.Sprintf(" host%v", *n.host)
		}
		if n.target != nil {
			text += fmt.Sprintf(" target%v", *n.target)
		}
		if n.script {
			text += " script"
		}
		if n.object {
			text += " object"
		}
		got = append(got, fmt.Sprintf("%s needs%v units %d", text, n.needs, n.units))
	}
	want := []string{
		"leaf host[sour] target[default sweet] object needs[] units 2",
		"maker host[] needs[0] units 1",
		"mid target[] object needs[0] units 1",
		"scripted target[] script needs[] units 2",
		"shared target[] needs[2] units 1",
		"app target[] script needs[0 1 3 4] units 2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestNodesWantWhatIsLocked(t *testing.T) {
	c, err := manifest.New(load(t, project(t, "layers")), newSettings(), "")
	if err != nil {
		t.Fatal(err)
	}
	g, err := answers.ParseUnitGraph(unitsOf(t, "app tree bin target > 1", "leaf 3.0.0 lib target"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := packageNodes(c, g); err == nil || !strings.Contains(err.Error(), "leaf 3.0.0") {
		t.Errorf("error %v, want one that names leaf 3.0.0", err)
	}
}

// What has nothing to do with a layer changes nothing in it.
func TestLayersKnowTheirClosureAlone(t *testing.T) {
	files := project(t, "layers")
	layers := func(change func(lines []string) []string) map[string]string {
		lines := change([]string{
			"app tree bin target > 1 2",
			"mid 1.0.0 lib target > 2",
			"leaf 1.0.0 lib target default sweet",
		})
		g, err := answers.ParseUnitGraph(unitsOf(t, lines...))
		if err != nil {
			t.Fatal(err)
		}
		in := amd64()
		in.Units = g
		p := newPlan(t, files, newSettings(func(s *settings.Settings) { s.Layers = settings.EachCrate }), in)
		out := map[string]string{}
		for _, l := range p.Layers {
			var needs []string
			for _, j := range l.Needs {
				needs = append(needs, p.Layers[j].Dir)
			}
			slices.Sort(needs)
			l.Needs = nil
			data, err := json.Marshal(l)
			if err != nil {
				t.Fatal(err)
			}
			out[l.Packages[0]] = string(data) + strings.Join(needs, " ")
		}
		return out
	}
	before := layers(func(lines []string) []string { return lines })
	if len(before) != 2 {
		t.Fatalf("layers %v, want two", before)
	}
	after := layers(func(lines []string) []string {
		lines[0] += " 3 4"
		return append(lines, "scripted 1.0.0 lib target > 2", "maker 1.0.0 lib host")
	})
	for name, text := range before {
		if diff := cmp.Diff(text, after[name]); diff != "" {
			t.Errorf("%s changes with packages that have nothing to do with it:\n%s", name, diff)
		}
	}
}

func TestLayersOff(t *testing.T) {
	tests := []struct{ name, why string }{
		{"patch", "[patch]"},
		{"vendored", "vendored sources"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlan(t, project(t, tt.name), newSettings(func(s *settings.Settings) { s.Layers = settings.EachCrate }), amd64())
			if p.Units != nil || p.Layers != nil {
				t.Error("the plan has layers")
			}
		})
	}
}

// The variable that makes a stable cargo accept unstable flags is set where
// nothing is compiled, and nowhere else.
func TestBootstrapIsSetInThePlanningStepAlone(t *testing.T) {
	in := amd64()
	in.Units = layersGraph(t)
	p := newPlan(t, project(t, "layers"), newSettings(func(s *settings.Settings) { s.Layers = settings.EachCrate }), in)
	steps := []*plan.Step{&p.Source, p.Info}
	for i := range p.Layers {
		steps = append(steps, &p.Layers[i].Step)
	}
	for _, s := range append(steps, p.Units) {
		if got, want := s.Task.Do == "resolve", s == p.Units; got != want {
			t.Errorf("%s: resolves is %t, want %t", s.Name, got, want)
		}
		if slices.ContainsFunc(s.Env, func(e plan.Env) bool { return e.Name == "RUSTC_BOOTSTRAP" }) {
			t.Errorf("%s sets RUSTC_BOOTSTRAP", s.Name)
		}
	}
	for _, f := range executor.Sources() {
		if got, want := bytes.Contains(f.Data, []byte("RUSTC_BOOTSTRAP")), f.Path == "src/resolve.rs"; got != want {
			t.Errorf("%s: has RUSTC_BOOTSTRAP is %t, want %t", f.Path, got, want)
		}
	}
}

// One repository by two references, whose packages have the same names and
// versions: the reference tells them apart.
func TestNodesOfTwoReferences(t *testing.T) {
	const repo = "git+https://git.example.com/team/plain"
	files := edit(t, project(t, "git"), "Cargo.toml", "plain = {", "newer = { git = \"https://git.example.com/team/plain\", tag = \"v2\", package = \"plain\" }\nplain = {")
	files = edit(t, files, "Cargo.lock", " \"plain\",\n", " \"plain 2.0.0 ("+repo+")\",\n \"plain 2.0.0 ("+repo+"?tag=v2)\",\n")
	files = edit(t, files, "Cargo.lock", "[[package]]\nname = \"withgit\"", "[[package]]\nname = \"plain\"\nversion = \"2.0.0\"\nsource = \""+repo+"?tag=v2#"+
		strings.Repeat("ab", 20)+"\"\n\n[[package]]\nname = \"withgit\"")
	c, err := manifest.New(load(t, files), newSettings(), "")
	if err != nil {
		t.Fatal(err)
	}
	const locked = "registry+https://github.com/rust-lang/crates.io-index#"
	g := renamed(t, []string{"withgit tree bin target > 1 2", "one 2.0.0 lib target", "two 2.0.0 lib target"},
		[]string{locked + "one@", repo + "#plain@", locked + "two@", repo + "?tag=v2#plain@"})
	units, err := lockedUnits(c, g)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"", "", "v2"} {
		if i > 0 && c.Workspace.Lock.Packages[units[i]].Source.Tag != want {
			t.Errorf("unit %d is %s", i, c.Workspace.Lock.Packages[units[i]].Source.Raw)
		}
	}
}

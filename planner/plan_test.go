package planner

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/internal/testproject"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

var update = flag.Bool("update", false, "write the golden files")

// project is one archive of testdata as a file system.
func project(t testing.TB, name string) fstest.MapFS {
	t.Helper()
	return testproject.Read(t, filepath.Join("testdata", name+".txtar"))
}

// archive is a project in the form of txtar.
func archive(text string) fstest.MapFS { return testproject.Parse(text) }

// edit gives a copy of a project in which a file's text is replaced; an empty
// old text makes a new file.
func edit(t *testing.T, files fstest.MapFS, name, old, text string) fstest.MapFS {
	t.Helper()
	out := maps.Clone(files)
	before := ""
	if f := files[name]; f != nil {
		before = string(f.Data)
	}
	if old != "" && !strings.Contains(before, old) {
		t.Fatalf("%s does not contain %q", name, old)
	}
	after := text
	if old != "" {
		after = strings.ReplaceAll(before, old, text)
	}
	out[name] = &fstest.MapFile{Data: []byte(after)}
	return out
}

func load(t testing.TB, files fs.FS) *cargo.Workspace {
	t.Helper()
	return testproject.Load(t, files)
}

// defaults are the settings that settings.Load gives, with changes.
func defaults(change ...func(*settings.Settings)) *settings.Settings {
	return newSettings(append([]func(*settings.Settings){func(s *settings.Settings) { s.Layers = settings.DefaultLayers }}, change...)...)
}

// newSettings are the defaults with one layer and with changes.
func newSettings(change ...func(*settings.Settings)) *settings.Settings {
	s := &settings.Settings{Profile: "release", DefaultFeatures: true, Layers: 1, Origins: map[string]document.Position{}}
	for _, f := range change {
		f(s)
	}
	return s
}

// inputs are all that a plan is made of beside the project; target is --target.
type inputs struct {
	known
	Target string
}

func amd64() inputs {
	return inputs{known: known{Facts: Facts{OS: "linux", Arch: "amd64", BuildArch: "amd64"}}}
}

// makePlan goes through all phases.
func makePlan(ws *cargo.Workspace, s *settings.Settings, in inputs) (*plan.Plan, error) {
	selected, err := Select(ws, s, in.Target)
	if err != nil {
		return nil, err
	}
	prepared, err := selected.Prepare(in.Facts)
	if err != nil {
		return nil, err
	}
	return prepared.Again(in.Answers, in.found)
}

func newPlan(t testing.TB, files fs.FS, s *settings.Settings, in inputs) *plan.Plan {
	t.Helper()
	p, err := makePlan(load(t, files), s, in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// repositories are what the frontend would have read of the git dependencies.
func repositories(t testing.TB) map[string][]*cargo.Package {
	fork := load(t, fstest.MapFS{
		"Cargo.toml": {Data: []byte("[workspace]\nmembers = [\"*\"]\n[workspace.package]\nversion = \"1.0.5\"\nedition = \"2021\"\n" +
			"[workspace.dependencies]\nhelper = { path = \"helper\" }\n")},
		"fork/Cargo.toml": {Data: []byte("[package]\nname = \"cfg-if\"\nversion.workspace = true\nedition.workspace = true\n" +
			"[dependencies]\nhelper.workspace = true\n[dev-dependencies]\nmemchr = \"2\"\n[features]\ntesting = [\"memchr/std\"]\n")},
		"fork/src/lib.rs":   {},
		"helper/Cargo.toml": {Data: []byte("[package]\nname = \"helper\"\nversion = \"0.3.0\"\n")},
		"helper/src/lib.rs": {},
	})
	plain := load(t, fstest.MapFS{
		"Cargo.toml": {Data: []byte("[package]\nname = \"plain\"\nversion = \"2.0.0\"\n")},
		"src/lib.rs": {},
	})
	return map[string][]*cargo.Package{
		"https://git.example.com/team/fork#0123456789abcdef0123456789abcdef01234567":  fork.Packages,
		"https://git.example.com/team/plain#fedcba9876543210fedcba9876543210fedcba98": plain.Packages,
	}
}

func TestNew(t *testing.T) {
	tests := []struct {
		name     string
		settings *settings.Settings
		inputs   func(*inputs)
	}{
		{name: "single"},
		{name: "virtual", settings: newSettings(func(s *settings.Settings) { s.Package = "app" })},
		{name: "bins", settings: newSettings(func(s *settings.Settings) {
			s.Bins, s.Features = []string{"two", "one"}, []string{"extra"}
		})},
		{name: "patch"},
		{name: "vendored"},
		{name: "git", inputs: func(in *inputs) { in.Git = repositories(t) }},
		{name: "registry", inputs: func(in *inputs) {
			in.Downloads = map[string]string{
				"sparse+https://mirror.example.com/index/": "https://mirror.example.com/dl",
			}
		}},
		{name: "resolver1", settings: newSettings(func(s *settings.Settings) { s.Package = "app" })},
		{name: "buildscript"},
		{name: "layers", settings: newSettings(func(s *settings.Settings) { s.Layers = 3 }), inputs: func(in *inputs) { in.Units = layersGraph(t) }},
		{name: "members", settings: newSettings(func(s *settings.Settings) { s.Layers = settings.EachCrate }), inputs: func(in *inputs) {
			in.Target, in.Units = "app", membersGraph(t)
		}},
		{name: "profile", settings: newSettings(func(s *settings.Settings) { s.Profile = "small-image" }), inputs: func(in *inputs) {
			in.BuildArch = "arm64"
			in.Probe = &answers.Probe{Cargo: "1.90.0", Rustc: "1.90.0", Host: "aarch64-unknown-linux-musl", Targets: []string{"aarch64-unknown-linux-musl"}, Rustup: true, CACerts: true}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, in := tt.settings, amd64()
			if s == nil {
				s = newSettings()
			}
			if tt.inputs != nil {
				tt.inputs(&in)
			}
			p := newPlan(t, project(t, tt.name), s, in)
			golden(t, filepath.Join("testdata", tt.name+".golden"), p)
		})
	}
}

// What cargo would warn of reaches the user with the plan.
func TestNewPassesWarningsOn(t *testing.T) {
	files := edit(t, project(t, "virtual"), "crates/app/Cargo.toml", "[package]", "[profile.release]\nlto = true\n[package]")
	p := newPlan(t, files, newSettings(func(s *settings.Settings) { s.Package = "app" }), amd64())
	if len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0].Msg, "[profile] of a member has no effect") || p.Warnings[0].Line == 0 {
		t.Errorf("warnings %v, want the one about the member's profile", p.Warnings)
	}
}

// golden compares a plan with its golden file: an archive of the plan's JSON,
// and of the files that it writes, as text. The image has tests of
// its own.
func golden(t *testing.T, name string, p *plan.Plan) {
	t.Helper()
	var archive txtar.Archive
	q := *p
	q.Image = plan.Image{}
	q.Crates = slices.Clone(p.Crates)
	for i, c := range q.Crates {
		if c.URL == cargo.CratesIODownload(c.Name, c.Version) {
			q.Crates[i].URL = "crates.io's"
		}
	}
	steps := []*plan.Step{&q.Source}
	if q.Deps != nil {
		steps = []*plan.Step{q.Deps, &q.Source}
	}
	for _, step := range []**plan.Step{&q.Units, &q.Info} {
		if *step != nil {
			copied := **step
			*step = &copied
			steps = append(steps, &copied)
		}
	}
	q.Layers = slices.Clone(p.Layers)
	for i := range q.Layers {
		steps = append(steps, &q.Layers[i].Step)
	}
	for _, step := range steps {
		for _, f := range step.Files {
			archive.Files = append(archive.Files, txtar.File{Name: step.Name + plan.SourceDir + "/" + f.Path, Data: f.Data})
		}
		step.Files = nil
	}
	q.Git = nil
	for _, g := range p.Git {
		g.Packages = slices.Clone(g.Packages)
		for i := range g.Packages {
			archive.Files = append(archive.Files, txtar.File{Name: plan.VendorDir[1:] + "/" + g.Packages[i].Dir + "/Cargo.toml", Data: g.Packages[i].Manifest})
			g.Packages[i].Manifest = nil
		}
		q.Git = append(q.Git, g)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(q); err != nil {
		t.Fatal(err)
	}
	archive.Files = slices.Insert(archive.Files, 0, txtar.File{Name: "plan.json", Data: b.Bytes()})
	got := txtar.Format(&archive)
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got, -update writes it):\n%s", name, diff)
	}
}

// Cargo looks up a crate that [replace] replaces, so it is fetched.
func TestReplacedCrateIsFetched(t *testing.T) {
	p := newPlan(t, project(t, "replace"), newSettings(), amd64())
	if len(p.Crates) != 1 || p.Crates[0].Name != "leaf" {
		t.Errorf("crates %v, want leaf", p.Crates)
	}
}

// Of two versions of a patched crate each dependency gets its own in the skeleton.
func TestTwoVersionsOfAPatchedCrate(t *testing.T) {
	p := newPlan(t, project(t, "twopatches"), newSettings(), amd64())
	i := slices.IndexFunc(p.Deps.Files, func(f plan.File) bool { return f.Path == "Cargo.toml" })
	for key, dir := range map[string]string{"one": "first", "two": "second"} {
		want := "[dependencies." + key + "]\npackage = 'leaf'\npath = '" + dir + "'\n"
		if got := string(p.Deps.Files[i].Data); !strings.Contains(got, want) {
			t.Errorf("%s\ndoes not contain %s", got, want)
		}
	}
}

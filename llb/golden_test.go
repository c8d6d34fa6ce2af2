package llb

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/planner"
	"github.com/org/rust-frontend/settings"
)

var update = flag.Bool("update", false, "write the golden files")

// imageTime is the time of the image's files in these tests. It is not the
// time of what cargo reads.
func imageTime() time.Time { return time.Date(2020, 2, 2, 2, 2, 2, 0, time.UTC) }

// inputs are inputs whose local sources have stable digests.
func inputs() Options {
	return Options{
		Toolchain: llb.Image("docker.io/library/rust:1"),
		Files: func(name string, part plan.Copy) llb.State {
			return llb.Local("context", llb.LocalUniqueID("x"), llb.SharedKeyHint(name),
				llb.IncludePatterns(part.Include), llb.ExcludePatterns(part.Exclude))
		},
		Platform: ocispecs.Platform{OS: "linux", Architecture: "amd64"},
		Time:     imageTime(),
	}
}

// step is a step of a hand-written plan.
func step(name, cargo string, files ...plan.File) plan.Step {
	return plan.Step{
		Name: name, Files: files, Task: plan.Task{Do: "source", Cargo: strings.Fields(cargo)},
		Env: []plan.Env{{Name: "CARGO_HOME", Value: plan.HomeDir}, {Name: "CARGO_TARGET_DIR", Value: plan.TargetDir}},
	}
}

// fullPlan has one of everything: crates, a repository, a solid package, extra
// files, accounts, certificates, time zones, a target that rustup adds.
func fullPlan() *plan.Plan {
	deps := step("compile dependencies", "cargo build --release",
		plan.File{Path: "Cargo.lock", Data: []byte("lock\n")},
		plan.File{Path: "Cargo.toml", Data: []byte("[workspace]\n")},
		plan.File{Path: "crates/app/Cargo.toml", Data: []byte("[package]\n")},
		plan.File{Path: "crates/app/src/main.rs", Data: []byte("fn main() {}\n")},
	)
	deps.Copy = []plan.Copy{{Include: []string{"crates/solid"}, Exclude: []string{"crates/solid/target"}}}
	source := step("compile app", "cargo build --release --bins",
		plan.File{Path: ".cargo/config.toml", Data: []byte("[source]\n")},
	)
	source.Copy = []plan.Copy{{Include: []string{"crates/app", "Cargo.toml", "Cargo.lock"}}}
	return &plan.Plan{
		Triple: "x86_64-unknown-linux-musl", Profile: "release",
		Toolchain: plan.Toolchain{Image: "rust:1", AddTarget: "x86_64-unknown-linux-musl"},
		Bins: []plan.Bin{
			{Name: "app", Package: "app", Path: plan.BinDir + "/app"},
			{Name: "tool", Package: "app", Path: plan.BinDir + "/tool"},
		},
		Packages: []plan.Package{{Name: "app", Dir: "crates/app"}, {Name: "solid", Dir: "crates/solid", Solid: true}},
		Crates: []plan.Crate{
			{Name: "cfg-if", Version: "1.0.0", Checksum: strings.Repeat("a", 64), URL: "https://crates.example/crates/cfg-if/cfg-if-1.0.0.crate", Dir: "cfg-if-1.0.0", Line: 5},
			{Name: "memchr", Version: "2.7.0", Checksum: strings.Repeat("b", 64), URL: "https://crates.example/crates/memchr/memchr-2.7.0.crate", Dir: "memchr-2.7.0", Line: 11},
		},
		Git: []plan.Git{{
			URL: "https://git.example.com/team/fork", Commit: strings.Repeat("0123456789", 4), Line: 17,
			Packages: []plan.GitPackage{
				{Name: "fork", Version: "1.0.5", Subdir: "fork", Dir: "fork-1.0.5", Manifest: []byte("[package]\nname = \"fork\"\n")},
				{Name: "helper", Version: "0.3.0", Subdir: "helper", Dir: ".git-01234567/helper-0.3.0", Manifest: []byte("[package]\nname = \"helper\"\n")},
			},
		}},
		Deps: &deps, Source: source,
		Debug: &plan.Debug{Strip: "symbols", Files: []string{"app.debug", "tool.debug"}},
		Audit: []plan.File{{Path: "app", Data: []byte("packages of app\n")}, {Path: "tool", Data: []byte("packages of tool\n")}},
		Image: plan.Image{
			Extra: []settings.ExtraFile{
				{From: "conf/*.toml", To: "/etc/app/", Owner: "10:20", Mode: 0o640},
				{From: "./static", To: "/srv/static"},
				{From: ".", To: "/all/", Owner: "app"},
			},
			Files: []plan.File{
				{Path: "etc/passwd", Data: []byte("root:x:0:0::/:\n")},
				{Path: "etc/group", Data: []byte("root:x:0:\n")},
			},
			CACertificates: true, TZData: true,
		},
	}
}

// minimalPlan is the plan of a package with neither dependencies nor settings.
func minimalPlan(t *testing.T) *plan.Plan {
	t.Helper()
	ws, err := cargo.Load(fstest.MapFS{
		"Cargo.toml":  {Data: []byte("[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2021\"\n")},
		"Cargo.lock":  {Data: []byte("version = 4\n\n[[package]]\nname = \"tiny\"\nversion = \"0.1.0\"\n")},
		"src/main.rs": {Data: []byte("fn main() {}\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	selected, err := planner.Select(ws, &settings.Settings{Profile: "release", DefaultFeatures: true, Origins: map[string]document.Position{}}, "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := selected.Unasked(planner.Facts{OS: "linux", Arch: "amd64", BuildArch: "amd64"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// basePlan puts one binary on a base image, with the project's own vendored
// crates.
func basePlan() *plan.Plan {
	deps, source := step("deps", "true"), step("source", "cargo build")
	source.Copy = []plan.Copy{{Include: []string{"."}}}
	return &plan.Plan{
		Bins:     []plan.Bin{{Name: "app", Path: "/opt/app"}},
		Vendored: "third_party/vendor",
		Deps:     &deps,
		Source:   source,
		Image:    plan.Image{Base: "debian"},
	}
}

// graphs are the graphs that the tests look at, by name.
func graphs(t *testing.T) map[string]*graph {
	t.Helper()
	onBase := inputs()
	base := llb.Image("docker.io/library/debian:13")
	onBase.Base = &base
	onBase.NoCache = func(stage string) bool { return stage == StageSource }
	onBase.Run = []llb.RunOption{llb.AddExtraHost("registry", []byte{10, 0, 0, 1})}
	asking := fullPlan() // for an SBOM: one layer, and a planning step
	asking.Units = asking.Deps
	testing := fullPlan()
	testing.Goal, testing.Toolchain.AddComponent = settings.Test, "clippy"
	testing.Bins, testing.Image = nil, plan.Image{}
	testing.Source.Name = "run the tests of app"
	return map[string]*graph{
		"goal":    marshal(t, Convert(testing, inputs()).Image),
		"units":   marshal(t, Units(asking, inputs())),
		"full":    marshal(t, Convert(fullPlan(), inputs()).Image),
		"minimal": marshal(t, Convert(minimalPlan(t), inputs()).Image),
		"base":    marshal(t, Convert(basePlan(), onBase).Image),
	}
}

// TestConvert compares whole graphs with their golden files.
func TestConvert(t *testing.T) {
	for name, g := range graphs(t) {
		t.Run(name, func(t *testing.T) {
			file, got := filepath.Join("testdata", name+".golden"), g.String()
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got, -update writes it):\n%s", file, diff)
			}
		})
	}
}

// The promises of every graph, whatever the golden files say.
func TestPromises(t *testing.T) {
	tests := []struct {
		reason string
		check  func(*testing.T, *graph)
	}{
		{"nothing that compiles has a network", checkNetwork},
		{"no MergeOp and no DiffOp", checkKinds},
		{"each vertex says what it is", checkNames},
		{"what cargo reads has one fixed time", checkTimes},
		{"the image's files have the image's time", checkImageTimes},
	}
	all := graphs(t)
	for _, tt := range tests {
		for name, g := range all {
			t.Run(tt.reason+"/"+name, func(t *testing.T) { tt.check(t, g) })
		}
	}
}

func checkNetwork(t *testing.T, g *graph) {
	for i, op := range g.ops {
		e := op.GetExec()
		if e == nil || e.Meta.Args[0] == "rustup" {
			continue
		}
		if e.Network != pb.NetMode_NONE {
			t.Errorf("#%d: network %s", i, e.Network)
		}
	}
}

func checkKinds(t *testing.T, g *graph) {
	for i, op := range g.ops {
		if op.GetMerge() != nil || op.GetDiff() != nil {
			t.Errorf("#%d is a %T", i, op.Op)
		}
	}
}

func checkNames(t *testing.T, g *graph) {
	for i, op := range g.ops {
		outside := strings.HasPrefix(op.GetSource().GetIdentifier(), "local://") ||
			strings.HasPrefix(op.GetSource().GetIdentifier(), "docker-image://")
		if op.Op != nil && !outside && g.name(i) == "" {
			t.Errorf("#%d has no name", i)
		}
	}
}

// checkTimes looks at the trees that cargo reads and that the graph makes: each
// is dated where it is made. Two are not, and the executor dates them
// (planner.TestStepsDateCrates): the source step's /src is the context itself, and
// an unpacked crate has the times of its archive but new directories.
func checkTimes(t *testing.T, g *graph) {
	seen := 0
	for _, op := range g.ops {
		for _, m := range op.GetExec().GetMounts() {
			num, _ := g.input(op, m.Input)
			if num < 0 || m.Dest != plan.SourceDir && m.Dest != plan.VendorDir {
				continue
			}
			seen++
			for _, a := range g.ops[num].GetFile().GetActions() {
				if a.GetCopy().GetAttemptUnpackDockerCompatibility() {
					continue
				}
				if got := timestamp(a); got != buildTime().UnixNano() {
					t.Errorf("%s, #%d: %s", m.Dest, num, g.action(g.ops[num], a, 0))
				}
			}
			if id := g.ops[num].GetSource().GetIdentifier(); m.Dest == plan.SourceDir && strings.HasPrefix(id, "local://") {
				continue
			}
			if g.ops[num].GetFile() == nil {
				t.Errorf("%s, #%d is no file op: nothing dates it", m.Dest, num)
			}
		}
	}
	if seen == 0 {
		t.Error("no such mount")
	}
}

// checkImageTimes follows the first input of each file op from the result.
func checkImageTimes(t *testing.T, g *graph) {
	num, _ := g.input(g.ops[len(g.ops)-1], 0)
	for num >= 0 && g.ops[num].GetFile() != nil {
		op, next := g.ops[num], -1
		for i, a := range op.GetFile().Actions {
			if got := timestamp(a); got != imageTime().UnixNano() && a.GetRm() == nil {
				t.Errorf("#%d: %s", num, g.action(op, a, i))
			}
			if i == 0 && int(a.Input) < len(op.Inputs) {
				next, _ = g.input(op, int64(a.Input))
			}
		}
		num = next
	}
}

func timestamp(a *pb.FileAction) int64 {
	switch f := a.Action.(type) {
	case *pb.FileAction_Copy:
		return f.Copy.Timestamp
	case *pb.FileAction_Mkfile:
		return f.Mkfile.Timestamp
	case *pb.FileAction_Mkdir:
		return f.Mkdir.Timestamp
	}
	return -1
}

// The same plan gives the same graph, also from values of its own.
func TestSamePlanSameDigest(t *testing.T) {
	first, second := graphs(t), graphs(t)
	for name := range first {
		if a, b := first[name].head, second[name].head; a != b {
			t.Errorf("%s: %s, then %s", name, a, b)
		}
	}
}

// Each crate is one HTTP source that BuildKit verifies.
func TestCrateIsVerifiedSource(t *testing.T) {
	g := graphs(t)["full"]
	got := map[string]string{}
	for _, op := range g.ops {
		if s := op.GetSource(); strings.HasPrefix(s.GetIdentifier(), "https://") {
			if _, twice := got[s.Identifier]; twice {
				t.Errorf("%s is there twice", s.Identifier)
			}
			got[s.Identifier] = s.Attrs[pb.AttrHTTPChecksum]
		}
	}
	want := map[string]string{}
	for _, c := range fullPlan().Crates {
		want[c.URL] = "sha256:" + c.Checksum
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("checksums by URL (-want +got):\n%s", diff)
	}
}

// The dependencies' key holds no file of the context unless a package is solid.
func TestDepsReadNoContext(t *testing.T) {
	p := fullPlan()
	p.Deps.Copy = nil
	edited := fullPlan()
	edited.Deps.Copy = nil
	edited.Source.Copy[0].Include = []string{"elsewhere"}
	key := func(p *plan.Plan) digest.Digest {
		c := newConverter(p, inputs())
		return marshal(t, c.deps(c.vendor())).head
	}
	if key(p) != key(edited) {
		t.Error("a change of the source step changes the dependencies step")
	}
	c := newConverter(p, inputs())
	for i, op := range marshal(t, c.deps(c.vendor())).ops {
		if id := op.GetSource().GetIdentifier(); strings.HasPrefix(id, "local://") {
			t.Errorf("#%d is %s", i, id)
		}
	}
}

func TestAbove(t *testing.T) {
	tests := []struct {
		reason string
		paths  []string
		want   []string
	}{
		{"nothing above the root", []string{"/a"}, nil},
		{"a file's directories", []string{"/a/b/c"}, []string{"/a", "/a/b"}},
		{"a slash at the end is a directory itself", []string{"/a/b/"}, []string{"/a", "/a/b"}},
		{"each once, sorted", []string{"/z/f", "/a/f", "/z/g"}, []string{"/a", "/z"}},
		{"the root", []string{"/"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, above(tt.paths...)); diff != "" {
				t.Errorf("above (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOwner(t *testing.T) {
	tests := []struct {
		reason, spec string
		want         *llb.ChownOpt
	}{
		{"root unless set", "", root()},
		{"ids", "10:20", &llb.ChownOpt{User: &llb.UserOpt{UID: 10}, Group: &llb.UserOpt{UID: 20}}},
		{"an id alone is the group too", "10", &llb.ChownOpt{User: &llb.UserOpt{UID: 10}, Group: &llb.UserOpt{UID: 10}}},
		{"names", "app:web", &llb.ChownOpt{User: &llb.UserOpt{Name: "app"}, Group: &llb.UserOpt{Name: "web"}}},
		{"a name alone has the group that the image gives it", "app", &llb.ChownOpt{User: &llb.UserOpt{Name: "app"}}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, owner(tt.spec)); diff != "" {
				t.Errorf("owner %q (-want +got):\n%s", tt.spec, diff)
			}
		})
	}
}

func TestDirs(t *testing.T) {
	files := []plan.File{{Path: "Cargo.toml"}, {Path: "a/x"}, {Path: "a/b/c/x"}, {Path: "a-b/x"}, {Path: "ab/x"}}
	if diff := cmp.Diff([]string{"a-b", "a/b/c", "ab"}, dirs(files)); diff != "" {
		t.Errorf("leaves only (-want +got):\n%s", diff)
	}
}

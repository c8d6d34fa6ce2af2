package integration

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client"

	"github.com/org/rust-frontend/integration/published"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// subject is a project of which everything is asked that the frontend makes.
type subject struct {
	realProject
	dir string // where it is
	// documented is the folder of the program's documentation.
	documented string
	// profiles are those that the tests run in, beside cargo's own for tests.
	profiles []string
	// failing are tests that fail when plain cargo runs them in the toolchain's
	// root too, and why says for what reason.
	failing []string
	why     string
}

// subjects are those that the flag -real names; without it the one whose image
// other tests make anyway.
func subjects(t *testing.T) []subject {
	t.Helper()
	all := map[string]subject{
		"ripgrep":           {documented: "rg"},
		"ripgrep-workspace": {documented: "rg"},
		"fd-find":           {documented: "fd", profiles: []string{"release"}},
		"just": {documented: "just",
			failing: []string{"backticks::trailing_newlines_are_stripped", "directories::runtime_directory", "functions::env_var_functions_unix"},
			why:     "the toolchain image has no python3, and its environment neither XDG_RUNTIME_DIR nor USER"},
		"miniserve": {documented: "miniserve",
			failing: []string{"cant_navigate_up_the_root", "qrcode_shown_in_tty_when_enabled"},
			why:     "the toolchain image has no curl, and a step no address but the loopback's, of which miniserve shows no QR code"},
	}
	var out []subject
	for _, p := range chosenProjects(t) {
		s, ok := all[p.name]
		if s.realProject = p; ok && (realAsked() || p.name == "ripgrep-workspace") {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		t.Skipf("-real=%s names none of %v", *real, slices.Sorted(maps.Keys(all)))
	}
	return out
}

// realAsked says whether somebody has set the flag -real.
func realAsked() bool { return *real != flag.Lookup("real").DefValue }

// What the frontend makes of small projects it makes of those that people know:
// the SBOM, provenance and each stage that --target names, without a setting. The
// commands of cargo compile for minutes (jemalloc twice), so they wait for -real.
func TestRealTargets(t *testing.T) {
	b := newBed(t, gateway)
	for _, s := range subjects(t) {
		t.Run(s.name, func(t *testing.T) {
			s.dir = b.fetchReal(t, s.realProject)
			image := b.attestedImage(t, s)
			t.Run("binaries", func(t *testing.T) { b.binariesStage(t, s, image) })
			t.Run("debug-info", func(t *testing.T) { b.debugStage(t, s, image) })
			t.Run("sbom", func(t *testing.T) { b.sbomStage(t, s, image) })
			t.Run("plan and provenance", func(t *testing.T) { b.planStage(t, s, image) })
			t.Run("llb", func(t *testing.T) { b.llbStage(t, s, image) })
			if !realAsked() {
				return
			}
			for _, stage := range []string{"check", "clippy"} {
				t.Run(stage, func(t *testing.T) { b.checkStage(t, s, stage) })
			}
			t.Run("doc", func(t *testing.T) { b.docStage(t, s) })
			for _, profile := range append([]string{"test"}, s.profiles...) {
				t.Run("test "+profile, func(t *testing.T) { b.testStage(t, s, profile) })
			}
		})
	}
}

// attested is an image with what is attached to it.
type attested struct {
	binary     []byte
	sbom       *spdx
	provenance *slsa
}

// attestedImage builds the image with both attestations.
func (b *bed) attestedImage(t *testing.T, s subject) attested {
	t.Helper()
	attrs := target(s.bin)
	attrs["attest:sbom"], attrs["attest:provenance"] = "", "mode=max"
	res := b.build(t, build{dir: s.dir, attrs: attrs})
	res.nothingTwice()
	if got := res.run(s.bin, "--version"); !strings.Contains(got, s.version) {
		t.Errorf("%s --version says %q", s.bin, got)
	}
	out := attested{binary: res.binary(s.bin)}
	list, about := res.attestations()
	for _, statement := range list {
		if strings.Contains(statement.PredicateType, "spdx") {
			out.sbom = res.readSBOM(statement, about)
		} else {
			out.provenance = res.readProvenance(statement)
		}
	}
	if len(list) != 2 || out.sbom == nil || out.provenance == nil {
		t.Fatalf("the image has %d attestations, want an SBOM and provenance\n%s", len(list), res.log())
	}
	out.sbom.mustBeValid(b)
	if diff := cmp.Diff(b.cargoTree(t, s.realProject, s.dir, "normal,no-proc-macro"), out.sbom.linked()); diff != "" {
		t.Errorf("in the binary (-cargo tree +SBOM)\n%s", diff)
	}
	if diff := cmp.Diff(b.cargoTree(t, s.realProject, s.dir, "normal,build"), sorted(out.sbom.all(), s.unused)); diff != "" {
		t.Errorf("all packages (-cargo tree +SBOM)\n%s", diff)
	}
	return out
}

// stageFolder asks for a stage of the image and gives the folder that it
// writes. On a daemon that has made the image no stage compiles.
func (b *bed) stageFolder(t *testing.T, s subject, stage string, want ...string) string {
	t.Helper()
	out := t.TempDir()
	res := b.build(t, build{dir: s.dir, attrs: target(stage), exports: []client.ExportEntry{{Type: client.ExporterLocal, OutputDir: out}}})
	res.mustNotRun("fetch", "deps", "source")
	var got []string
	for name := range tree(t, out) {
		got = append(got, name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the folder has %v, want %v", got, want)
	}
	return out
}

func (b *bed) binariesStage(t *testing.T, s subject, image attested) {
	out := b.stageFolder(t, s, "binaries", "/"+s.bin)
	data, err := os.ReadFile(filepath.Join(out, s.bin))
	check(t, err)
	if !bytes.Equal(data, image.binary) {
		t.Error("the binary is not the image's")
	}
	check(t, os.Chmod(out, 0o755)) // the client makes it for its user alone
	if got, err := inRoot(out, unprivileged, "/"+s.bin, "--version"); err != nil || !strings.Contains(got, s.version) {
		t.Errorf("%s --version says %q, %v", s.bin, got, err)
	}
}

func (b *bed) debugStage(t *testing.T, s subject, image attested) {
	if !s.debug {
		res := b.fail(t, build{dir: s.dir, attrs: target("debug-info")})
		res.mustSay("the profile release makes no debug information")
		res.mustNotRun("fetch", "deps", "source")
		return
	}
	out := b.stageFolder(t, s, "debug-info", "/"+s.bin+".debug")
	file, err := os.ReadFile(filepath.Join(out, s.bin+".debug"))
	check(t, err)
	mustLink(t, readELF(t, image.binary), s.bin+".debug", file)
	mustHave(t, readELF(t, file), map[string]bool{".debug_info": true, ".debug_line": true})
}

func (b *bed) sbomStage(t *testing.T, s subject, image attested) {
	out := b.stageFolder(t, s, "sbom", "/sbom.spdx.json")
	data, err := os.ReadFile(filepath.Join(out, "sbom.spdx.json"))
	check(t, err)
	doc := &spdx{t: t, text: data}
	check(t, json.Unmarshal(data, doc))
	doc.mustBeValid(b)
	if diff := cmp.Diff(image.sbom.Packages, doc.Packages); diff != "" {
		t.Errorf("packages (-image +stage)\n%s", diff)
	}
}

// The plan says what is fetched; each of these crates is a material of the
// image, with the checksum of Cargo.lock, and each package of the SBOM is one.
func (b *bed) planStage(t *testing.T, s subject, image attested) {
	var planned plan.Plan
	readJSON(t, filepath.Join(b.stageFolder(t, s, "plan", "/plan.json"), "plan.json"), &planned)
	if len(planned.Bins) != 1 || planned.Bins[0].Name != s.bin || planned.Goal != settings.Build {
		t.Errorf("the plan makes %v, want %s alone", planned.Bins, s.bin)
	}
	locked := lockedCrates(t, s.dir)
	want, digests := map[string]string{}, map[string]bool{}
	for _, c := range planned.Crates {
		if c.Checksum == "" || locked[c.Name+" "+c.Version] != c.Checksum {
			t.Errorf("%s %s has the checksum %q, in Cargo.lock it is %q", c.Name, c.Version, c.Checksum, locked[c.Name+" "+c.Version])
		}
		want[c.URL], digests[c.Checksum] = c.Checksum, true
	}
	if diff := cmp.Diff(want, image.provenance.materials("http")); diff != "" {
		t.Errorf("materials (-plan +provenance)\n%s", diff)
	}
	listed := 0
	for _, p := range image.sbom.Packages {
		if len(p.Checksums) == 0 {
			continue // of the tree
		}
		if listed++; !digests[p.Checksums[0].Value] {
			t.Errorf("%s %s of the SBOM is no material", p.Name, p.VersionInfo)
		}
	}
	if listed == 0 {
		t.Error("the SBOM has no external package")
	}
	t.Logf("%d packages in the SBOM, %d of them external; %d crates are materials", len(image.sbom.Packages), listed, len(want))
}

func (b *bed) llbStage(t *testing.T, s subject, image attested) {
	var graph llbDocument
	file := filepath.Join(b.stageFolder(t, s, "llb", "/llb.json"), "llb.json")
	readJSON(t, file, &graph)
	text, err := os.ReadFile(file)
	check(t, err)
	for url := range image.provenance.materials("http") {
		if !strings.Contains(string(text), url) {
			t.Errorf("the graph does not fetch %s", url)
		}
	}
	if execs := graph.execs(); execs < 3 {
		t.Errorf("the graph has %d exec vertices, want those of the dependencies and of the program", execs)
	}
}

// goalOf asks for a goal, which must run: cargo prints nothing for a step from
// the cache.
func goalOf(s subject, stage string) build {
	req := goal(stage, "")
	req.dir, req.attrs["no-cache"] = s.dir, stage
	return req
}

// noCrates wants a step that compiles no external package.
func (r *result) noCrates(stage string) {
	r.t.Helper()
	if again := r.crates(stage); len(again) > 0 {
		r.t.Errorf("the step compiles %v, which the dependencies' step should", again)
	}
}

func (b *bed) checkStage(t *testing.T, s subject, stage string) {
	res := b.build(t, goalOf(s, stage))
	res.mustRun(stage)
	// "Compiling" where the package has a build script, else "Checking".
	res.mustPrint(fmt.Sprintf("ing %s v%s (", published.Package(s.name), s.version), "Finished `dev` profile")
	res.noCrates(stage)
}

func (b *bed) docStage(t *testing.T, s subject) {
	req := goalOf(s, "doc")
	out := t.TempDir()
	req.exports = []client.ExportEntry{{Type: client.ExporterLocal, OutputDir: out}}
	res := b.build(t, req)
	res.mustRun("doc")
	index, err := os.ReadFile(filepath.Join(out, s.documented, "index.html"))
	check(t, err)
	if !strings.Contains(string(index), "<title>"+s.documented+" - Rust</title>") {
		t.Errorf("%s/index.html is not the documentation: %.300s", s.documented, index)
	}
	res.noCrates("doc")
}

// testStage runs the project's own tests. What fails must fail in the same way
// when cargo runs it without the frontend.
func (b *bed) testStage(t *testing.T, s subject, profile string) {
	req := goalOf(s, "test")
	if profile != "test" {
		req.args = map[string]string{"profile": profile}
	}
	res := b.try(t, req)
	res.mustPrint("Finished `" + profile + "` profile")
	got := outcomes(res.output())
	t.Logf("tests: %s", got)
	if got.passed == 0 {
		t.Errorf("no test passes: %v\n%s", res.err, res.log())
	}
	res.noCrates("test")
	if diff := cmp.Diff(s.failing, got.failing); diff != "" {
		t.Errorf("failing tests (-want +got): %v\n%s\n%s", res.err, diff, res.output())
	}
	if len(got.failing) == 0 {
		check(t, res.err)
		return
	}
	res.mustSay("`cargo test --no-fail-fast ", "failed with exit code 101")
	alone := outcomes(b.plainTests(t, s.dir, profile))
	t.Logf("plain cargo: %s; what fails: %s", alone, s.why)
	if diff := cmp.Diff(alone.results, got.results); diff != "" {
		t.Errorf("tests (-plain cargo +frontend)\n%s", diff)
	}
}

// plainTests gives the output of a project's tests without the frontend.
func (b *bed) plainTests(t *testing.T, dir, profile string) string {
	t.Helper()
	out := t.TempDir()
	b.run(t, cargoAlone(dir, nil, "cargo test --no-fail-fast --locked --offline --profile "+profile+" --target "+muslTriple()+" >/out/log 2>&1 || true"), out)
	data, err := os.ReadFile(filepath.Join(out, "log"))
	check(t, err)
	return string(data)
}

// tested is what the output of cargo test says.
type tested struct {
	programs, passed int
	results          map[string]int // "test NAME ... ok" and how often
	failing          []string
}

func (o tested) String() string {
	return fmt.Sprintf("%d passed and %d failed in %d programs", o.passed, len(o.failing), o.programs)
}

// outcomes reads the lines of Rust's test harness.
func outcomes(output string) tested {
	o := tested{results: map[string]int{}}
	for _, m := range regexp.MustCompile(`(?m)^test (.+) \.\.\. (ok|FAILED)$`).FindAllStringSubmatch(output, -1) {
		o.results[m[0]]++
		if m[2] == "ok" {
			o.passed++
		} else {
			o.failing = append(o.failing, m[1])
		}
	}
	o.programs = strings.Count(output, "test result: ")
	slices.Sort(o.failing)
	return o
}

// lockedCrates gives the checksum of each "NAME VERSION" in Cargo.lock.
func lockedCrates(t *testing.T, dir string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "Cargo.lock"))
	check(t, err)
	entry := regexp.MustCompile(`name = "(.+)"\nversion = "(.+)"\nsource = ".+"\nchecksum = "(.+)"\n`)
	out := map[string]string{}
	for _, m := range entry.FindAllStringSubmatch(string(data), -1) {
		out[m[1]+" "+m[2]] = m[3]
	}
	return out
}

func readJSON(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	check(t, err)
	check(t, json.Unmarshal(data, into))
}

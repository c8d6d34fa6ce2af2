package integration

import (
	"crypto/rand"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client"
)

// goal asks for a stage of a package, "" for cargo's own choice.
func goal(stage, pkg string) build {
	req := build{attrs: target(stage)}
	if pkg != "" {
		req.args = map[string]string{"package": pkg}
	}
	return req
}

// of gives the request with a project.
func (req build) of(p *project) build {
	req.dir = p.dir
	return req
}

// crates lists the external crates that cargo compiled in the steps of a
// stage, sorted. Behind a package of the tree cargo prints its directory.
func (r *result) crates(of string) []string {
	made := regexp.MustCompile(`(?m)^ *(?:Compiling|Checking) (\S+) v\S+$`)
	var out []string
	for _, v := range r.vertices {
		if stage(v.name) != of {
			continue
		}
		for _, m := range made.FindAllStringSubmatch(v.log.String(), -1) {
			out = append(out, m[1])
		}
	}
	slices.Sort(out)
	return out
}

// mustPrint wants fragments in what the steps print.
func (r *result) mustPrint(fragments ...string) {
	r.t.Helper()
	for _, want := range fragments {
		if !strings.Contains(r.output(), want) {
			r.t.Errorf("no step prints %q\n%s", want, r.log())
		}
	}
}

// Tests of every kind run, once for a tree, over dependencies that an edit does
// not compile again; one that fails fails the build and is shown.
func TestTestStage(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "goals"), r.values)
		res := b.build(t, goal("test", "").of(p))
		res.mustRun("fetch", "deps", "test")
		res.mustPrint("tests::of_the_macro ... ok", "tests::of_the_library ... ok", "of_the_program ... ok", "of_a_helper ... ok",
			"of_a_fixture ... ok", "of_the_loopback ... ok", "of_the_network ... ok", "by hand: ", "Doc-tests numbers")
		// Once for the host too, on which the tests of the procedural macro run: cargo
		// prints a crate once.
		if want := []string{"leaf", "mid", "scripted", "shout"}; !slices.Equal(res.crates("deps"), want) || len(res.crates("test")) > 0 {
			t.Errorf("the dependencies step compiles %v, want %v, and the tests' step %v, want none", res.crates("deps"), want, res.crates("test"))
		}
		if files := tree(t, res.files()); len(files) > 0 {
			t.Errorf("the result has files: %v", files)
		}
		b.build(t, goal("test", "").of(p)).mustNotRun("fetch", "deps", "test")

		p.add("crates/numbers/src/lib.rs", "#[test]\nfn of_an_edit() {}\n")
		res = b.build(t, goal("test", "").of(p))
		res.mustNotRun("fetch", "deps")
		res.mustPrint("test of_an_edit ... ok")
		if again := res.crates("test"); len(again) > 0 {
			t.Errorf("an edit compiles %v again", again)
		}

		p.replace("crates/numbers/src/lib.rs", "        42\n", "        24 + 8\n")
		res = b.fail(t, goal("test", "").of(p))
		res.mustSay("`cargo test ", "failed with exit code 101")
		res.mustPrint("tests::of_the_answer ... FAILED", "the answer is another one", "left: 32")
	})
}

// A stage looks at the packages and features that the settings choose.
func TestGoalSelection(t *testing.T) {
	tests := []struct {
		reason string
		stage  string
		pkg    string
		args   map[string]string
		fails  bool
		prints []string
		not    string
	}{
		{reason: "one member", stage: "test", pkg: "macros", prints: []string{"of_the_macro ... ok"}, not: "of_the_library"},
		{reason: "a member that is no default member", stage: "test", pkg: "helper", prints: []string{"Running unittests src/lib.rs", "0 passed"}, not: "of_the_library"},
		{reason: "a feature", stage: "test", pkg: "numbers", args: map[string]string{"features": "large"}, fails: true,
			prints: []string{"left: 4200002", "of_a_fixture ... ok"}}, // the programs after the one that fails run too
		{reason: "arguments of the tests", stage: "test", pkg: "numbers", args: map[string]string{"features": "large", "test-args": `["--skip", "of_the_answer", "--skip", "of_a_helper"]`},
			prints: []string{"of_a_fixture ... ok"}, not: "of_the_answer"},
		{reason: "a profile", stage: "test", pkg: "macros", args: map[string]string{"profile": "release"}, prints: []string{"Finished `release` profile"}},
		{reason: "check", stage: "check", prints: []string{"Checking numbers v0.3.0", "Checking tool v0.3.0", "Finished `dev` profile"}},
		{reason: "check of what is wrong", stage: "check", pkg: "broken", fails: true, prints: []string{"error[E0308]: mismatched types", "crates/broken/src/lib.rs:2:5"}},
		{reason: "tests of what is wrong", stage: "test", pkg: "broken", fails: true, prints: []string{"error[E0308]: mismatched types"}},
		{reason: "clippy", stage: "clippy", prints: []string{"Checking tool v0.3.0"}},
		{reason: "clippy finds what clippy.toml at the root wants", stage: "clippy", pkg: "untidy", fails: true,
			prints: []string{"this function has too many arguments (2/1)", "crates/untidy/src/lib.rs:1:1"}},
		{reason: "arguments of clippy", stage: "clippy", pkg: "untidy", fails: true, args: map[string]string{"clippy-args": "-D,clippy::arithmetic_side_effects"},
			prints: []string{"arithmetic operation that can potentially result in unexpected side-effects"}},
		{reason: "check of what clippy finds", stage: "check", pkg: "untidy", prints: []string{"Checking untidy"}},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "goals"), r.values)
		for _, tt := range tests {
			t.Run(tt.reason, func(t *testing.T) {
				req := goal(tt.stage, tt.pkg).of(p)
				if req.args == nil {
					req.args = map[string]string{}
				}
				for key, value := range tt.args {
					req.args[key] = value
				}
				// Cargo prints nothing for a step from the cache.
				req.attrs["no-cache"] = tt.stage
				res := b.try(t, req)
				if (res.err != nil) != tt.fails {
					t.Fatalf("error %v\n%s", res.err, res.log())
				}
				if tt.fails {
					res.mustSay("`cargo "+tt.stage, "exit code 101")
				}
				res.mustPrint(tt.prints...)
				if tt.not != "" && strings.Contains(res.output(), tt.not) {
					t.Errorf("a step prints %q", tt.not)
				}
			})
		}
	})
}

// The manifest that the build is started with selects its package.
func TestGoalOfEntryFile(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := newProject(t, testdata(t, "goals"), newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates")).values)
		req := goal("test", "").of(p)
		req.entry = p.path("crates/macros")
		res := b.build(t, req)
		res.mustPrint("of_the_macro ... ok")
		if strings.Contains(res.output(), "of_the_library") {
			t.Error("the tests of another package run")
		}
	})
}

// Check, clippy and doc have their dependencies in common, which are checked once
// and not again after an edit.
func TestCheckedDependencies(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := newProject(t, testdata(t, "goals"), newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates")).values)
		res := b.build(t, goal("check", "").of(p))
		if want := []string{"leaf", "shout"}; !slices.Equal(res.crates("deps"), want) || len(res.crates("check")) > 0 {
			t.Errorf("the dependencies step compiles %v, want %v, and that of check %v", res.crates("deps"), want, res.crates("check"))
		}
		for _, stage := range []string{"check", "clippy", "doc"} {
			p.add("crates/numbers/src/lib.rs", "// "+stage+"\n")
			res := b.build(t, goal(stage, "").of(p))
			res.mustRun(stage)
			res.mustNotRun("fetch", "deps")
			if again := res.crates(stage); len(again) > 0 {
				t.Errorf("%s compiles %v again", stage, again)
			}
		}
	})
}

// The documentation is what -o DIR writes, that of procedural macros with it.
func TestDocStage(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := newProject(t, testdata(t, "goals"), newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates")).values)
		req := goal("doc", "").of(p)
		out := &project{t: t, dir: t.TempDir()}
		req.exports = []client.ExportEntry{{Type: client.ExporterLocal, OutputDir: out.dir}}
		b.build(t, req)
		for file, want := range map[string]string{
			"numbers/fn.answer.html": "The answer.", "tool/index.html": "A tool.", "macros/macro.next.html": "Adds one.",
		} {
			if !strings.Contains(out.read(file), want) {
				t.Errorf("%s does not say %q", file, want)
			}
		}
		for name := range tree(t, out.dir) {
			if strings.Contains(name, "leaf") || strings.HasSuffix(name, ".lock") {
				t.Errorf("the folder has %s", name)
			}
		}
	})
}

const libraryOnly = `
-- Cargo.toml --
[package]
name = "alone"
version = "0.1.0"
edition = "2021"
-- Cargo.lock --
version = 4

[[package]]
name = "alone"
version = "0.1.0"
-- src/lib.rs --
//! Alone: @{salt}
#[test]
fn of_it() {}
`

// A project without a binary has no image, and all of these stages.
func TestGoalsOfLibrary(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := newProject(t, libraryOnly)
		b.fail(t, goal("", "").of(p)).mustSay("the package alone has no binary")
		for _, stage := range []string{"test", "check", "clippy", "doc"} {
			b.build(t, goal(stage, "").of(p)).mustRun(stage)
		}
	})
}

// Nothing of these stages has a network, nor is anything else in the graph that a
// build has.
func TestGoalsInTheGraph(t *testing.T) {
	b := newBed(t, inProcess)
	for _, stage := range []string{"test", "check", "clippy", "doc"} {
		t.Run(stage, func(t *testing.T) {
			g := b.graph(t, build{dir: exampleHello, attrs: target(stage)})
			if err := everyExec(offline)(g); err != nil {
				t.Error(err)
			}
			var got []string
			for digest, op := range g.Def {
				if op.GetExec() != nil {
					name, _, _ := strings.Cut(g.name(digest), " ")
					got = append(got, name)
				}
			}
			slices.Sort(got)
			// Hello needs two crates; the plan questions the compiler and cargo, and
			// says which steps are urgent; the toolchain compiles the executor.
			want := []string{"[" + stage + "]", "[deps]", "[deps]", "[internal]", "[plan]", "[plan]", "[plan]", "[toolchain]"}
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
		})
	}
}

// The tests of another platform are refused, and nothing else of it is.
func TestTestsOfAnotherPlatform(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		res := b.fail(t, build{dir: exampleHello, attrs: map[string]string{"target": "test", "platform": otherPlatform()}})
		res.mustSay("the tests of "+otherPlatform()+" cannot run", "--target check")
		b.fail(t, build{dir: exampleHello, attrs: map[string]string{"target": "check", "platform": otherPlatform()}}).
			mustSay("no standard library for") // the test bed's toolchain has none
	})
}

// The commands of the example, with the real client: what a test says and how the
// client ends.
func TestBuildxTests(t *testing.T) {
	x := newBuildx(t, newBed(t, gateway))
	p := copyProject(t, exampleHello)
	p.add("src/main.rs", "// "+rand.Text()+"\n")
	for _, tt := range []struct {
		reason string
		want   string
		status int
		say    []string
	}{
		{"passing", "(x3)", 0, []string{"test tests::says_how_often ... ok"}},
		{"cached", "(x3)", 0, []string{"[test] run the tests of hello\n", " CACHED\n"}},
		{"failing", "(x4)", 1, []string{"test tests::says_how_often ... FAILED", "> [test] run the tests of hello:", "ERROR: failed to build: failed to solve: `cargo test "}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			p.replace("src/main.rs", "(x3)", tt.want)
			out, status := x.build(p.dir, "--target", "test")
			if status != tt.status {
				t.Errorf("exit status %d, want %d", status, tt.status)
			}
			for _, want := range tt.say {
				if !strings.Contains(out, want) {
					t.Errorf("buildx does not print %q", want)
				}
			}
			if t.Failed() {
				t.Logf("%s", out)
			}
		})
	}
}

// The tests of a project of crates.io pass, with C code below them, and compile
// no dependency that a step before has compiled; clippy neither.
func TestRealTests(t *testing.T) {
	b := newBed(t, gateway)
	for _, p := range realProjects() {
		if p.name != "fd-find" {
			continue
		}
		req := goal("test", "")
		req.dir = b.fetchReal(t, p)
		req.attrs["no-cache"] = "test" // cargo prints nothing from the cache
		res := b.build(t, req)
		res.mustPrint("Running tests/tests.rs", "test result: ok. 111 passed")
		res.nothingTwice()
		if again := res.crates("test"); len(again) > 0 {
			t.Errorf("the tests' step compiles %v", again)
		}
		req.attrs = map[string]string{"target": "clippy", "no-cache": "clippy"}
		res = b.build(t, req)
		res.nothingTwice()
		if again := res.crates("clippy"); len(again) > 0 {
			t.Errorf("the step of clippy compiles %v", again)
		}
	}
}

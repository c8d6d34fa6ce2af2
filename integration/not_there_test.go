package integration

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
)

// Who asks git for the commit, in the package's own way or by the program, gets a warning:
// no step has the repository.
func TestRepositoryIsLookedFor(t *testing.T) {
	b := newBed(t, inProcess)
	for _, own := range []string{"fs::read_to_string(\"../.git/HEAD\").unwrap_or(\"none\".into())",
		"println!(\"cargo:rerun-if-changed=../.git/HEAD\"); \"declared\".into()",
		"std::process::Command::new(\"git\").arg(\"describe\").output().is_ok().to_string()"} {
		p := newProject(t, oddWorkspace+script(own), map[string]string{"own": strings.ToLower(rand.Text())})
		p.write(".git/HEAD", "ref: refs/heads/main\n")
		b.build(t, build{dir: p.dir}).mustWarnToo(" looks for .git, which is not sent")
		b.build(t, build{dir: p.dir, args: map[string]string{"member-env.GIT_SHA": "abc"}}).mustNotWarn(" looks for .git")
	}
	p := newProject(t, oddWorkspace+script(`String::from("nothing")`), map[string]string{"own": strings.ToLower(rand.Text())})
	if n := len(b.build(t, build{dir: p.dir}).warnings); n != 1 {
		t.Errorf("who does not look for it gets %d warnings", n)
	}
}

// A variable for the project's own packages compiles those again, each once, and no crate.
func TestMemberEnv(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := copyProject(t, "../examples/workspace")
		p.replace("common/src/lib.rs", `"{program}: {}"`, `"{program} {}: {}", option_env!("COMMIT").unwrap_or("none")`)
		for i, commit := range []string{"one", "two"} {
			res := b.build(t, build{dir: p.dir, args: map[string]string{"member-env": "COMMIT=" + commit}, attrs: target("worker")})
			if got := res.run("worker", "a"); got != "worker "+commit+": 2\n" {
				t.Errorf("the program prints %q", got)
			}
			if i > 0 {
				res.mustNotRun("deps")
				res.nothingTwice()
			}
		}
	})
}

// Who reads many files of a directory, and each only after the one before, gets the directory; after
// the next edit of it what it does not read there compiles nothing.
func TestReadsOneAfterAnother(t *testing.T) {
	b := newBed(t, inProcess)
	own := strings.ToLower(rand.Text())
	p := newProject(t, oddWorkspace+script(`(0..12).map(|i| fs::read_to_string(format!("../proto/{i}.proto")).unwrap()).collect::<String>()`), map[string]string{"own": own})
	for i := range 12 {
		p.write(fmt.Sprintf("proto/%d.proto", i), fmt.Sprint(i, "\n"))
	}
	p.write("proto/README", "one\n")
	gen := "gen-" + own + " 0.1.0"
	times := func(what string, want int) {
		t.Helper()
		res := b.build(t, build{dir: p.dir})
		if n := res.timesCompiled(gen); n != want {
			t.Errorf("%s: compiled %d times, want %d\n%s", what, n, want, res.log())
		}
		res.mustNotWarn("whole build context")
	}
	times("at first", 4)
	p.add("gen/src/lib.rs", "// edited\n")
	times("an edit", 1)
	p.write("proto/README", "two\n")
	times("a file that is not read", 0)
	p.write("proto/11.proto", "other\n")
	times("a file that is read", 1)
}

// Where a program is missing, the error names it.
func TestAbsentProgram(t *testing.T) {
	b := newBed(t, inProcess)
	p := newProject(t, oddWorkspace+script(`format!("{:?}", std::process::Command::new("no-such-tool").output().expect("run it"))`), map[string]string{"own": strings.ToLower(rand.Text())})
	if log := b.fail(t, build{dir: p.dir}).log(); !strings.Contains(log, "the toolchain image has no program `no-such-tool`, which is started above") {
		t.Errorf("the program is not named:\n%s", log)
	}
}

// Who looks for what an ignore file keeps out gets a warning where that is there, and no other.
func TestIgnoredIsLookedFor(t *testing.T) {
	b := newBed(t, inProcess)
	p := newProject(t, oddWorkspace+"-- .dockerignore --\n*.env\n*.md\nVERSION\ndeep\n!kept.md\n-- VERSION --\n9.9.9\n-- kept.md --\nkept\n-- deep/er/file --\n-- other.md --\n"+script(`
        ["VERSION", "none.env", "kept.md", "deep/er", "none"].map(|f| fs::metadata(format!("../{f}")).is_ok().to_string()).join(" ")`),
		map[string]string{"own": strings.ToLower(rand.Text())})
	res := b.build(t, build{dir: p.dir})
	for _, name := range []string{"VERSION", "deep/er"} {
		res.mustWarnToo(" looks for " + name + ", which an ignore file keeps out")
	}
	said := 0
	for _, w := range res.warnings {
		if strings.Contains(string(w.Short), "an ignore file keeps out") {
			said++
		}
	}
	if said != 2 {
		t.Errorf("%d warnings of ignored files, want 2\n%s", said, res.log())
	}
	if got := res.run("app"); got != "false false true false false\n" {
		t.Errorf("the program prints %q", got)
	}
}

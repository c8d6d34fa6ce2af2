package integration

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite docs/what-rebuilds.md; write lock files to the scripts of the cargo suite")

const rebuildsFile = "../docs/what-rebuilds.md"

// edit is one row of the table: a change of the project, and the stages that
// run because of it. No other stage may.
type edit struct {
	what   string
	change func(*project)
	args   map[string]string
	runs   []string
	says   string // what the program says afterwards, "" for the same
}

const tableSays = "0.1.0 mid over leaf 1.0.0 sweet leaf 1.0.0 sweet help"

func edits(r *registry) []edit {
	var none []string
	stages := func(s ...string) []string { return s }
	return []edit{
		{what: "nothing", change: func(*project) {}, runs: none},
		{what: "time of every file", change: func(p *project) { p.date(time.Now()) }, runs: none},
		{what: "a file that `.dockerignore` names", change: func(p *project) { p.write("notes/todo.txt", "something") }, runs: none},
		{what: "`README.md` of the workspace", change: func(p *project) { p.add("README.md", "more\n") }, runs: none},
		{what: "`.git`", change: func(p *project) { p.write(".git/HEAD", "ref: refs/heads/other\n") }, runs: none},
		{what: "a member that the binary does not need", change: func(p *project) {
			p.add("other/src/main.rs", "// more\n")
			p.replace("other/Cargo.toml", "0.1.0", "0.2.0")
			p.replace("Cargo.lock", "name = \"other\"\nversion = \"0.1.0\"", "name = \"other\"\nversion = \"0.2.0\"")
		}, runs: none},
		{what: "a comment in a manifest", change: func(p *project) {
			p.add("Cargo.toml", "# a comment\n")
			p.add("app/Cargo.toml", "# a comment\n")
		}, runs: none},
		{what: "a dev-dependency", change: func(p *project) {
			p.add("app/Cargo.toml", "[dev-dependencies]\nscripted = \"1\"\n")
			p.replace("Cargo.lock", " \"mid\",\n \"util\",", " \"mid\",\n \"scripted\",\n \"util\",")
			p.add("Cargo.lock", locked(r, "scripted", "1.0.0"))
		}, runs: none},
		{what: "`README.md` of the package", change: func(p *project) { p.add("app/README.md", "more\n") }, runs: none},
		{what: "a comment in a source file", change: func(p *project) { p.add("app/src/main.rs", "// a comment\n") }, runs: stages("source")},
		{what: "a source file of the binary", change: func(p *project) { p.replace("app/src/main.rs", "{mark}", ".{mark}") },
			runs: stages("source", "image"), says: tableSays + "."},
		{what: "a source file of a member that it uses", change: func(p *project) { p.replace("util/src/lib.rs", `"help"`, `"more help"`) },
			runs: stages("source", "image"), says: strings.Replace(tableSays, "help", "more help", 1)},
		{what: "the package's own version", change: func(p *project) {
			p.replace("app/Cargo.toml", `version = "0.1.0"`, `version = "0.2.0"`)
			p.replace("Cargo.lock", "name = \"app\"\nversion = \"0.1.0\"", "name = \"app\"\nversion = \"0.2.0\"")
		}, runs: stages("source", "image"), says: strings.Replace(tableSays, "0.1.0", "0.2.0", 1)},
		{what: "`description` and other keys for people", change: func(p *project) { p.replace("app/Cargo.toml", "The app", "The best app") },
			runs: stages("source")},
		{what: "`[lints]`", change: func(p *project) { p.replace("app/Cargo.toml", `unused = "warn"`, `unused = "allow"`) },
			runs: stages("source")},
		{what: "a feature of the package itself", args: map[string]string{"features": "loud"}, change: func(*project) {},
			runs: stages("source", "image"), says: tableSays + "!"},
		{what: "a feature of a dependency", change: func(p *project) {
			p.replace("app/Cargo.toml", `leaf = "1"`, `leaf = { version = "1", features = ["sour"] }`)
		}, runs: stages("deps", "source", "image"), says: strings.ReplaceAll(tableSays, "sweet", "both")},
		{what: "a new dependency", change: func(p *project) {
			p.replace("app/Cargo.toml", `leaf = "1"`, "leaf = \"1\"\nscripted = \"1\"")
			p.replace("Cargo.lock", " \"mid\",\n \"util\",", " \"mid\",\n \"scripted\",\n \"util\",")
			p.add("Cargo.lock", locked(r, "scripted", "1.0.0"))
		}, runs: stages("fetch", "deps", "source")},
		{what: "a dependency's version in `Cargo.lock`", change: func(p *project) {
			p.replace("Cargo.lock", strings.TrimSpace(locked(r, "leaf", "1.0.0")), strings.TrimSpace(locked(r, "leaf", "1.0.1")))
		}, runs: stages("fetch", "deps", "source", "image"), says: "0.1.0 mid over leaf 1.0.1 leaf 1.0.1 help"},
		{what: "`[profile]`", change: func(p *project) { p.replace("Cargo.toml", "opt-level = 0", "opt-level = 1") },
			runs: stages("deps", "source", "image")},
		{what: "`rustflags`", change: func(p *project) { p.add(".cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"x\"]\n") },
			runs: stages("deps", "source")},
		{what: "the setting `env`", args: map[string]string{"env.STAMP": "1"}, change: func(*project) {},
			runs: stages("deps", "source")},
		{what: "the setting `member-env`", args: map[string]string{"member-env.STAMP": "1"}, change: func(*project) {}, runs: stages("source")},
		{what: "image settings", args: map[string]string{"image.labels.a": "b"}, change: func(*project) {}, runs: none},
	}
}

// locked is the lock file's entry of a crate without dependencies.
func locked(r *registry, name, version string) string {
	return fmt.Sprintf("\n[[package]]\nname = %q\nversion = %q\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = %q\n",
		name, version, r.values[name+"-"+version])
}

// Each edit runs the stages that it must, and no other.
func TestWhatRebuilds(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		base := newProject(t, testdata(t, "table"), r.values)
		first := b.build(t, build{dir: base.dir, attrs: target("app")})
		if got := first.ran(); !slices.Equal(got, []string{"deps", "fetch", "image", "source"}) {
			t.Fatalf("the first build runs %v\n%s", got, first.log())
		}
		for _, e := range edits(r) {
			t.Run(e.what, func(t *testing.T) {
				p := copyProject(t, base.dir)
				e.change(p)
				res := b.build(t, build{dir: p.dir, attrs: target("app"), args: e.args})
				want := slices.Sorted(slices.Values(e.runs))
				if got := res.ran(); !slices.Equal(got, want) {
					t.Errorf("runs %v, want %v\n%s", got, want, res.log())
				}
				if e.says == "" {
					e.says = tableSays
				}
				if got := strings.TrimSpace(res.run("app")); got != e.says {
					t.Errorf("the program says %q, want %q", got, e.says)
				}
				if imageSame := !slices.Contains(e.runs, "image") && e.args == nil && !strings.Contains(e.what, "description"); imageSame && res.digest != first.digest {
					t.Errorf("the image changed from %s to %s", first.digest, res.digest)
				}
			})
		}
	})
}

// The document shows the table that the test proves.
func TestWhatRebuildsDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# What rebuilds when\n\n" +
		"Written by `go test ./integration -run TestWhatRebuildsDocument -update` from the table that\n" +
		"`TestWhatRebuilds` checks against a real BuildKit. A dot is a stage that runs; what has none is\n" +
		"taken from the cache. The image stage does not run when the binary comes out the same.\n\n" +
		"| edit | fetch | deps | source | image |\n|---|---|---|---|---|\n")
	for _, e := range edits(&registry{}) {
		fmt.Fprintf(&b, "| %s |", e.what)
		for _, s := range []string{"fetch", "deps", "source", "image"} {
			if slices.Contains(e.runs, s) {
				b.WriteString(" ● |")
			} else {
				b.WriteString("   |")
			}
		}
		b.WriteString("\n")
	}
	if *update {
		check(t, os.MkdirAll("../docs", 0o755))
		check(t, os.WriteFile(rebuildsFile, []byte(b.String()), 0o644))
	}
	got, err := os.ReadFile(rebuildsFile)
	check(t, err)
	if diff := cmp.Diff(b.String(), string(got)); diff != "" {
		t.Errorf("%s is not up to date, run with -update (-want +got):\n%s", rebuildsFile, diff)
	}
}

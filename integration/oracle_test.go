package integration

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/org/rust-frontend/integration/oracle"
)

var (
	oracleEdits = flag.Int("oracle", 100, "how many edits of random workspaces to compare with plain cargo")
	oracleSeed  = flag.Uint64("oracle-seed", 1, "the first workspace of the comparison")
)

// editsPerWorkspace are made before the next workspace.
const editsPerWorkspace = 20

// After each edit of a random workspace the program prints what that of plain cargo prints,
// which compiles all of it, or neither compiles.
func TestOracle(t *testing.T) {
	b := newBed(t, inProcess)
	left := *oracleEdits
	for seed := *oracleSeed; left > 0; seed++ {
		t.Run(fmt.Sprintf("workspace %d", seed), func(t *testing.T) {
			w := oracle.New(seed)
			p := newProject(t, "")
			said := "nothing"
			for i := 0; i <= editsPerWorkspace && left > 0; i++ {
				p.become(w)
				b.compare(t, p, fmt.Sprintf("edit %d, %s", i, said))
				if t.Failed() {
					keep(t, p)
					return
				}
				said = w.Edit()
				left--
			}
		})
	}
}

// compare builds a project with cargo alone and with the frontend.
func (b *bed) compare(t *testing.T, p *project, what string) {
	t.Helper()
	out := t.TempDir()
	b.run(t, &toolchainStep{
		mounts: map[string]string{"/src": p.dir},
		env:    map[string]string{"CARGO_HOME": "/tmp/cargo", "CARGO_TARGET_DIR": "/tmp/target"},
		script: `cd /src
cargo generate-lockfile --offline --quiet
cp Cargo.lock /out/
if cargo build --release --offline --quiet -p app 2>/out/errors; then /tmp/target/release/app >/out/said; fi`,
	}, out)
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(out, name))
		if os.IsNotExist(err) {
			return ""
		}
		check(t, err)
		return string(data)
	}
	p.write("Cargo.lock", read("Cargo.lock"))
	want := read("said")
	res := b.try(t, build{dir: p.dir, args: map[string]string{"layers": "crate"}})
	switch {
	case want == "" && res.err == nil:
		t.Errorf("%s: plain cargo fails, this builds a program that prints %q\n%s", what, res.run("app"), read("errors"))
	case want == "":
	case res.err != nil:
		t.Errorf("%s: plain cargo's program prints %q, this fails: %v\n%s", what, want, res.err, res.log())
	default:
		if got := res.run("app"); got != want {
			t.Errorf("%s: the program prints %q, that of plain cargo %q\n%s", what, got, want, res.log())
		}
	}
}

// become writes the files of a workspace that are not there, and removes the others.
func (p *project) become(w *oracle.Workspace) {
	p.t.Helper()
	files, links := w.Files(), w.Links()
	for name, mode := range tree(p.t, p.dir) {
		if _, wanted := files[strings.TrimPrefix(name, "/")]; !wanted && !mode.IsDir() {
			p.remove(name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if old, err := os.ReadFile(p.path(name)); err != nil || string(old) != files[name] {
			p.write(name, files[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(links)) {
		check(p.t, os.MkdirAll(filepath.Dir(p.path(name)), 0o755))
		check(p.t, os.Symlink(links[name], p.path(name)))
	}
}

// keep copies a project to where it can be looked at.
func keep(t *testing.T, p *project) {
	dir, err := os.MkdirTemp("", "oracle-"+strings.ReplaceAll(filepath.Base(t.Name()), " ", "-")+"-")
	check(t, err)
	check(t, os.CopyFS(dir, os.DirFS(p.dir)))
	t.Logf("the project is in %s", dir)
}

package integration

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/client"

	"github.com/org/rust-frontend/integration/oracle"
)

var (
	oracleEdits = flag.Int("oracle", 100, "how many edits of random workspaces to compare with plain cargo")
	oracleSeed  = flag.Uint64("oracle-seed", 1, "the first workspace of the comparison")
	oracleKnown = flag.Bool("oracle-known", false, "report known differences too: a lock file that has more than the manifests need, packages that read their manifest")
	oracleStop  = flag.Int("oracle-stop", editsPerWorkspace, "how many edits of each workspace")
)

// editsPerWorkspace are made before the next workspace.
const editsPerWorkspace = 20

// After each edit of a random workspace the programs print what those of plain cargo print,
// or neither compiles, and no package is compiled that plain cargo does not compile, but for
// what is documented.
func TestOracle(t *testing.T) {
	b := newBed(t, inProcess)
	salt := salt()
	r := newRegistry(t, "/dl/{crate}/{version}", oracle.Registry(), map[string]string{"salt": salt})
	c := &comparison{bed: b, registry: r, cargo: newPlainCargo(t, b, r, map[string]string{"salt": salt})}
	c.sums.excused = map[string]int{}
	left := *oracleEdits
	for seed := *oracleSeed; left > 0; seed++ {
		t.Run(fmt.Sprintf("workspace %d", seed), func(t *testing.T) {
			// What is remembered goes by the names of packages.
			c.start(t, oracle.New(seed, fmt.Sprint(salt, seed)))
			said := "nothing"
			for i := 0; i <= *oracleStop && left > 0; i++ {
				c.compare(t, fmt.Sprintf("edit %d, %s", i, said))
				if t.Failed() {
					c.keep(t)
					return
				}
				said = c.workspace.Edit()
				left--
			}
		})
	}
	t.Log(c.sums.String())
}

// comparison is of one workspace after the other.
type comparison struct {
	bed       *bed
	registry  *registry
	cargo     *plainCargo
	workspace *oracle.Workspace
	ours      *mirror
	before    mirror   // the state before
	settings  string   // the profile, flags and environment of the last state with steps
	settled   settled  // what has been compiled since they changed
	sides     []string // the packages of both sides, of all states: cargo keeps what it had
	ledger    ledger
	sums      sums
	edits     []string
	said      []string // by the state before, in warnings
	logs      string
}

func (c *comparison) start(t *testing.T, w *oracle.Workspace) {
	t.Helper()
	c.workspace, c.ours, c.before, c.settings, c.ledger = w, &mirror{dir: t.TempDir()}, mirror{}, "", ledger{}
	c.edits, c.said, c.sides, c.settled = nil, nil, nil, settled{}
	c.cargo.start(t)
}

// compare builds a state with cargo alone and with the frontend.
func (c *comparison) compare(t *testing.T, what string) {
	t.Helper()
	w := c.workspace
	c.edits = append(c.edits, what)
	lock := c.cargo.become(t, w)
	files := w.Files()
	files["Cargo.lock"] = lock
	files[".cargo/config.toml"] = w.Config() + "[source.crates-io]\nreplace-with = \"test\"\n[source.test]\nregistry = \"sparse+" + c.registry.url + "/index/\"\n"
	c.ours.become(t, files, w.Links())
	plain := make(chan built, 1)
	started := time.Now()
	go func() { plain <- c.cargo.build(w) }()
	res := c.bed.try(t, build{dir: c.ours.dir, args: c.args()})
	want := <-plain
	c.sums.states++
	c.sums.waited += time.Since(started)
	c.sums.cargos += want.took
	if !c.says(t, what, want, res) {
		return
	}
	c.account(t, what, want, res, files)
	if !t.Failed() {
		c.before, c.sides = *c.ours, append(c.sides, w.BothSides()...)
		if !res.hasOneLayer() {
			c.settings = w.Settings()
		}
	}
}

// says compares what the programs print, and whether there are any. Where cargo differs,
// what it makes of a new directory counts.
func (c *comparison) says(t *testing.T, what string, want built, res *result) bool {
	t.Helper()
	said := map[string]string{}
	if res.err == nil {
		for _, bin := range c.workspace.Binaries() {
			said[bin] = unnumbered(res.run(bin))
		}
	}
	if want.failed {
		c.sums.failing++
	}
	if want.failed == (res.err != nil) && maps.Equal(said, want.said) {
		return true
	}
	if want.failed && res.err == nil && strings.Contains(want.log, "cannot update the lock file") && c.workspace.OldLock() && !*oracleKnown {
		c.sums.locked++
		return true
	}
	anew := c.cargo.anew(t, c.workspace)
	if anew.failed == (res.err != nil) && maps.Equal(said, anew.said) {
		t.Logf("%s: cargo says %q in an old directory and %q in a new one", what, want.said, anew.said)
		c.sums.stale++
		return true
	}
	t.Errorf("%s: the programs print %q, those of plain cargo %q\n%v\n%s", what, said, anew.said, res.err, anew.log)
	c.log(res, anew)
	return false
}

// unnumbered leaves out which thread a program says that it panicked in.
func unnumbered(said string) string { return threadNumber.ReplaceAllString(said, "thread 'main'") }

var threadNumber = regexp.MustCompile(`thread 'main' \(\d+\)`)

// log keeps what both have printed.
func (c *comparison) log(res *result, want built) {
	c.logs = fmt.Sprintf("%s\n%s\n%v\n", strings.Join(c.edits, "\n"), res.log(), res.err)
	for _, w := range res.warnings {
		c.logs += string(w.Short) + "\n"
	}
	c.logs += "plain cargo:\n" + want.log
}

// keep copies the project, as it was before too, to where it can be looked at, with the plans.
func (c *comparison) keep(t *testing.T) {
	t.Helper()
	dir, err := os.MkdirTemp("", "oracle-"+strings.ReplaceAll(filepath.Base(t.Name()), " ", "-")+"-")
	check(t, err)
	check(t, os.WriteFile(filepath.Join(dir, "log"), []byte(c.logs), 0o644))
	for name, m := range map[string]mirror{"before": c.before, "now": *c.ours} {
		project := &mirror{dir: filepath.Join(dir, name)}
		check(t, os.MkdirAll(project.dir, 0o755))
		project.become(t, m.files, m.links)
		res := c.bed.try(t, build{dir: project.dir, args: c.args(), attrs: target("plan"), exports: []client.ExportEntry{
			{Type: client.ExporterLocal, OutputDir: filepath.Join(dir, name+"-plan")},
		}})
		if res.err != nil {
			t.Logf("the plan of what is %s: %v", name, res.err)
		}
	}
	t.Logf("the project is in %s", dir)
}

// args are the settings of a build.
func (c *comparison) args() map[string]string {
	return map[string]string{
		"layers": "crate", "package": oracle.Binary, "bins": strings.Join(c.workspace.Binaries(), ","),
		"features": strings.Join(c.workspace.Asked(), ","),
	}
}

// mirror is a directory that files are written to.
type mirror struct {
	dir          string
	files, links map[string]string
}

// become writes what is not there, and removes what it has written and is not wanted. What
// others have written stays.
func (m *mirror) become(t *testing.T, files, links map[string]string) {
	t.Helper()
	m.files, m.links = maps.Clone(m.files), maps.Clone(m.links)
	for _, old := range []map[string]string{m.files, m.links} {
		for name := range old {
			_, file := files[name]
			if target, link := links[name]; file && old[name] == files[name] || link && target == old[name] {
				continue
			}
			check(t, os.RemoveAll(filepath.Join(m.dir, name)))
			delete(old, name)
		}
	}
	write := func(name, old, now string, how func(path string) error) {
		if old == now {
			return
		}
		path := filepath.Join(m.dir, name)
		check(t, os.MkdirAll(filepath.Dir(path), 0o755))
		check(t, how(path))
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		write(name, m.files[name], files[name], func(path string) error { return os.WriteFile(path, []byte(files[name]), 0o644) })
	}
	for _, name := range slices.Sorted(maps.Keys(links)) {
		write(name, m.links[name], links[name], func(path string) error { return os.Symlink(links[name], path) })
	}
	m.files, m.links = maps.Clone(files), maps.Clone(links)
}

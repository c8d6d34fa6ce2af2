// Package oracle makes random Cargo workspaces and random edits of them, for a comparison
// with plain cargo. The same seed makes the same workspaces and edits.
package oracle

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
)

// Workspace is a random workspace. Its program, [Binary], prints what all that it is made
// of says.
type Workspace struct {
	rng     *rand.Rand
	crates  []*crate // each over some of those before it; the last is the program
	shared  map[string]string
	links   map[string]string
	release map[string]string // of [profile.release]
	config  string            // the value of [env] VIA_CONFIG
	fresh   int               // numbers what edits write
}

// Binary is the name of the program.
const Binary = "app"

// crate is a package of the workspace.
type crate struct {
	name, dir string
	version   int
	text      string
	macro     bool
	deps      []dependency
	features  []string // of no meaning but what they print
	reads     []read
	module    bool // a part of the source is in a file of its own
	folder    bool // which lies in a folder, as mod.rs
	script    bool
	generates bool // the build script writes a source file
	links     bool
	unread    string // a file that nothing reads
}

// dependency is one of the packages that a package needs.
type dependency struct {
	to       *crate
	renamed  bool
	optional bool // behind a feature that is on by default
	off      bool // and not asked for
	features []string
	build    bool // of the build script
	target   string
}

// way is how a file is read.
type way int

const (
	included  way = iota // include_str!, without which nothing compiles
	scripted             // by the build script, which does without
	listed               // its folder is, by the build script
	expanded             // by a procedural macro, which does without
	manifest             // the package's own manifest
	throughIt            // include_str! through a link beside the sources
	ways
)

// read is a file that a package reads.
type read struct {
	way      way
	file     string // from the root of the workspace
	declared bool   // by rerun-if-changed
	link     string // the link that leads to it
}

// New makes a workspace.
func New(seed uint64) *Workspace {
	w := &Workspace{
		rng: rand.New(rand.NewPCG(seed, 16)), shared: map[string]string{}, links: map[string]string{},
		release: map[string]string{"opt-level": "0", "debug": "false"},
	}
	for i := range 2 + w.rng.IntN(4) {
		w.crates = append(w.crates, w.crate(fmt.Sprintf("part-%c", 'a'+i), i > 0 && w.chance(5)))
	}
	app := w.crate(Binary, false)
	for _, c := range w.crates {
		if !slices.ContainsFunc(app.deps, func(d dependency) bool { return d.to == c }) && w.chance(2) {
			app.deps = append(app.deps, dependency{to: c})
		}
	}
	w.crates = append(w.crates, app)
	return w
}

// chance is true once in n times.
func (w *Workspace) chance(n int) bool { return w.rng.IntN(n) == 0 }

func (w *Workspace) word() string {
	w.fresh++
	return fmt.Sprintf("w%d", w.fresh)
}

func (w *Workspace) crate(name string, macro bool) *crate {
	c := &crate{
		name: name, dir: pick(w, []string{"", "crates/", "deep/er/"}) + name, text: w.word(), macro: macro, unread: w.word(),
		module: w.chance(3), script: w.chance(2), links: w.chance(8),
	}
	if w.chance(2) {
		c.features = []string{"f0", "f1"}[:1+w.rng.IntN(2)]
	}
	c.generates = c.script && w.chance(4)
	for _, other := range w.crates {
		if w.chance(2) {
			c.deps = append(c.deps, w.dependency(other))
		}
	}
	for range w.rng.IntN(3) {
		c.reads = append(c.reads, w.read(c))
	}
	return c
}

func (w *Workspace) dependency(to *crate) dependency {
	d := dependency{to: to, renamed: w.chance(4), optional: w.chance(4)}
	for _, f := range to.features {
		if w.chance(2) {
			d.features = append(d.features, f)
		}
	}
	if w.chance(5) {
		d.target = pick(w, []string{"cfg(unix)", "cfg(windows)"})
	}
	return d
}

// read makes something that a package reads, and the file unless nothing needs it.
func (w *Workspace) read(c *crate) read {
	r := read{way: way(w.rng.IntN(int(ways))), declared: w.chance(2)}
	r.file = pick(w, []string{"VERSION", "shared/" + w.word() + ".txt", "deep/data/" + w.word() + ".txt", c.dir + "/" + w.word() + ".txt"})
	switch r.way {
	case scripted, listed:
		c.script = true
	case expanded:
		if !slices.ContainsFunc(w.crates, func(m *crate) bool { return m.macro }) || c.macro {
			r.way = included
		}
	case throughIt:
		r.link = c.dir + "/src/" + w.word() + ".link"
		w.links[r.link] = relative(path.Dir(r.link), r.file)
	}
	if r.way == included || r.way == throughIt || w.chance(2) {
		w.shared[r.file] = w.word()
	}
	return r
}

func pick[T any](w *Workspace, all []T) T { return all[w.rng.IntN(len(all))] }

// relative writes a path as seen from a directory.
func relative(from, to string) string {
	return strings.Repeat("../", strings.Count(from, "/")+1) + to
}

// Links gives the links by their path, with what they lead to.
func (w *Workspace) Links() map[string]string { return maps.Clone(w.links) }

// Steps gives the names of the packages that others need, sorted.
func (w *Workspace) Steps() []string {
	var out []string
	for _, c := range w.crates[:len(w.crates)-1] {
		out = append(out, c.name)
	}
	return out
}

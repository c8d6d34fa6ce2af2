package oracle

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
)

// New makes a workspace. The salt, a few small letters and digits, is in the names of its
// packages.
func New(seed uint64, salt string) *Workspace {
	w := &Workspace{
		rng: rand.New(rand.NewPCG(seed, 16)), salt: salt, external: externals(),
		shared: map[string]string{}, code: map[string]string{}, pins: map[string]string{},
		profiles: map[string]map[string]string{"": {"opt-level": "0", "debug": "false"}},
	}
	w.resolver = pick(w, []string{"1", "2", "2", "3"})
	w.inherits = w.chance(2)
	for i := range 2 + w.rng.IntN(4) {
		w.crates = append(w.crates, w.member(i))
	}
	app := w.crate(Binary, false)
	if w.chance(4) {
		app.dir = ""
	}
	app.library = w.chance(3)
	if w.chance(3) {
		app.bins = append(app.bins, "second")
	}
	for _, c := range w.crates {
		if !app.needs(c) && w.chance(2) {
			app.deps = append(app.deps, dependency{to: c})
		}
	}
	w.crates = append(w.crates, app)
	if w.chance(10) {
		w.patch = w.newPatch()
	}
	return w
}

// member makes the package with a number.
func (w *Workspace) member(i int) *crate {
	c := w.crate(fmt.Sprintf("part-%c-%s", 'a'+i, w.salt), len(w.crates) > 0 && w.chance(5))
	if !c.macro && w.chance(4) {
		// Names that others have too; none of these is built.
		c.bins = append(c.bins, pick(w, []string{c.name, "tool", "second", Binary}))
	}
	return c
}

func (w *Workspace) crate(name string, macro bool) *crate {
	c := &crate{
		name: name, dir: pick(w, []string{"", "crates/", "deep/er/"}) + name, text: w.word(), macro: macro, unread: w.word(),
		src: pick(w, []string{"src", "src", "src", "code"}), edition: pick(w, []string{"2018", "2021", "2024"}),
		module: w.chance(3), script: w.chance(2), checks: w.chance(3),
	}
	if c.script && w.chance(3) {
		c.links = "native-" + name
	}
	if w.chance(2) {
		c.features = []string{"f0", "f1"}[:1+w.rng.IntN(2)]
	}
	c.generates = c.script && w.chance(4)
	c.outDir = c.script && w.chance(4)
	for _, other := range w.crates {
		if w.chance(2) {
			c.deps = append(c.deps, w.dependency(c, other))
		}
	}
	for _, other := range w.external {
		if w.chance(5) {
			c.deps = append(c.deps, w.dependency(c, other))
		}
	}
	for range w.rng.IntN(3) {
		c.reads = append(c.reads, w.read(c))
	}
	if w.chance(5) {
		c.linked = w.newCode("")
	}
	if w.chance(6) {
		c.linkedDir = w.newCode("mod.rs")
	}
	return c
}

func (c *crate) needs(other *crate) bool {
	return slices.ContainsFunc(c.deps, func(d dependency) bool { return d.to == other })
}

// dependency makes one of a package on another.
func (w *Workspace) dependency(c, to *crate) dependency {
	d := dependency{to: to, renamed: w.chance(4), optional: w.chance(4), bare: w.chance(5)}
	switch w.rng.IntN(6) {
	case 0:
		d.kind, c.script = build, true
	case 1:
		d.kind, d.optional = dev, false
	}
	if to.isExternal() {
		d.req = "1"
		if slices.Contains(to.versions, "2.0.0") && w.chance(3) {
			d.req = "2"
		}
	}
	for _, f := range to.features {
		if w.chance(2) {
			d.features = append(d.features, f)
		}
	}
	if w.chance(4) {
		d.target = pick(w, targets())
	}
	return d
}

// targets are what dependencies are for: one is all, some are none.
func targets() []string {
	arch := map[string]string{"arm64": "aarch64"}[runtime.GOARCH]
	if arch == "" {
		arch = "x86_64"
	}
	return []string{
		"cfg(unix)", "cfg(windows)", `cfg(all(unix, not(target_os = "macos")))`, `cfg(target_env = "musl")`,
		arch + "-unknown-linux-musl", arch + "-unknown-linux-gnu",
	}
}

// read makes something that a package reads, and the file unless nothing needs it.
func (w *Workspace) read(c *crate) read {
	r := read{way: way(w.rng.IntN(int(ways))), declared: w.chance(2)}
	r.file = pick(w, []string{"VERSION", "shared/" + w.word() + ".txt", "deep/data/" + w.word() + ".txt", c.at(w.word() + ".txt")})
	switch r.way {
	case scripted, listed:
		c.script = true
	case expanded:
		if c.macroName() == "" || c.macro {
			r.way = included
		}
	case throughIt:
		r.link = w.word() + ".link"
	}
	if r.way == included || r.way == throughIt || w.chance(2) {
		w.shared[r.file] = w.word()
	}
	return r
}

// newCode writes a Rust file for links, and gives its path, or that of its folder.
func (w *Workspace) newCode(inFolder string) string {
	if inFolder == "" {
		file := "shared/" + w.word() + ".rs"
		w.code[file] = w.word()
		return file
	}
	dir := "deep/" + w.word()
	w.code[dir+"/"+inFolder] = w.word()
	return dir
}

func (w *Workspace) newPatch() *patch {
	p := &patch{to: pick(w, w.external[:2]), dir: pick(w, []string{"patches/", "vendored/", ""}), text: w.word()}
	p.dir += p.to.name
	p.version = pick(w, []string{p.to.versions[0], "1.9.0"})
	return p
}

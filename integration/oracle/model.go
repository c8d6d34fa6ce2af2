// Package oracle makes random Cargo workspaces and random edits of them, for a comparison
// with plain cargo. The same seed makes the same workspaces and edits.
package oracle

import (
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
)

// Workspace is a random workspace. Its programs, [Workspace.Binaries], print what all that
// they are made of says.
type Workspace struct {
	rng      *rand.Rand
	salt     string   // in the names of packages: what is remembered goes by names
	crates   []*crate // each over some of those before it; the last is the program
	external []*crate // of the registry
	shared   map[string]string
	code     map[string]string // Rust files that links lead to
	resolver string
	inherits bool // [workspace.dependencies] names the crates
	profiles map[string]map[string]string
	env      string // the value of [env] VIA_CONFIG
	flags    bool   // rustflags set a cfg
	asked    []string
	patch    *patch
	pins     map[string]string // versions in the lock file that are not the newest
	old      bool              // the lock file is that of the state before
	fresh    int               // numbers what edits write
}

// Binary is the name of the program, and of its package.
const Binary = "app"

// crate is a package, of the workspace or of the registry.
type crate struct {
	name, dir, src, edition string
	version                 int
	text                    string
	macro                   bool
	deps                    []dependency
	features                []string // of no meaning but what they print
	reads                   []read
	module                  bool // a part of the source is in a file of its own
	folder                  bool // which lies in a folder, as mod.rs
	script                  bool
	generates               bool   // the build script writes a source file beside the others
	outDir                  bool   // and one where it should
	links                   string // the library that it stands for
	library                 bool   // the program has a library of its own name
	bins                    []string
	linked                  string // the source file that a link leads to
	linkedDir               string // and the folder
	checks                  bool   // says whether overflows are found
	unread                  string // a file that nothing reads
	broken                  fault
	versions                []string // of the registry; none for a member
}

// fault is why a package does not compile.
type fault int

const (
	sound  fault = iota
	syntax       // it is no Rust
	absent       // a source file is not there
)

// patch replaces a crate of the registry by a package of the project.
type patch struct {
	to      *crate
	dir     string
	version string
	text    string
}

// kind is for what a package is needed.
type kind int

const (
	normal kind = iota
	build
	dev
)

// dependency is one of the packages that a package needs.
type dependency struct {
	to       *crate
	kind     kind
	req      string // the version, of the registry
	renamed  bool
	optional bool // behind a feature that is on by default
	off      bool // and not asked for
	bare     bool // without default features
	features []string
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
	link     string // the name of the link that leads to it
}

// chance is true once in n times.
func (w *Workspace) chance(n int) bool { return w.rng.IntN(n) == 0 }

func (w *Workspace) word() string {
	w.fresh++
	return fmt.Sprintf("w%d", w.fresh)
}

func pick[T any](w *Workspace, all []T) T { return all[w.rng.IntN(len(all))] }

// relative writes a path as seen from a directory.
func relative(from, to string) string {
	if from == "" {
		return path.Join(".", to)
	}
	return strings.Repeat("../", strings.Count(from, "/")+1) + to
}

func ident(name string) string { return strings.ReplaceAll(name, "-", "_") }

// app is the package of the program.
func (w *Workspace) app() *crate { return w.crates[len(w.crates)-1] }

// at is the path of a file of the package.
func (c *crate) at(name string) string { return path.Join(c.dir, name) }

func (c *crate) isExternal() bool { return len(c.versions) > 0 }

// macroName is a procedural macro that the package can call, or "".
func (c *crate) macroName() string {
	for _, d := range c.deps {
		if d.to.macro && !d.to.isExternal() && d.kind == normal && !d.optional && d.target == "" {
			return ident(d.key())
		}
	}
	return ""
}

// key is the name of the dependency in the manifest.
func (d *dependency) key() string {
	switch {
	case d.req == "2":
		return "two-" + d.to.name
	case d.renamed:
		return "re-" + d.to.name
	}
	return d.to.name
}

// guards are the attributes of what needs the dependency.
func (d *dependency) guards() string {
	var out string
	if d.optional {
		out += fmt.Sprintf("    #[cfg(feature = \"with-%s\")]\n", d.key())
	}
	switch {
	case strings.HasPrefix(d.target, "cfg("):
		out += "    #[" + d.target + "]\n"
	case d.target != "":
		out += fmt.Sprintf("    #[cfg(target_env = %q)]\n", d.target[strings.LastIndex(d.target, "-")+1:])
	}
	return out
}

// says is an expression, what the dependency says.
func (d *dependency) says() string {
	if d.to.macro {
		return ident(d.key()) + "::said!()"
	}
	return "&" + ident(d.key()) + "::say()"
}

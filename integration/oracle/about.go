package oracle

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// Binaries gives the names of the programs.
func (w *Workspace) Binaries() []string { return append([]string{Binary}, w.app().bins...) }

// Asked gives the features that the build is asked for.
func (w *Workspace) Asked() []string { return w.asked }

// Locked gives the versions that the lock file shall have, by the crate's name, where they
// are not the newest that fit.
func (w *Workspace) Locked() map[string]string { return maps.Clone(w.pins) }

// OldLock says that the lock file is left as it was.
func (w *Workspace) OldLock() bool { return w.old }

// Steps gives the names of the packages that others need, sorted.
func (w *Workspace) Steps() []string {
	var out []string
	for _, c := range w.crates[:len(w.crates)-1] {
		out = append(out, c.name)
	}
	slices.Sort(out)
	return out
}

// Above gives the names of the packages that stand on some, and these.
func (w *Workspace) Above(names []string) []string {
	out := slices.Clone(names)
	for _, c := range slices.Concat(w.external, w.crates) { // each over those before it
		over := func(d dependency) bool { return d.kind != dev && slices.Contains(out, d.to.name) }
		if slices.ContainsFunc(c.deps, over) && !slices.Contains(out, c.name) {
			out = append(out, c.name)
		}
	}
	return out
}

// Owner gives the name of the package in whose directory a file is, or "".
func (w *Workspace) Owner(file string) string {
	owner, depth := "", -1
	for _, c := range w.crates {
		if _, ok := cutDir(file, c.dir); ok && len(c.dir) > depth {
			owner, depth = c.name, len(c.dir)
		}
	}
	return owner
}

func cutDir(file, dir string) (string, bool) {
	if dir == "" {
		return file, true
	}
	return strings.CutPrefix(file, dir+"/")
}

// Untold says, for each source file, what its compilation reads without cargo being told
// of a change: what scripts do not declare, what macros read, where links lead to.
func (w *Workspace) Untold() map[string]string {
	out := map[string]string{}
	for _, c := range w.crates {
		source := c.at(c.src + "/lib.rs")
		if c.isProgram() && !c.library {
			source = c.at(c.src + "/main.rs")
		}
		out[source] += c.linked + " " + c.linkedDir
		for _, r := range c.reads {
			switch {
			case r.way == expanded:
				out[source] += fmt.Sprintf(" %s=%s", r.file, w.shared[r.file])
			case r.way == throughIt:
				out[source] += fmt.Sprintf(" %s->%s", r.link, r.file)
			case r.way == scripted && !r.declared:
				out[c.at("build.rs")] += fmt.Sprintf(" %s=%s", r.file, w.shared[r.file])
			case r.way == listed:
				out[c.at("build.rs")] += " " + strings.Join(w.beside(r.file), ",")
			}
		}
	}
	return out
}

// beside gives the shared files in the folder of one.
func (w *Workspace) beside(file string) []string {
	var out []string
	for _, other := range slices.Sorted(maps.Keys(w.shared)) {
		if path.Dir(other) == path.Dir(file) {
			out = append(out, other)
		}
	}
	return out
}

// ProgramDir is the directory of the program's package.
func (w *Workspace) ProgramDir() string { return w.app().dir }

// BothSides gives the packages that may be compiled for the program and for what runs while
// compiling.
func (w *Workspace) BothSides() []string {
	var host, target []*crate
	w.app().reach(false, &host, &target)
	var out []string
	for _, c := range slices.Concat(w.external, w.crates) {
		if slices.Contains(host, c) && slices.Contains(target, c) {
			out = append(out, c.name)
		}
	}
	return out
}

func (c *crate) reach(onHost bool, host, target *[]*crate) {
	side := target
	if onHost = onHost || c.macro; onHost {
		side = host
	}
	if slices.Contains(*side, c) {
		return
	}
	*side = append(*side, c)
	for _, d := range c.deps {
		if d.kind != dev {
			d.to.reach(onHost || d.kind == build, host, target)
		}
	}
}

// Endless gives the packages whose build script cargo runs each time, since it watches what
// is not there or writes what it watches.
func (w *Workspace) Endless() []string {
	var out []string
	for _, c := range w.crates {
		missing := func(r read) bool {
			return (r.way == scripted || r.way == listed) && r.declared && w.shared[r.file] == ""
		}
		if slices.ContainsFunc(c.reads, missing) {
			out = append(out, c.name)
		}
	}
	return out
}

// Listed gives the directories whose names are read, by the packages that do.
func (w *Workspace) Listed() map[string][]string {
	out := map[string][]string{}
	for _, c := range w.crates {
		for _, r := range c.reads {
			if r.way == listed {
				out[c.name] = append(out[c.name], path.Dir(r.file))
			}
		}
	}
	return out
}

// Manifests gives the packages that read their own manifest.
func (w *Workspace) Manifests() []string {
	var out []string
	for _, c := range w.crates {
		if slices.ContainsFunc(c.reads, func(r read) bool { return r.way == manifest }) {
			out = append(out, c.name)
		}
	}
	return out
}

package oracle

import (
	"fmt"
	"maps"
	"slices"
)

// edit is a change of a workspace. It says what it has changed, "" for nothing.
type edit func(w *Workspace, c *crate) string

// edits are all kinds of changes; those that stand twice are made more often.
func edits() []edit {
	return []edit{
		editText, editText, editShared, editShared, removeShared, addShared, addShared, editUnread, editFeature,
		editOptional, editTarget, editVersion, editModule, addRead, removeRead, editProfile, editConfig,
		addDependency, removeDependency, editDeclared, editLink, editGenerates, move,
	}
}

// Edit changes something, and says what.
func (w *Workspace) Edit() string {
	for {
		c := pick(w, w.crates)
		if said := pick(w, edits())(w, c); said != "" {
			return said
		}
	}
}

func editText(w *Workspace, c *crate) string {
	c.text = w.word()
	return "the text of " + c.name
}

func (w *Workspace) someShared() string {
	files := slices.Sorted(maps.Keys(w.shared))
	if len(files) == 0 {
		return ""
	}
	return pick(w, files)
}

func editShared(w *Workspace, _ *crate) string {
	file := w.someShared()
	if file == "" {
		return ""
	}
	w.shared[file] = w.word()
	return "the file " + file
}

func removeShared(w *Workspace, _ *crate) string {
	file := w.someShared()
	delete(w.shared, file)
	if file == "" {
		return ""
	}
	return file + " is removed"
}

// addShared writes a file that somebody reads and that is not there, or one beside others.
func addShared(w *Workspace, c *crate) string {
	for _, r := range c.reads {
		if w.shared[r.file] == "" {
			w.shared[r.file] = w.word()
			return r.file + " is there"
		}
	}
	if !w.chance(3) {
		return ""
	}
	file := "shared/" + w.word() + ".txt"
	w.shared[file] = w.word()
	return file + " is new"
}

func editUnread(w *Workspace, c *crate) string {
	c.unread = w.word()
	return "files of " + c.name + " that nothing reads"
}

func editFeature(w *Workspace, c *crate) string {
	for i := range c.deps {
		d := &c.deps[i]
		if len(d.to.features) == 0 {
			continue
		}
		f := pick(w, d.to.features)
		if at := slices.Index(d.features, f); at >= 0 {
			d.features = slices.Delete(slices.Clone(d.features), at, at+1)
		} else {
			d.features = append(d.features, f)
		}
		return fmt.Sprintf("the feature %s of %s in %s", f, d.to.name, c.name)
	}
	return ""
}

func editOptional(_ *Workspace, c *crate) string {
	for i := range c.deps {
		if d := &c.deps[i]; d.optional {
			d.off = !d.off
			return fmt.Sprintf("the default features of %s for %s", c.name, d.to.name)
		}
	}
	return ""
}

func editTarget(_ *Workspace, c *crate) string {
	for i := range c.deps {
		d := &c.deps[i]
		switch {
		case d.target == "cfg(unix)":
			d.target = "cfg(windows)"
		case d.target != "":
			d.target = ""
		default:
			continue
		}
		return fmt.Sprintf("for which platforms %s needs %s", c.name, d.to.name)
	}
	return ""
}

func editVersion(_ *Workspace, c *crate) string {
	c.version++
	return "the version of " + c.name
}

func editModule(_ *Workspace, c *crate) string {
	if !c.module {
		return ""
	}
	c.folder = !c.folder
	return "the module of " + c.name + " is in another file"
}

func addRead(w *Workspace, c *crate) string {
	if len(c.reads) > 3 {
		return ""
	}
	r := w.read(c)
	if r.way == expanded && c.macroCrate(w) == "" {
		return ""
	}
	c.reads = append(c.reads, r)
	return fmt.Sprintf("%s reads %s too (%d)", c.name, r.file, r.way)
}

func removeRead(w *Workspace, c *crate) string {
	if len(c.reads) == 0 {
		return ""
	}
	last := c.reads[len(c.reads)-1]
	delete(w.links, last.link)
	c.reads = c.reads[:len(c.reads)-1]
	return c.name + " does not read " + last.file
}

func editProfile(w *Workspace, _ *crate) string {
	key := pick(w, []string{"opt-level", "debug-assertions", "overflow-checks"})
	values := []string{"true", "false"}
	if key == "opt-level" {
		values = []string{"0", "1"}
	}
	w.release[key] = pick(w, values)
	return "the profile's " + key
}

func editConfig(w *Workspace, _ *crate) string {
	if w.config = w.word(); w.chance(3) {
		w.config = ""
	}
	return "[env] of the configuration"
}

func addDependency(w *Workspace, c *crate) string {
	for _, other := range w.crates {
		if other == c {
			return "" // those after it are over it
		}
		if !slices.ContainsFunc(c.deps, func(d dependency) bool { return d.to == other }) {
			c.deps = append(c.deps, w.dependency(other))
			return fmt.Sprintf("%s needs %s too", c.name, other.name)
		}
	}
	return ""
}

func removeDependency(w *Workspace, c *crate) string {
	if len(c.deps) == 0 {
		return ""
	}
	i := w.rng.IntN(len(c.deps))
	name := c.deps[i].to.name
	c.deps = slices.Delete(slices.Clone(c.deps), i, i+1)
	return fmt.Sprintf("%s does not need %s", c.name, name)
}

func editDeclared(_ *Workspace, c *crate) string {
	for i := range c.reads {
		if r := &c.reads[i]; r.way == scripted || r.way == listed {
			r.declared = !r.declared
			return fmt.Sprintf("whether %s declares %s", c.name, r.file)
		}
	}
	return ""
}

// editLink has a link lead to another file.
func editLink(w *Workspace, c *crate) string {
	for i := range c.reads {
		r := &c.reads[i]
		if file := w.someShared(); r.way == throughIt && file != "" && file != r.file {
			r.file = file
			w.links[r.link] = relative(c.dir+"/src", file)
			return fmt.Sprintf("%s leads to %s", r.link, file)
		}
	}
	return ""
}

func editGenerates(_ *Workspace, c *crate) string {
	if !c.script || c.macro {
		return ""
	}
	c.generates = !c.generates
	return "whether the build script of " + c.name + " writes a source file"
}

// move moves a package without links to another directory.
func move(w *Workspace, c *crate) string {
	if slices.ContainsFunc(c.reads, func(r read) bool { return r.link != "" }) {
		return ""
	}
	old := c.dir
	c.dir = pick(w, []string{"moved/", "crates/", "", "deep/moved/"}) + c.name
	if c.dir == old {
		return ""
	}
	return fmt.Sprintf("%s is moved to %s", old, c.dir)
}

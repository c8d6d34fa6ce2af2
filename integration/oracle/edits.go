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
		// sources and other files
		editText, editText, editText, editShared, editShared, removeShared, addShared, addShared, editUnread,
		editModule, addRead, removeRead, editDeclared, editLink, editCode, editCode, linkCode, editScript, editSource,
		breakIt, move, editSecond,
		// manifests
		editFeature, editFeature, editDefaults, editOptional, editTarget, editVersion, editEdition, editKind, rename,
		addDependency, addDependency, removeDependency, addExternal, addExternal, addDev, requireOther, addMember, removeMember, editLinks,
		// the workspace
		editResolver, editInherits, editProfile, editProfile, editConfig, editFlags, editAsked,
		editPatch, editPatch, editPatched, editPin, editPin, keepLock,
	}
}

// Edit changes something, and says what. What does not compile is mended soon.
func (w *Workspace) Edit() string {
	w.old = false
	if said := w.mend(); said != "" {
		return said
	}
	for {
		c := pick(w, w.crates)
		if said := pick(w, edits())(w, c); said != "" {
			return said
		}
	}
}

func (w *Workspace) mend() string {
	if w.patch != nil && w.chance(6) { // most of what is built is built without
		return editPatch(w, nil)
	}
	for _, c := range w.crates {
		if c.broken != sound && w.chance(2) {
			c.broken = sound
			return c.name + " is mended"
		}
		for _, r := range c.reads {
			if (r.way == included || r.way == throughIt) && w.shared[r.file] == "" && w.chance(2) {
				w.shared[r.file] = w.word()
				return r.file + " is there again"
			}
		}
	}
	return ""
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
	c.reads = append(c.reads, r)
	return fmt.Sprintf("%s reads %s too (%d)", c.name, r.file, r.way)
}

func removeRead(_ *Workspace, c *crate) string {
	if len(c.reads) == 0 {
		return ""
	}
	last := c.reads[len(c.reads)-1]
	c.reads = c.reads[:len(c.reads)-1]
	return c.name + " does not read " + last.file
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
			return fmt.Sprintf("%s leads to %s", r.link, file)
		}
	}
	return ""
}

// editCode changes a source file that links lead to.
func editCode(w *Workspace, _ *crate) string {
	files := slices.Sorted(maps.Keys(w.code))
	if len(files) == 0 {
		return ""
	}
	file := pick(w, files)
	w.code[file] = w.word()
	return "the source file " + file
}

// linkCode has a link to a source file or folder come, go or lead elsewhere.
func linkCode(w *Workspace, c *crate) string {
	if w.chance(2) {
		if c.linkedDir = ""; w.chance(2) {
			c.linkedDir = w.newCode("mod.rs")
		}
		return fmt.Sprintf("the folder of %s is %q", c.name, c.linkedDir)
	}
	if c.linked = ""; w.chance(2) {
		c.linked = w.newCode("")
	}
	return fmt.Sprintf("the link of %s is to %q", c.name, c.linked)
}

func editScript(w *Workspace, c *crate) string {
	if !c.script {
		c.script = true
		return c.name + " has a build script"
	}
	if w.chance(2) {
		c.outDir = !c.outDir
		return "whether the build script of " + c.name + " writes to OUT_DIR"
	}
	c.generates = !c.generates
	return "whether the build script of " + c.name + " writes a source file"
}

func editSource(_ *Workspace, c *crate) string {
	c.src = map[string]string{"src": "code", "code": "src"}[c.src]
	return "the sources of " + c.name + " are in " + c.src
}

func breakIt(w *Workspace, c *crate) string {
	if !w.chance(3) {
		return ""
	}
	if c.broken = syntax; c.module && w.chance(2) {
		c.broken = absent
	}
	return c.name + " does not compile"
}

// move moves a package to another directory.
func move(w *Workspace, c *crate) string {
	old := c.dir
	c.dir = pick(w, []string{"moved/", "crates/", "", "deep/moved/"}) + c.name
	if c.dir == old || old == "" {
		c.dir = old
		return ""
	}
	for i, r := range c.reads {
		if inside, ok := cutDir(r.file, old); ok && w.shared[r.file] != "" {
			to := c.at(inside)
			w.shared[to] = w.shared[r.file]
			delete(w.shared, r.file)
			c.reads[i].file = to
		}
	}
	return fmt.Sprintf("%s is moved to %s", old, c.dir)
}

func editSecond(w *Workspace, c *crate) string {
	if c.isProgram() && w.chance(3) {
		c.library = !c.library
		return "whether the program has a library of its name"
	}
	if len(c.bins) > 0 {
		c.bins = nil
		return c.name + " has no further program"
	}
	if c.macro {
		return ""
	}
	c.bins = []string{pick(w, []string{"second", "tool"})}
	return fmt.Sprintf("%s has the program %s too", c.name, c.bins[0])
}

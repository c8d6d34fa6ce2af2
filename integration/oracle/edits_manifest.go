package oracle

import (
	"fmt"
	"slices"
	"strings"
)

func editFeature(w *Workspace, c *crate) string {
	if len(c.deps) == 0 {
		return ""
	}
	d := &c.deps[w.rng.IntN(len(c.deps))]
	if len(d.to.features) == 0 {
		return ""
	}
	f := pick(w, d.to.features)
	if at := slices.Index(d.features, f); at >= 0 {
		d.features = slices.Delete(slices.Clone(d.features), at, at+1)
	} else {
		d.features = append(slices.Clone(d.features), f)
	}
	return fmt.Sprintf("the feature %s of %s in %s", f, d.to.name, c.name)
}

func editDefaults(w *Workspace, c *crate) string {
	if len(c.deps) == 0 {
		return ""
	}
	d := &c.deps[w.rng.IntN(len(c.deps))]
	d.bare = !d.bare
	return fmt.Sprintf("the default features of %s in %s", d.to.name, c.name)
}

func editOptional(w *Workspace, c *crate) string {
	for i := range c.deps {
		switch d := &c.deps[i]; {
		case d.kind == dev:
		case d.optional && w.chance(2):
			d.off = !d.off
			return fmt.Sprintf("whether %s needs %s by default", c.name, d.to.name)
		case w.chance(4):
			d.optional = !d.optional
			return fmt.Sprintf("whether %s is optional in %s", d.to.name, c.name)
		}
	}
	return ""
}

func editTarget(w *Workspace, c *crate) string {
	if len(c.deps) == 0 {
		return ""
	}
	d := &c.deps[w.rng.IntN(len(c.deps))]
	if d.target = ""; w.chance(2) {
		d.target = pick(w, targets())
	}
	return fmt.Sprintf("for which platforms %s needs %s: %q", c.name, d.to.name, d.target)
}

func editVersion(_ *Workspace, c *crate) string {
	c.version++
	return "the version of " + c.name
}

func editEdition(w *Workspace, c *crate) string {
	c.edition = pick(w, []string{"2018", "2021", "2024"})
	return fmt.Sprintf("the edition of %s is %s", c.name, c.edition)
}

// editKind has a package needed for something else: by the build script, by tests.
func editKind(w *Workspace, c *crate) string {
	if len(c.deps) == 0 {
		return ""
	}
	d := &c.deps[w.rng.IntN(len(c.deps))]
	if !d.to.isExternal() && slices.Index(w.crates, d.to) > slices.Index(w.crates, c) {
		return "" // it would stand on itself
	}
	d.kind = pick(w, []kind{normal, build, dev})
	c.script = c.script || d.kind == build
	d.optional = d.optional && d.kind != dev
	return fmt.Sprintf("for what %s needs %s: %d", c.name, d.to.name, d.kind)
}

func rename(w *Workspace, c *crate) string {
	if len(c.deps) == 0 {
		return ""
	}
	d := &c.deps[w.rng.IntN(len(c.deps))]
	if d.req == "2" {
		return ""
	}
	d.renamed = !d.renamed
	return fmt.Sprintf("the name of %s in %s", d.to.name, c.name)
}

func addDependency(w *Workspace, c *crate) string {
	for _, other := range w.crates {
		if other == c {
			return "" // those after it are over it
		}
		if !c.needs(other) {
			c.deps = append(c.deps, w.dependency(c, other))
			return fmt.Sprintf("%s needs %s too", c.name, other.name)
		}
	}
	return ""
}

// addDev has the tests of a package need another one, which may stand on it.
func addDev(w *Workspace, c *crate) string {
	to := pick(w, w.crates)
	if to == c || to.isProgram() || c.needs(to) {
		return ""
	}
	c.deps = append(c.deps, dependency{to: to, kind: dev, features: slices.Clone(to.features)})
	return fmt.Sprintf("the tests of %s need %s", c.name, to.name)
}

func addExternal(w *Workspace, c *crate) string {
	to := pick(w, w.external)
	if c.needs(to) {
		return ""
	}
	c.deps = append(c.deps, w.dependency(c, to))
	return fmt.Sprintf("%s needs %s too", c.name, to.name)
}

// requireOther has a package need another version of a crate.
func requireOther(_ *Workspace, c *crate) string {
	for i := range c.deps {
		if d := &c.deps[i]; slices.Contains(d.to.versions, "2.0.0") {
			d.req = map[string]string{"1": "2", "2": "1"}[d.req]
			return fmt.Sprintf("%s needs version %s of %s", c.name, d.req, d.to.name)
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

// addMember makes a package that the program needs.
func addMember(w *Workspace, _ *crate) string {
	if len(w.crates) > 7 {
		return ""
	}
	i := 0
	for slices.ContainsFunc(w.crates, func(c *crate) bool { return strings.HasPrefix(c.name, fmt.Sprintf("part-%c-", 'a'+i)) }) {
		i++
	}
	app := w.app()
	w.crates = w.crates[:len(w.crates)-1]
	c := w.member(i)
	w.crates = append(w.crates, c, app)
	app.deps = append(app.deps, w.dependency(app, c))
	return "a new member, " + c.name
}

func removeMember(w *Workspace, c *crate) string {
	if c.isProgram() || len(w.crates) < 4 {
		return ""
	}
	w.crates = slices.DeleteFunc(w.crates, func(other *crate) bool { return other == c })
	for _, other := range w.crates {
		other.deps = slices.DeleteFunc(slices.Clone(other.deps), func(d dependency) bool { return d.to == c })
	}
	return "without the member " + c.name
}

func editLinks(_ *Workspace, c *crate) string {
	if !c.script {
		return ""
	}
	if c.links == "" {
		c.links = "native-" + c.name
	} else {
		c.links = ""
	}
	return fmt.Sprintf("the library of %s is %q", c.name, c.links)
}

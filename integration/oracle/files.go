package oracle

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// Files gives the files of the workspace by their path, without Cargo.lock and the
// registry's place.
func (w *Workspace) Files() map[string]string {
	out := maps.Clone(w.shared)
	for file, text := range w.code {
		out[file] = fmt.Sprintf("pub const TEXT: &str = %q;\n", text)
	}
	maps.Copy(out, w.patchFiles())
	for _, c := range w.crates {
		maps.Copy(out, w.filesOf(c))
	}
	out["Cargo.toml"] += w.root()
	return out
}

// Config is the configuration of cargo, but for sources.
func (w *Workspace) Config() string {
	var b strings.Builder
	if w.env != "" {
		fmt.Fprintf(&b, "[env]\nVIA_CONFIG = %q\n", w.env)
	}
	if w.flags {
		b.WriteString("[build]\nrustflags = [\"--cfg\", \"via_flags\"]\n")
	}
	return b.String()
}

// root is what the workspace's manifest has, beside the root package.
func (w *Workspace) root() string {
	var b strings.Builder
	var members []string
	for _, c := range w.crates {
		if c.dir != "" {
			members = append(members, c.dir)
		}
	}
	fmt.Fprintf(&b, "[workspace]\nresolver = %q\nmembers = [%s]\n", w.resolver, quoted(members))
	if w.inherits {
		b.WriteString("[workspace.dependencies]\n")
		for _, c := range w.external {
			fmt.Fprintf(&b, "%s = \"1\"\n", c.name)
		}
	}
	b.WriteString(w.profile())
	if w.patch != nil {
		fmt.Fprintf(&b, "[patch.crates-io]\n%s = { path = %q }\n", w.patch.to.name, w.patch.dir)
	}
	return b.String()
}

func (w *Workspace) profile() string {
	var b strings.Builder
	for _, section := range slices.Sorted(maps.Keys(w.profiles)) {
		fmt.Fprintf(&b, "[profile.release%s]\n", section)
		settings := w.profiles[section]
		for _, key := range slices.Sorted(maps.Keys(settings)) {
			fmt.Fprintf(&b, "%s = %s\n", key, settings[key])
		}
	}
	return b.String()
}

// Settings are what is the same for all packages: the profile, and the configuration.
func (w *Workspace) Settings() string { return w.profile() + w.Config() }

func (w *Workspace) filesOf(c *crate) map[string]string {
	out := map[string]string{
		c.at("Cargo.toml"):    w.manifest(c),
		c.at("README.md"):     "# " + c.unread + "\n",
		c.at("notes/odd.bin"): c.unread,
	}
	source := func(name string) string { return c.at(c.src + "/" + name) }
	text := c.source()
	if c.broken == syntax {
		text += "fn {\n"
	}
	if c.isProgram() {
		out[source("main.rs")] = c.program(text)
		for _, bin := range c.bins {
			out[source("bin/"+bin+".rs")] = c.second(bin)
		}
	}
	if !c.isProgram() || c.library {
		out[source("lib.rs")] = text
	}
	if !c.isProgram() {
		for _, bin := range c.bins {
			out[source("bin/"+bin+".rs")] = fmt.Sprintf("fn main() {\n    println!(\"a tool of %s\");\n}\n", c.name)
		}
	}
	if c.module && c.broken != absent {
		file := "part.rs"
		if c.folder {
			file = "part/mod.rs"
		}
		out[source(file)] = fmt.Sprintf("pub const PART: &str = %q;\n", c.text)
	}
	if c.script {
		out[c.at("build.rs")] = c.buildScript()
	}
	return out
}

func (c *crate) isProgram() bool { return c.name == Binary }

// Links gives the links by their path, with what they lead to.
func (w *Workspace) Links() map[string]string {
	out := map[string]string{}
	for _, c := range w.crates {
		src := c.at(c.src)
		for _, r := range c.reads {
			if r.way == throughIt {
				out[path.Join(src, r.link)] = relative(src, r.file)
			}
		}
		if c.linked != "" {
			out[path.Join(src, "linked.rs")] = relative(src, c.linked)
		}
		if c.linkedDir != "" {
			out[path.Join(src, "folder")] = relative(src, c.linkedDir)
		}
	}
	return out
}

func (w *Workspace) manifest(c *crate) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[package]\nname = %q\nversion = \"0.%d.0\"\nedition = %q\n", c.name, c.version, c.edition)
	if c.links != "" && c.script {
		fmt.Fprintf(&b, "links = %q\n", c.links)
	}
	b.WriteString(c.targets())
	b.WriteString("[features]\n")
	for _, f := range c.features {
		fmt.Fprintf(&b, "%s = []\n", f)
	}
	var on, seen []string
	for _, d := range c.deps {
		feature := "with-" + d.key()
		if !d.optional || slices.Contains(seen, feature) {
			continue
		}
		seen = append(seen, feature)
		fmt.Fprintf(&b, "%s = [\"dep:%s\"]\n", feature, d.key())
		if !d.off {
			on = append(on, feature)
		}
	}
	fmt.Fprintf(&b, "default = [%s]\n", quoted(on))
	for _, d := range c.deps {
		b.WriteString(d.manifest(c, w.inherits))
	}
	return b.String()
}

// targets names the targets that are not where cargo looks.
func (c *crate) targets() string {
	var b strings.Builder
	lib := !c.isProgram() || c.library
	if lib && (c.macro || c.src != "src") {
		fmt.Fprintf(&b, "[lib]\npath = \"%s/lib.rs\"\n", c.src)
	}
	if c.macro {
		b.WriteString("proc-macro = true\n")
	}
	if c.src == "src" {
		return b.String()
	}
	if c.isProgram() {
		fmt.Fprintf(&b, "[[bin]]\nname = %q\npath = \"%s/main.rs\"\n", c.name, c.src)
	}
	for _, bin := range c.bins {
		fmt.Fprintf(&b, "[[bin]]\nname = %q\npath = \"%s/bin/%s.rs\"\n", bin, c.src, bin)
	}
	return b.String()
}

func (d *dependency) manifest(of *crate, inherits bool) string {
	table := []string{normal: "dependencies", build: "build-dependencies", dev: "dev-dependencies"}[d.kind]
	if d.target != "" {
		table = fmt.Sprintf("target.'%s'.%s", d.target, table)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "[%s.%s]\n", table, d.key())
	inherits = inherits && d.to.isExternal() && d.key() == d.to.name
	switch {
	case inherits:
		b.WriteString("workspace = true\n")
	case d.to.isExternal():
		fmt.Fprintf(&b, "version = %q\n", d.req)
	default:
		fmt.Fprintf(&b, "path = %q\n", relative(of.dir, d.to.dir))
	}
	if d.key() != d.to.name {
		fmt.Fprintf(&b, "package = %q\n", d.to.name)
	}
	if d.optional {
		b.WriteString("optional = true\n")
	}
	if d.bare && !inherits {
		b.WriteString("default-features = false\n")
	}
	if len(d.features) > 0 {
		fmt.Fprintf(&b, "features = [%s]\n", quoted(d.features))
	}
	return b.String()
}

func quoted(texts []string) string {
	var out []string
	for _, t := range texts {
		out = append(out, fmt.Sprintf("%q", t))
	}
	return strings.Join(out, ", ")
}

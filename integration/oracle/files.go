package oracle

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// Files gives the files of the workspace by their path, without Cargo.lock.
func (w *Workspace) Files() map[string]string {
	out := maps.Clone(w.shared)
	var members []string
	for _, c := range w.crates {
		members = append(members, fmt.Sprintf("%q", c.dir))
		maps.Copy(out, w.filesOf(c))
	}
	var profile strings.Builder
	for _, key := range slices.Sorted(maps.Keys(w.release)) {
		fmt.Fprintf(&profile, "%s = %s\n", key, w.release[key])
	}
	out["Cargo.toml"] = fmt.Sprintf("[workspace]\nresolver = \"2\"\nmembers = [%s]\n\n[profile.release]\n%s", strings.Join(members, ", "), &profile)
	if w.config != "" {
		out[".cargo/config.toml"] = fmt.Sprintf("[env]\nVIA_CONFIG = %q\n", w.config)
	}
	return out
}

func (w *Workspace) filesOf(c *crate) map[string]string {
	out := map[string]string{
		c.dir + "/Cargo.toml":    c.manifest(),
		c.dir + "/README.md":     "# " + c.unread + "\n",
		c.dir + "/notes/odd.bin": c.unread,
	}
	source := c.dir + "/src/lib.rs"
	if c.name == Binary {
		source = c.dir + "/src/main.rs"
	}
	out[source] = c.source(w)
	if c.module {
		file := "part.rs"
		if c.folder {
			file = "part/mod.rs"
		}
		out[c.dir+"/src/"+file] = fmt.Sprintf("pub const PART: &str = %q;\n", c.text)
	}
	if c.script {
		out[c.dir+"/build.rs"] = c.buildScript()
	}
	return out
}

func (c *crate) manifest() string {
	var b strings.Builder
	fmt.Fprintf(&b, "[package]\nname = %q\nversion = \"0.%d.0\"\nedition = \"2021\"\n", c.name, c.version)
	if c.links && c.script {
		fmt.Fprintf(&b, "links = \"native-%s\"\n", c.name)
	}
	if c.macro {
		b.WriteString("[lib]\nproc-macro = true\n")
	}
	b.WriteString("[features]\n")
	var on []string
	for _, f := range c.features {
		fmt.Fprintf(&b, "%s = []\n", f)
	}
	for _, d := range c.deps {
		if d.optional {
			fmt.Fprintf(&b, "with-%s = [\"dep:%s\"]\n", d.to.name, d.key())
			if !d.off {
				on = append(on, fmt.Sprintf("%q", "with-"+d.to.name))
			}
		}
	}
	fmt.Fprintf(&b, "default = [%s]\n", strings.Join(on, ", "))
	for _, d := range c.deps {
		b.WriteString(d.manifest(c))
	}
	return b.String()
}

func (d *dependency) key() string {
	if d.renamed {
		return "re-" + d.to.name
	}
	return d.to.name
}

func (d *dependency) manifest(of *crate) string {
	table := "dependencies"
	if d.build {
		table = "build-dependencies"
	}
	if d.target != "" {
		table = fmt.Sprintf("target.'%s'.%s", d.target, table)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "[%s.%s]\npath = %q\n", table, d.key(), relative(of.dir, d.to.dir))
	if d.renamed {
		fmt.Fprintf(&b, "package = %q\n", d.to.name)
	}
	if d.optional {
		b.WriteString("optional = true\n")
	}
	if len(d.features) > 0 {
		fmt.Fprintf(&b, "features = [%s]\n", strings.Join(quoted(d.features), ", "))
	}
	return b.String()
}

func quoted(texts []string) []string {
	var out []string
	for _, t := range texts {
		out = append(out, fmt.Sprintf("%q", t))
	}
	return out
}

func ident(name string) string { return strings.ReplaceAll(name, "-", "_") }

// source is what the package says: its own text, its features, what it reads, and what the
// packages below it say.
func (c *crate) source(w *Workspace) string {
	var b, says strings.Builder
	if c.module {
		b.WriteString("mod part;\n")
		says.WriteString("    s.push_str(part::PART);\n")
	}
	if c.generates {
		b.WriteString("mod gen;\n")
		says.WriteString("    s.push_str(gen::GEN);\n")
	}
	fmt.Fprintf(&says, "    s.push_str(env!(\"CARGO_PKG_VERSION\"));\n    s.push_str(option_env!(\"VIA_CONFIG\").unwrap_or(\"\"));\n")
	for _, f := range c.features {
		fmt.Fprintf(&says, "    if cfg!(feature = %q) { s.push_str(\"+%s\"); }\n", f, f)
	}
	for i, r := range c.reads {
		fmt.Fprintf(&says, "    s.push_str(%s.trim());\n", c.expression(w, i, r))
	}
	for _, d := range c.deps {
		if d.build || d.to.macro {
			continue
		}
		if d.optional {
			fmt.Fprintf(&says, "    #[cfg(feature = \"with-%s\")]\n", d.to.name)
		}
		if d.target == "cfg(windows)" {
			says.WriteString("    #[cfg(windows)]\n")
		}
		fmt.Fprintf(&says, "    s.push_str(&%s::say());\n", ident(d.key()))
	}
	head := "pub fn say() -> String {\n"
	switch {
	case c.macro:
		return fmt.Sprintf(macroSource, c.text)
	case c.name == Binary:
		head = "fn say() -> String {\n"
	}
	fmt.Fprintf(&b, "%s    let mut s = String::from(\"[%s:%s \");\n%s    s.push(']');\n    s\n}\n", head, c.name, c.text, &says)
	if c.name == Binary {
		b.WriteString("fn main() {\n    println!(\"{}\", say());\n}\n")
	}
	return b.String()
}

// macroSource reads the file that it is given, or does without.
const macroSource = `extern crate proc_macro;
#[proc_macro]
pub fn read(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let name = input.to_string().trim_matches('"').to_string();
    let dir = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let text = std::fs::read_to_string(std::path::Path::new(&dir).join(name)).unwrap_or("nothing".into());
    format!("\"%s {}\"", text.trim()).parse().unwrap()
}
`

// expression is what is read, in the package's source.
func (c *crate) expression(w *Workspace, i int, r read) string {
	from := relative(c.dir+"/src", r.file)
	switch r.way {
	case scripted, listed:
		return fmt.Sprintf("env!(\"READ_%d\")", i)
	case expanded:
		macro := c.macroCrate(w)
		if macro == "" {
			return `""`
		}
		return fmt.Sprintf("%s::read!(%q)", macro, relative(c.dir, r.file))
	case manifest:
		return `include_str!("../Cargo.toml").lines().nth(2).unwrap()`
	case throughIt:
		return fmt.Sprintf("include_str!(%q)", path.Base(r.link))
	}
	return fmt.Sprintf("include_str!(%q)", from)
}

// macroCrate is a procedural macro that the package can call, or "".
func (c *crate) macroCrate(_ *Workspace) string {
	for _, d := range c.deps {
		if d.to.macro && !d.build && !d.optional && d.target == "" {
			return ident(d.key())
		}
	}
	return ""
}

func (c *crate) buildScript() string {
	var b strings.Builder
	b.WriteString("use std::fs;\nfn main() {\n")
	for i, r := range c.reads {
		file := relative(c.dir, r.file)
		switch r.way {
		case scripted:
			fmt.Fprintf(&b, "    let text = fs::read_to_string(%q).unwrap_or(\"none\".into());\n", file)
		case listed:
			fmt.Fprintf(&b, "    let dir = fs::read_dir(%q).into_iter().flatten().flatten();\n", path.Dir(file))
			b.WriteString("    let mut names: Vec<_> = dir.map(|e| e.file_name().into_string().unwrap()).filter(|n| n.ends_with(\".txt\")).collect();\n")
			b.WriteString("    names.sort();\n    let text = names.join(\",\");\n")
		default:
			continue
		}
		fmt.Fprintf(&b, "    println!(\"cargo:rustc-env=READ_%d={}\", text.trim());\n", i)
		if r.declared {
			fmt.Fprintf(&b, "    println!(\"cargo:rerun-if-changed=%s\");\n", file)
		}
	}
	if c.generates {
		fmt.Fprintf(&b, "    fs::write(\"src/gen.rs\", \"pub const GEN: &str = \\\"generated %s\\\";\").unwrap();\n", c.text)
	}
	b.WriteString("}\n")
	return b.String()
}

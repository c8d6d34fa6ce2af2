package oracle

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// source is what the package says: its own text, its features, what it reads, and what the
// packages below it say. It is a library, or a part of the program.
func (c *crate) source() string {
	var b, says strings.Builder
	b.WriteString("#![allow(unexpected_cfgs)]\n")
	part := func(on bool, module, constant string) {
		if on {
			fmt.Fprintf(&b, "mod %s;\n", module)
			fmt.Fprintf(&says, "    s.push_str(%s::%s);\n", module, constant)
		}
	}
	part(c.module, "part", "PART")
	part(c.generates, "made", "MADE")
	part(c.linked != "", "linked", "TEXT")
	part(c.linkedDir != "", "folder", "TEXT")
	says.WriteString("    s.push_str(env!(\"CARGO_PKG_VERSION\"));\n    s.push_str(option_env!(\"VIA_CONFIG\").unwrap_or(\"\"));\n")
	says.WriteString("    s.push_str(if cfg!(debug_assertions) { \"checked\" } else { \"\" });\n")
	says.WriteString("    s.push_str(if cfg!(via_flags) { \"flags\" } else { \"\" });\n")
	if c.checks {
		says.WriteString(overflows)
	}
	if c.outDir {
		says.WriteString("    s.push_str(include!(concat!(env!(\"OUT_DIR\"), \"/out.rs\")));\n")
	}
	if c.script {
		says.WriteString("    s.push_str(env!(\"SCRIPT\"));\n")
	}
	for _, f := range c.features {
		fmt.Fprintf(&says, "    if cfg!(feature = %q) { s.push_str(\"+%s\"); }\n", f, f)
	}
	for i, r := range c.reads {
		fmt.Fprintf(&says, "    s.push_str(%s.trim());\n", c.expression(i, r))
	}
	says.WriteString(saysOf(c.deps, normal))
	name := "say"
	if c.macro {
		name = "text"
	}
	visible := "pub "
	if c.macro {
		visible = ""
	}
	fmt.Fprintf(&b, "%sfn %s() -> String {\n    let mut s = String::from(\"[%s:%s \");\n%s    s.push(']');\n    s\n}\n",
		visible, name, c.name, c.text, &says)
	if c.macro {
		b.WriteString(macroSource)
	}
	return b.String()
}

// saysOf adds what the dependencies of a kind say to a text.
func saysOf(deps []dependency, k kind) string {
	var b strings.Builder
	for _, d := range deps {
		if d.kind == k {
			fmt.Fprintf(&b, "%s    s.push_str(%s);\n", d.guards(), d.says())
		}
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
#[proc_macro]
pub fn said(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    format!("{:?}", text()).parse().unwrap()
}
`

// program is the source of the program, which may stand on a library of its name.
func (c *crate) program(text string) string {
	main := "fn main() {\n    println!(\"{}\", say());\n}\n"
	if c.library {
		return "use " + Binary + "::say;\n" + main
	}
	return text + main
}

// second is the source of another program of the package.
func (c *crate) second(name string) string {
	more := ""
	if c.library {
		more = "    s.push_str(&" + Binary + "::say());\n"
	}
	return fmt.Sprintf("fn main() {\n    let mut s = String::from(\"{%s:%s \");\n%s%s    println!(\"{}}}\", s);\n}\n",
		name, c.text, more, saysOf(c.deps, normal))
}

// expression is what is read, in the package's source.
func (c *crate) expression(i int, r read) string {
	from := c.at(c.src)
	switch r.way {
	case scripted, listed:
		return fmt.Sprintf("env!(\"READ_%d\")", i)
	case expanded:
		macro := c.macroName()
		if macro == "" {
			return `""`
		}
		return fmt.Sprintf("%s::read!(%q)", macro, relative(c.dir, r.file))
	case manifest:
		return `include_str!("../Cargo.toml").lines().nth(2).unwrap()`
	case throughIt:
		return fmt.Sprintf("include_str!(%q)", r.link)
	}
	return fmt.Sprintf("include_str!(%q)", relative(from, r.file))
}

// buildScript is one that says what it reads, what it is told of the libraries below, and
// what the packages that it is made of say.
func (c *crate) buildScript() string {
	var b strings.Builder
	b.WriteString("fn main() {\n    let mut s = String::new();\n")
	b.WriteString(saysOf(c.deps, build))
	b.WriteString("    s.push_str(if cfg!(debug_assertions) { \"(checked)\" } else { \"\" });\n")
	var asked []string
	for _, d := range c.deps {
		if name := d.to.links; name != "" && d.kind == normal && !slices.Contains(asked, name) {
			asked = append(asked, name)
			key := strings.ToUpper(ident("DEP_" + name + "_KEY"))
			fmt.Fprintf(&b, "    s.push_str(&std::env::var(%q).unwrap_or(\"none\".into()));\n", key)
		}
	}
	b.WriteString("    println!(\"cargo:rustc-env=SCRIPT={}\", s);\n")
	for i, r := range c.reads {
		b.WriteString(c.scriptRead(i, r))
	}
	if c.links != "" {
		fmt.Fprintf(&b, "    println!(\"cargo:key=%s\");\n", c.text)
	}
	if c.outDir {
		fmt.Fprintf(&b, "    let out = std::env::var(\"OUT_DIR\").unwrap();\n    std::fs::write(out + \"/out.rs\", \"\\\"out %s\\\"\").unwrap();\n", c.text)
	}
	if c.generates {
		fmt.Fprintf(&b, "    std::fs::write(\"%s/made.rs\", \"pub const MADE: &str = \\\"made %s\\\";\").unwrap();\n", c.src, c.text)
	}
	b.WriteString("}\n")
	return b.String()
}

// scriptRead is how the build script reads a file, or the names beside it.
func (c *crate) scriptRead(i int, r read) string {
	var b strings.Builder
	file := relative(c.dir, r.file)
	switch r.way {
	case scripted:
		fmt.Fprintf(&b, "    let text = std::fs::read_to_string(%q).unwrap_or(\"none\".into());\n", file)
	case listed:
		fmt.Fprintf(&b, "    let dir = std::fs::read_dir(%q).into_iter().flatten().flatten();\n", path.Dir(file))
		b.WriteString("    let mut names: Vec<_> = dir.map(|e| e.file_name().into_string().unwrap()).filter(|n| n.ends_with(\".txt\")).collect();\n")
		b.WriteString("    names.sort();\n    let text = names.join(\",\");\n")
	default:
		return ""
	}
	fmt.Fprintf(&b, "    println!(\"cargo:rustc-env=READ_%d={}\", text.trim());\n", i)
	if r.declared {
		fmt.Fprintf(&b, "    println!(\"cargo:rerun-if-changed=%s\");\n", file)
	}
	return b.String()
}

package oracle

import (
	"fmt"
	"strings"
)

// externals are the crates of the registry that members need, each over some of those
// before it; the first two are patched, and have versions that do not matter to anybody.
func externals() []*crate {
	flags := []string{"f0", "f1"}
	one := &crate{name: "ext-one", versions: []string{"1.0.0", "1.0.1", "1.1.0", "2.0.0"}, features: flags}
	over := []dependency{{to: one}}
	only := []string{"1.0.0"}
	return []*crate{
		one,
		{name: "ext-native", versions: []string{"1.0.0", "1.0.1"}, features: flags[:1], links: "ext-native"},
		{name: "ext-two", versions: only, features: []string{"f0", "with-one"}, deps: over},
		{name: "ext-macro", versions: only, macro: true, deps: over},
		{name: "ext-both", versions: only, deps: over},
		{name: "ext-built", versions: only, deps: []dependency{{to: one, kind: build}}},
		{name: "ext-windows", versions: only, features: flags[:1]},
	}
}

// Registry gives the crates of the registry as a txtar text, in which each top directory
// is NAME-VERSION.
func Registry() string {
	var b strings.Builder
	add := func(name, version, manifest, lib, script string) {
		at := name + "-" + version
		fmt.Fprintf(&b, "-- %s/Cargo.toml --\n[package]\nname = %q\nversion = %q\nedition = \"2021\"\n%s\n", at, name, version, manifest)
		fmt.Fprintf(&b, "-- %s/src/lib.rs --\n// @{salt}\n%s", at, lib)
		if script != "" {
			fmt.Fprintf(&b, "-- %s/build.rs --\n// @{salt}\n%s", at, script)
		}
	}
	for _, c := range externals()[:2] {
		for _, version := range c.versions {
			add(c.name, version, externalManifest(c), externalSource(c, version), externalScript(c, version))
		}
	}
	add("ext-two", "1.0.0", `[features]
f0 = ["ext-one?/f0"]
with-one = ["dep:ext-one", "ext-one/f1"]
[dependencies]
ext-one = { version = "1", optional = true, default-features = false }
[dev-dependencies]
ext-broken = "1"`, said("ext-two", `    #[cfg(feature = "with-one")]
    s.push_str(&ext_one::say());
`), "")
	add("ext-macro", "1.0.0", `[lib]
proc-macro = true
[dependencies]
ext-one = { version = "1", features = ["f1"] }`, `extern crate proc_macro;
#[proc_macro]
pub fn said(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    format!("{:?}", ext_one::say()).parse().unwrap()
}
`, "")
	add("ext-both", "1.0.0", `[dependencies]
one = { package = "ext-one", version = "1" }
two = { package = "ext-one", version = "2", features = ["f1"] }`,
		said("ext-both", "    s.push_str(&one::say());\n    s.push_str(&two::say());\n"), "")
	add("ext-built", "1.0.0", `[build-dependencies]
ext-one = { version = "1", features = ["f0"] }`, said("ext-built", "    s.push_str(env!(\"BUILT\"));\n"), `fn main() {
    println!("cargo:rustc-env=BUILT={}", ext_one::say());
}
`)
	add("ext-windows", "1.0.0", `[features]
f0 = ["ext-broken/f0"]
[target.'cfg(windows)'.dependencies]
ext-broken = "1"`, said("ext-windows", ""), "")
	add("ext-broken", "1.0.0", "[features]\nf0 = []", "compile_error!(\"for another platform\");\n", "")
	return b.String()
}

// said is a library that says its name, the profile's settings and more.
func said(name, more string) string {
	return fmt.Sprintf(`pub fn say() -> String {
    let mut s = String::from("<%s ");
    if cfg!(debug_assertions) { s.push_str("checked "); }
%s    s.push('>');
    s
}
`, name, more)
}

// externalManifest is what the manifests of a crate have below [package].
func externalManifest(c *crate) string {
	var b strings.Builder
	if c.links != "" {
		fmt.Fprintf(&b, "links = %q\n", c.links)
	}
	b.WriteString("[features]\n")
	for _, f := range c.features {
		fmt.Fprintf(&b, "%s = []\n", f)
	}
	if len(c.features) > 1 {
		fmt.Fprintf(&b, "default = [%q]\n", c.features[0])
	}
	return b.String()
}

func externalSource(c *crate, version string) string {
	var more strings.Builder
	for _, f := range c.features {
		fmt.Fprintf(&more, "    if cfg!(feature = %q) { s.push_str(\"+%s\"); }\n", f, f)
	}
	if c.links != "" {
		more.WriteString("    s.push_str(env!(\"FOUND\"));\n")
	} else {
		more.WriteString(overflows)
	}
	return said(c.name+" "+version, more.String())
}

// overflows says whether overflows are found.
const overflows = `    let sum = std::panic::catch_unwind(|| std::hint::black_box(255u8) + std::hint::black_box(1));
    s.push_str(if sum.is_err() { "!" } else { "" });
`

func externalScript(c *crate, version string) string {
	if c.links == "" {
		return ""
	}
	return fmt.Sprintf(`fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-env=FOUND={}", std::env::var("OPT_LEVEL").unwrap());
    println!("cargo:key=%s");
}
`, version)
}

// patchFiles are those of the package that stands for a crate of the registry.
func (w *Workspace) patchFiles() map[string]string {
	p := w.patch
	if p == nil {
		return nil
	}
	named := "patched " + p.text
	out := map[string]string{
		p.dir + "/Cargo.toml": fmt.Sprintf("[package]\nname = %q\nversion = %q\nedition = \"2021\"\n%s",
			p.to.name, p.version, externalManifest(p.to)),
		p.dir + "/src/lib.rs": externalSource(p.to, named),
	}
	if p.to.links != "" {
		out[p.dir+"/build.rs"] = externalScript(p.to, named)
	}
	return out
}

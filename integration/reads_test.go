package integration

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// outsideRead is a package that reads what is not its own.
type outsideRead struct {
	name string
	// script is what its build script puts in READ, source what its library says; that is
	// READ when empty.
	script, source string
}

// or gives what a build script reads, or "none".
func or(expression string) string { return expression + `.unwrap_or("none".into())` }

// outsideReads are ways to read a file or a folder, and what a missing one means.
func outsideReads() []outsideRead {
	const list = `{ let mut n: Vec<String> = fs::read_dir(%q).into_iter().flatten().flatten().map(|e| e.file_name().into_string().unwrap()).collect(); n.sort(); n.join(",") }`
	declared := func(path, script string) string {
		return fmt.Sprintf(`{ println!("cargo:rerun-if-changed=%s"); %s }`, path, script)
	}
	file := or(`fs::read_to_string("../VERSION")`)
	folder := fmt.Sprintf(list, "../migrations")
	up := `{ let mut d = env::current_dir().unwrap(); loop { if d.join("marker.toml").exists() { break fs::read_to_string(d.join("marker.toml")).unwrap() } if !d.pop() { break "none".into() } } }`
	walk := `{ fn w(d: &Path, o: &mut Vec<String>) { for e in fs::read_dir(d).into_iter().flatten().flatten() { if e.path().is_dir() { w(&e.path(), o) } else { o.push(fs::read_to_string(e.path()).unwrap().trim().into()) } } } let mut o = vec![]; w(Path::new("../templates"), &mut o); o.sort(); o.join("+") }`
	return []outsideRead{
		{name: "file", script: file},
		{name: "file-declared", script: declared("../VERSION", file)},
		{name: "file-of-another", script: or(`fs::read_to_string("../beside/data.txt")`)},
		{name: "file-of-another-declared", script: declared("../beside/data.txt", or(`fs::read_to_string("../beside/data.txt")`))},
		{name: "absolute", script: or(`fs::read_to_string(format!("{}/../shared/deep/a.txt", env::var("CARGO_MANIFEST_DIR").unwrap()))`)},
		{name: "folder", script: folder},
		{name: "folder-declared", script: declared("../migrations", folder)},
		{name: "folder-of-folders", script: walk},
		{name: "empty-looking-folder", script: fmt.Sprintf(list, "../assets")},
		{name: "link", script: or(`fs::read_to_string("link.txt")`)},
		{name: "link-to-folder", script: fmt.Sprintf(list, "dir")},
		{name: "link-read", script: `fs::read_link("link.txt").map(|p| p.display().to_string()).unwrap_or("none".into())`},
		{name: "exists", script: `Path::new("../VERSION").exists().to_string()`},
		{name: "not-there", script: `Path::new("../nowhere").exists().to_string()`},
		{name: "length", script: `fs::metadata("../shared/deep/a.txt").map(|m| m.len()).unwrap_or(0).to_string()`},
		{name: "canonical", script: `fs::canonicalize("../shared/deep/a.txt").is_ok().to_string()`},
		{name: "copied", script: `{ let to = format!("{}/c", env::var("OUT_DIR").unwrap()); match fs::copy("../shared/deep/a.txt", &to) { Ok(_) => fs::read_to_string(to).unwrap(), Err(_) => "none".into() } }`},
		{name: "process", script: `String::from_utf8(Command::new("cat").arg("../shared/deep/b.txt").output().unwrap().stdout).unwrap()`},
		{name: "shell", script: `String::from_utf8(Command::new("sh").args(["-c", "cd .. && cat shared/deep/b.txt || echo none"]).output().unwrap().stdout).unwrap()`},
		{name: "script-outside", script: `String::from_utf8(Command::new("../tools/gen.sh").output().map(|o| o.stdout).unwrap_or(b"none".to_vec())).unwrap()`},
		{name: "upwards", script: up},
		{name: "configured", script: or(`fs::read_to_string(env::var("CONFIGURED").unwrap() + "/c.txt")`)},
		{name: "own-manifest", script: or(`fs::read_to_string("Cargo.toml").map(|t| t.lines().find(|l| l.starts_with("# note")).unwrap_or("gone").to_string())`)},
		{name: "root-manifest", script: or(`fs::read_to_string("../Cargo.toml").map(|t| t.lines().find(|l| l.starts_with("# note")).unwrap_or("gone").to_string())`)},
		{name: "lock", script: or(`fs::read_to_string("../Cargo.lock").map(|t| t.matches("[[package]]").count().to_string())`)},
		{name: "included", source: `include_str!("../../shared/deep/a.txt")`},
		{name: "included-bytes", source: `std::str::from_utf8(include_bytes!("../../shared/deep/b.txt")).unwrap()`},
		{name: "included-absolute", source: `include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../VERSION"))`},
		{name: "included-code", source: `{ mod code { include!("../../shared/code.rs"); } code::said() }`},
		{name: "path-module", source: `{ #[path = "../../shared/code.rs"] mod code; code::said() }`},
		{name: "macro-file", source: `reader::file!("../VERSION")`},
		{name: "macro-cwd", source: `reader::cwd!("shared/deep/b.txt")`},
		{name: "macro-folder", source: `reader::folder!("../migrations")`},
		{name: "macro-link", source: `reader::file!("link.txt")`},
		{name: "macro-dot-env", source: `reader::cwd!(".env")`},
		{name: "macro-not-there", source: `reader::file!("../nowhere")`},
		{name: "macro-configured", source: `reader::configured!("c.txt")`},
	}
}

const outsideReader = `extern crate proc_macro;
use proc_macro::TokenStream;
use std::{env, fs, path::Path};
fn said(text: String) -> TokenStream { format!("{:?}", text.trim()).parse().unwrap() }
fn name(input: TokenStream) -> String { input.to_string().trim_matches('"').into() }
fn read(path: &Path) -> TokenStream { said(fs::read_to_string(path).unwrap_or("none".into())) }
fn own() -> String { env::var("CARGO_MANIFEST_DIR").unwrap() }
#[proc_macro] pub fn file(i: TokenStream) -> TokenStream { read(&Path::new(&own()).join(name(i))) }
#[proc_macro] pub fn cwd(i: TokenStream) -> TokenStream { read(Path::new(&name(i))) }
#[proc_macro] pub fn configured(i: TokenStream) -> TokenStream { read(&Path::new(&env::var("CONFIGURED").unwrap()).join(name(i))) }
#[proc_macro] pub fn folder(i: TokenStream) -> TokenStream {
    let dir = fs::read_dir(Path::new(&own()).join(name(i))).into_iter().flatten().flatten();
    let mut names: Vec<String> = dir.map(|e| e.file_name().into_string().unwrap()).collect();
    names.sort();
    said(names.join(","))
}
`

// readers is a workspace of all of them, with a program that prints what each has read.
func readers(t *testing.T, reads []outsideRead) *project {
	p := newProject(t, `
-- VERSION --
9.9.9
-- marker.toml --
marked
-- .env --
DATABASE=one
-- migrations/1.sql --
-- migrations/2.sql --
-- templates/a/b/c.txt --
template c
-- templates/d.txt --
template d
-- assets/.hidden --
-- shared/deep/a.txt --
shared a
-- shared/deep/b.txt --
shared b
-- shared/code.rs --
pub fn said() -> &'static str { "shared code" }
-- settings/c.txt --
configured c
-- .cargo/config.toml --
[env]
CONFIGURED = { value = "settings", relative = true }
-- beside/Cargo.toml --
[package]
name = "beside"
version = "0.1.0"
edition = "2021"
-- beside/src/lib.rs --
-- beside/data.txt --
beside
-- reader/Cargo.toml --
[package]
name = "reader"
version = "0.1.0"
edition = "2021"
[lib]
proc-macro = true
`)
	p.write("reader/src/lib.rs", outsideReader)
	p.write("tools/gen.sh", "#!/bin/sh\necho generated by a script\n")
	check(t, os.Chmod(p.path("tools/gen.sh"), 0o755))
	members := []string{`"beside"`, `"reader"`, `"app"`}
	depends, prints := "", ""
	lock := []string{"beside", "reader"}
	for _, r := range reads {
		members = append(members, fmt.Sprintf("%q", r.name))
		depends += fmt.Sprintf("%s = { path = \"../%s\" }\n", r.name, r.name)
		prints += fmt.Sprintf("    println!(\"%s: {}\", %s::say().trim());\n", r.name, strings.ReplaceAll(r.name, "-", "_"))
		p.write(r.name+"/Cargo.toml", fmt.Sprintf("# note of %s\n[package]\nname = %q\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nreader = { path = \"../reader\" }\n", r.name, r.name))
		source := r.source
		if source == "" {
			source = `env!("READ")`
			p.write(r.name+"/build.rs", "#![allow(unused_imports)]\nuse std::{env, fs, path::Path, process::Command};\nfn main() {\n    let read: String = "+r.script+";\n    println!(\"cargo:rustc-env=READ={}\", read.trim());\n}\n")
		}
		p.write(r.name+"/src/lib.rs", "pub fn say() -> &'static str {\n    "+source+"\n}\n")
		check(t, os.Symlink("../shared/deep/a.txt", p.path(r.name+"/link.txt")))
		check(t, os.Symlink("../migrations", p.path(r.name+"/dir")))
		lock = append(lock, r.name)
	}
	p.write("app/Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\n"+depends)
	p.write("app/src/main.rs", "fn main() {\n"+prints+"}\n")
	p.write("Cargo.toml", "# note of the root\n[workspace]\nresolver = \"2\"\nmembers = ["+strings.Join(members, ", ")+"]\n[profile.release]\nopt-level = 0\n")
	p.write("Cargo.lock", lockOf(lock, reads))
	return p
}

// lockOf writes the lock file of the packages, in the way of cargo.
func lockOf(names []string, reads []outsideRead) string {
	needs := map[string][]string{}
	for _, r := range reads {
		needs["app"] = append(needs["app"], r.name)
		needs[r.name] = []string{"reader"}
	}
	names = append(names, "app")
	slices.Sort(names)
	out := "version = 4\n"
	for _, n := range names {
		out += fmt.Sprintf("\n[[package]]\nname = %q\nversion = \"0.1.0\"\n", n)
		if all := needs[n]; len(all) > 0 {
			slices.Sort(all)
			out += "dependencies = [\n"
			for _, d := range all {
				out += fmt.Sprintf(" %q,\n", d)
			}
			out += "]\n"
		}
	}
	return out
}

// What packages read beside their own files is there, with default settings: their program
// prints what that of plain cargo prints, before and after all of it is edited, from a cache
// that another daemon has exported too.
func TestReadsOutside(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := readers(t, outsideReads())
		same := func(what string, b *bed, req build) *result {
			t.Helper()
			want := b.cargoSays(t, p, ".", "app")
			req.dir = p.dir
			res := b.build(t, req)
			got := res.run("app")
			for i, line := range strings.Split(want, "\n") {
				if lines := strings.Split(got, "\n"); i >= len(lines) || lines[i] != line {
					t.Errorf("%s: line %d of the program is not %q, that of plain cargo, in\n%s", what, i+1, line, got)
				}
			}
			return res
		}
		same("first", b, build{})
		same("again", b, build{}).mustNotRun("source")
		for _, name := range []string{"VERSION", "marker.toml", ".env", "shared/deep/a.txt", "shared/deep/b.txt", "templates/d.txt", "settings/c.txt", "beside/data.txt"} {
			p.write(name, "edited "+name)
		}
		p.write("migrations/3.sql", "")
		p.replace("shared/code.rs", "shared code", "edited code")
		p.replace("Cargo.toml", "# note of the root", "# note of the edited root")
		same("edited", b, build{})
		p.write("nowhere", "there now")
		same("a file that was missed is there", b, build{})
	})
}

// A machine that has nothing but an imported cache compiles none of it again.
func TestReadsOutsideImported(t *testing.T) {
	b, second := newBed(t, gateway), newDaemon(t, gateway)
	p := readers(t, outsideReads())
	from := b.cacheOf(t, build{dir: p.dir})
	res := second.build(t, build{dir: p.dir, cacheFrom: from})
	res.mustNotRun("source")
	if got, want := res.run("app"), b.cargoSays(t, p, ".", "app"); got != want {
		t.Errorf("the program prints %q, that of plain cargo %q", got, want)
	}
}

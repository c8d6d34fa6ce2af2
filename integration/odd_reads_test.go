package integration

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// oddWorkspace has a program over a package; what is remembered goes by their names.
const oddWorkspace = `
-- Cargo.toml --
# of the root
[workspace]
resolver = "2"
members = ["gen", "app"]
exclude = ["templates"]
[profile.release]
opt-level = 0
-- Cargo.lock --
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "gen-@{own}",
]

[[package]]
name = "gen-@{own}"
version = "0.1.0"
-- gen/Cargo.toml --
[package]
name = "gen-@{own}"
version = "0.1.0"
edition = "2021"
-- app/Cargo.toml --
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
gen = { package = "gen-@{own}", path = "../gen" }
-- app/src/main.rs --
fn main() {
    println!("{}", gen::SAID.trim());
}
-- gen/src/lib.rs --
pub const SAID: &str = env!("SAID");
`

func script(body string) string {
	return "-- gen/build.rs --\nuse std::{env, fs};\nfn main() {\n    let said: String = {" + body + "};\n    println!(\"cargo:rustc-env=SAID={}\", said.trim());\n    let _ = (env::args(), fs::metadata(\"/\"));\n}\n"
}

// oddRead is a way to read, and the files that do it.
type oddRead struct{ name, files string }

// ofOtherPackages are those of what a step has in another form: names, stubs, manifests.
func ofOtherPackages() []oddRead {
	const file = "-- VERSION --\n9.9.9\n"
	const optional = `
-- Cargo.toml --
[workspace]
resolver = "2"
members = ["gen", "app", "opt"]
[profile.release]
opt-level = 0
-- Cargo.lock --
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "gen-@{own}",
 "opt",
]

[[package]]
name = "gen-@{own}"
version = "0.1.0"

[[package]]
name = "opt"
version = "0.1.0"
-- app/Cargo.toml --
[package]
name = "app"
version = "0.1.0"
edition = "2021"
build = "../common.rs"
[dependencies]
gen = { package = "gen-@{own}", path = "../gen" }
opt = { path = "../opt", optional = true }
-- opt/Cargo.toml --
[package]
name = "opt"
version = "0.1.0"
edition = "2021"
build = "../common.rs"
autobins = false
[lib]
path = "src/main.rs"
-- opt/src/main.rs --
// of opt
-- common.rs --
fn main() {
    println!("cargo:rustc-env=COMMON=yes");
}
`
	return []oddRead{
		{"a link to a file whose name was listed", file + script(`
        let there = fs::read_dir("..").unwrap().flatten().any(|e| e.file_name() == "VERSION");
        let _ = fs::remove_file("made.txt");
        if there { fs::hard_link("../VERSION", "made.txt").unwrap(); }
        fs::read_to_string("made.txt").unwrap_or("none".into())`)},
		{"a file whose name was listed, renamed", "-- VERSION/a --\n9.9.9\n" + script(`
        let there = fs::read_dir("../VERSION").is_ok_and(|d| d.flatten().any(|e| e.file_name() == "a"));
        if there { fs::rename("../VERSION/a", "../VERSION/b").unwrap(); }
        fs::read_to_string("../VERSION/b").unwrap_or("none".into())`)},
		{"a file that is made in a directory of the context", "-- made/.keep --\n-- gen/src/lib.rs --\n#[path = \"../../made/said.rs\"]\nmod said;\npub use said::SAID;\n" +
			"-- gen/build.rs --\nfn main() {\n    std::fs::write(\"../made/said.rs\", \"pub const SAID: &str = \\\"made\\\";\").unwrap();\n}\n"},
		{"a directory and a file that are made if they are not there", "-- made/kept.txt --\n" + script(`
        let made = fs::create_dir("../made").is_ok();
        let new = fs::OpenOptions::new().write(true).create_new(true).open("../made/kept.txt").is_ok();
        format!("{made} {new}")`)},
		{"the manifest of a package above", script(`fs::read_to_string("../app/Cargo.toml").map_or("none".into(), |s| s.lines().nth(1).unwrap().to_string())`)},
		{"a build script that a package which is off shares", optional + "-- gen/src/lib.rs --\npub const SAID: &str = \"gen\";\n" +
			"-- app/src/main.rs --\nfn main() {\n    println!(\"{} {}\", gen::SAID, option_env!(\"COMMON\").unwrap_or(\"no\"));\n}\n"},
		{"the source of a package which is off", optional + "-- gen/src/lib.rs --\npub const SAID: &str = include_str!(\"../../opt/src/main.rs\");\n" +
			"-- app/src/main.rs --\nfn main() {\n    println!(\"{} {}\", gen::SAID, include_str!(\"../../opt/src/main.rs\"));\n}\n"},
	}
}

// byOddPaths are files of odd names, and usual ones by odd paths.
func byOddPaths() []oddRead {
	return []oddRead{
		{"a source past a directory that nothing is in", "-- other/src/kept.rs --\n-- shared/said.rs --\npub const SAID: &str = \"shared\";\n" +
			"-- gen/src/lib.rs --\n#[path = \"../../other/src/../../shared/said.rs\"]\nmod said;\npub use said::SAID;\n"},
		{"a file past two such directories", "-- a/b/kept --\n-- c/d --\nread\n" + script(`fs::read_to_string("../a/b/../../c/d").unwrap_or("none".into())`)},
		{"a file with the name of the program that reads it", "-- cat --\nread\n" +
			script(`String::from_utf8(std::process::Command::new("cat").arg("../cat").output().unwrap().stdout).unwrap()`)},
		{"a directory with the name of the compiler", "-- rustc/a --\n-- rustc/b --\n" + script(`fs::read_dir("../rustc").map_or("none".into(), |d| d.count().to_string())`)},
		{"a name that looks like an option", "-- -x --\nread\n" + script(`env::set_current_dir("..").unwrap(); fs::read_to_string("-x").unwrap_or("none".into())`)},
		{"names with white space at their ends", "-- x --\n" + script(`["../ a", "../b ", "../c\nd/e"].iter().map(|f| fs::read_to_string(f).unwrap_or("none".into())).collect::<String>()`)},
		{"through the working directory of a thread", "-- VERSION --\n9.9.9\n" + script(`fs::read_to_string("/proc/thread-self/cwd/../VERSION").unwrap_or("none".into())`)},
		{"through an open directory", "-- VERSION --\n9.9.9\n" + script(`use std::os::fd::AsRawFd; let dir = fs::File::open("..").unwrap(); fs::read_to_string(format!("/dev/fd/{}/VERSION", dir.as_raw_fd())).unwrap_or("none".into())`)},
		{"a project that the build script builds itself", "-- Cargo.toml --\n[workspace]\nresolver = \"2\"\nmembers = [\"gen\", \"app\"]\nexclude = [\"inner\"]\n" +
			"-- inner/Cargo.toml --\n[package]\nname = \"inner\"\nversion = \"0.1.0\"\n-- inner/src/main.rs --\nfn main() {\n    println!(\"inner\");\n}\n" + script(`
        let out = env::var("OUT_DIR").unwrap();
        let built = std::process::Command::new("cargo").args(["build", "--offline", "--manifest-path", "../inner/Cargo.toml", "--target-dir", &out]).env_remove("CARGO_BUILD_TARGET").status().unwrap().success();
        let said = std::process::Command::new(out + "/debug/inner").output().map_or(Vec::new(), |o| o.stdout);
        format!("{built} {}", String::from_utf8(said).unwrap())`)},
	}
}

// Odd ways to read and write: the program prints what that of plain cargo prints.
func TestOddReads(t *testing.T) {
	const file = "-- VERSION --\n9.9.9\n"
	tests := []oddRead{
		{"through a link in the outputs", file + script(`let to = env::var("OUT_DIR").unwrap() + "/link"; let _ = fs::remove_file(&to); std::os::unix::fs::symlink(env::var("CARGO_MANIFEST_DIR").unwrap() + "/../VERSION", &to).unwrap(); fs::read_to_string(&to).unwrap_or("none".into())`)},
		{"through the working directory of a process", file + script(`fs::read_to_string("/proc/self/cwd/../VERSION").unwrap_or("none".into())`)},
		{"a manifest through a link", "-- gen/root.toml -> ../Cargo.toml --\n-- gen/src/lib.rs --\npub const SAID: &str = include_str!(\"../root.toml\");\n"},
		{"a manifest through a link in the outputs", script(`let to = env::var("OUT_DIR").unwrap() + "/root.toml"; let _ = fs::remove_file(&to); std::os::unix::fs::symlink(env::var("CARGO_MANIFEST_DIR").unwrap() + "/../Cargo.toml", &to).unwrap(); fs::read_to_string(&to).unwrap().lines().next().unwrap().to_string()`)},
		{"a manifest through the working directory of a process", script(`fs::read_to_string("/proc/self/cwd/../Cargo.toml").unwrap().lines().next().unwrap().to_string()`)},
		{"a link and a pipe that are made if they are not there", "-- made/link --\n-- made/pipe --\n" + script(`
        let link = std::os::unix::fs::symlink("x", "../made/link").is_ok();
        let pipe = std::process::Command::new("mkfifo").arg("../made/pipe").status().unwrap().success();
        let _ = (fs::read_dir("../made").is_ok(), link && fs::remove_file("../made/link").is_ok());
        format!("{link} {pipe}")`)},
		{"a package that is a link", "-- Cargo.toml --\n[workspace]\nresolver = \"2\"\nmembers = [\"lib\", \"app\"]\n-- lib -> real/gen --\n" +
			"-- real/gen/Cargo.toml --\n[package]\nname = \"gen-@{own}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n-- real/gen/src/lib.rs --\npub const SAID: &str = include_str!(\"../Cargo.toml\");\n" +
			"-- app/Cargo.toml --\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\ngen = { package = \"gen-@{own}\", path = \"../lib\" }\n"},
		{"files outside that are changed and removed", "-- tools/a --\n-- tools/b --\n" + script(`
        use std::os::unix::fs::PermissionsExt;
        let changed = fs::set_permissions("../tools/a", fs::Permissions::from_mode(0o700)).is_ok();
        let removed = fs::remove_file("../tools/b").is_ok();
        fs::write("../tools/b", "").unwrap();
        format!("{changed} {removed}")`)},
		{"a package whose directory is behind a link", "-- Cargo.toml --\n[workspace]\nresolver = \"2\"\nmembers = [\"libs/gen\", \"app\"]\n-- libs -> real --\n-- real/data.txt --\ndata\n" +
			"-- real/gen/Cargo.toml --\n[package]\nname = \"gen-@{own}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n-- real/gen/src/lib.rs --\nmod more;\npub use more::SAID;\n-- real/gen/src/more.rs --\npub const SAID: &str = concat!(include_str!(\"../../data.txt\"), include_str!(\"../Cargo.toml\"));\n" +
			"-- app/Cargo.toml --\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\ngen = { package = \"gen-@{own}\", path = \"../libs/gen\" }\n"},
		{"a manifest of no package", "-- templates/basic/Cargo.toml --\n[package]\nname = \"template\"\n-- gen/src/lib.rs --\npub const SAID: &str = include_str!(\"../../templates/basic/Cargo.toml\");\n"},
		{"a configuration of no build", "-- gen/fixture/.cargo/config.toml --\n# fixture\n-- gen/src/lib.rs --\npub const SAID: &str = include_str!(\"../fixture/.cargo/config.toml\");\n"},
		{"a file that is opened to be added to", file + script(`use std::io::Read; let mut s = String::new(); fs::OpenOptions::new().read(true).write(true).create(true).open("../VERSION").unwrap().read_to_string(&mut s).unwrap(); s`)},
		{"a copy with its time, into the sources", "-- gen/src/lib.rs --\nmod made;\npub use made::SAID;\n-- gen/templates/made.rs --\npub const SAID: &str = \"made\";\n-- gen/build.rs --\nfn main() {\n    assert!(std::process::Command::new(\"cp\").args([\"-p\", \"templates/made.rs\", \"src/made.rs\"]).status().unwrap().success());\n}\n"},
		{"a file that is written outside the package", "-- gen/build.rs --\nfn main() {\n    std::fs::create_dir_all(\"../shared\").unwrap();\n    std::fs::write(\"../shared/made.rs\", \"\\\"fresh\\\"\").unwrap();\n}\n-- gen/src/lib.rs --\npub const SAID: &str = \"gen\";\n-- app/src/main.rs --\nfn main() {\n    println!(\"{} {}\", gen::SAID, include!(\"../../shared/made.rs\"));\n}\n"},
		{"who has no room for another file", script(`String::from_utf8(std::process::Command::new("sh").args(["-c", "ulimit -n 3; ( : <../Cargo.toml ) 2>/dev/null; echo ok"]).output().unwrap().stdout).unwrap()`)},
		{"a package that fails for what the one below missed", file + "-- api.txt --\n9\n-- app/build.rs --\nfn main() {\n    assert!(!gen::SAID.is_empty());\n    println!(\"cargo:rustc-env=VERSION={}\", std::fs::read_to_string(\"../VERSION\").unwrap().trim());\n}\n-- app/src/main.rs --\nfn main() {\n    println!(\"{} {}\", gen::SAID, env!(\"VERSION\"));\n}\n-- app/Cargo.toml --\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\ngen = { package = \"gen-@{own}\", path = \"../gen\" }\n[build-dependencies]\ngen = { package = \"gen-@{own}\", path = \"../gen\" }\n" + script(`fs::read_to_string("../api.txt").unwrap_or_default()`)},
	}
	b := newBed(t, inProcess)
	for _, tt := range slices.Concat(tests, ofOtherPackages(), byOddPaths()) {
		t.Run(tt.name, func(t *testing.T) {
			p := newProject(t, oddWorkspace+tt.files, map[string]string{"own": strings.ToLower(rand.Text())})
			if strings.Contains(tt.files, `"../b "`) { // which no archive of texts can have
				for _, name := range []string{" a", "b ", "c\nd/e"} {
					p.write(name, "read")
				}
			}
			want := b.cargoSays(t, p, ".", "app")
			if got := b.build(t, build{dir: p.dir}).run("app"); got != want {
				t.Errorf("the program prints %q, that of plain cargo %q", got, want)
			}
		})
	}
}

// What is remembered of a file that is there no more keeps nobody from finding another.
func TestStaleMemory(t *testing.T) {
	b := newBed(t, inProcess)
	include := func(name string) string {
		return fmt.Sprintf("pub const SAID: &str = include_str!(\"../../%s\");\n", name)
	}
	p := newProject(t, oddWorkspace, map[string]string{"own": strings.ToLower(rand.Text())})
	for i, name := range []string{"VERSION", "VERSION2", "VERSION3"} {
		p.write(name, name+"\n")
		p.write("gen/src/lib.rs", include(name))
		if i > 0 {
			p.remove([]string{"VERSION", "VERSION2"}[i-1])
		}
		if got := b.build(t, build{dir: p.dir}).run("app"); got != name+"\n" {
			t.Errorf("with %s the program prints %q", name, got)
		}
	}
}

// An error of the compiler is shown once, and one for want of a file that nobody has says so.
func TestErrorsAreShownOnce(t *testing.T) {
	b := newBed(t, inProcess)
	p := newProject(t, oddWorkspace, map[string]string{"own": strings.ToLower(rand.Text())})
	for _, file := range []string{"gen/src/lib.rs", "app/src/main.rs"} {
		p := copyProject(t, p.dir)
		p.write("gen/src/lib.rs", "pub const SAID: &str = \"\";\n")
		p.add(file, "pub const WRONG: u8 = 3u16;\n")
		res := b.fail(t, build{dir: p.dir})
		if n := strings.Count(res.output(), "error[E0308]"); n != 1 {
			t.Errorf("%s: the error is shown %d times\n%s", file, n, res.log())
		}
	}
}

// Who lists a directory reads its names: what is in the files, and below the directories,
// is not in the key of its step.
func TestNamesAreNotContents(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		own := strings.ToLower(rand.Text())
		p := newProject(t, oddWorkspace+"-- VERSION --\n1\n-- docs/a.md --\na\n-- docs/more/b.md --\nb\n"+script(`
        let mut names = Vec::new();
        for e in fs::read_dir("..").unwrap().flatten() { names.push(format!("{:?}{}", e.file_name(), e.file_type().unwrap().is_dir())); }
        names.sort();
        names.retain(|n| !n.contains("target"));
        names.join(" ")`), map[string]string{"own": own})
		gen := "gen-" + own + " 0.1.0"
		same := func(what string, times int) {
			t.Helper()
			want := b.cargoSays(t, p, ".", "app")
			res := b.build(t, build{dir: p.dir})
			if got := res.run("app"); got != want {
				t.Errorf("%s: the program prints %q, that of plain cargo %q", what, got, want)
			}
			if n := res.timesCompiled(gen); n != times {
				t.Errorf("%s: compiled %d times, want %d\n%s", what, n, times, res.log())
			}
		}
		same("at first", 2)
		p.write("VERSION", "2\n")
		p.write("docs/a.md", "other\n")
		p.write("docs/more/c.md", "new\n")
		same("files that are not read", 0)
		p.write("NEWS", "")
		same("a new name", 1)
		p.remove("docs")
		same("a directory is gone", 1)
	})
}

// What a build script declares and does not read is compared as by cargo: its package is
// compiled once, and again when that changes.
func TestDeclaredAndNotRead(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		own := strings.ToLower(rand.Text())
		p := newProject(t, oddWorkspace+"-- VERSION --\n1\n-- NAME --\n1\n"+script(`
        println!("cargo:rerun-if-changed=../VERSION");
        println!("cargo:rerun-if-changed=../NAME");
        println!("cargo:rerun-if-changed=build.rs");
        if env::var("HOST").is_err() { String::new() } else { fs::read_dir("..").unwrap().count(); "x".into() }`), map[string]string{"own": own})
		p.write("app/build.rs", "fn main() {\n    println!(\"cargo:rustc-env=NAME={}\", std::fs::read_to_string(\"../NAME\").unwrap());\n}\n")
		gen := "gen-" + own + " 0.1.0"
		compiled := func(what string, times int) {
			t.Helper()
			res := b.build(t, build{dir: p.dir})
			res.mustNotWarn("compiled packages again")
			if n := res.timesCompiled(gen); n != times {
				t.Errorf("%s: compiled %d times, want %d\n%s", what, n, times, res.log())
			}
		}
		compiled("at first", 2)
		compiled("nothing", 0)
		p.add("app/src/main.rs", "// edited\n")
		compiled("an edit above", 0)
		p.write("VERSION", "other")
		compiled("what is declared", 1)
	})
}

package integration

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// configured is a package whose crates come from the test's registry in place
// of crates.io.
const replacedCratesIO = `
-- .cargo/config.toml --
[source.crates-io]
replace-with = "test"

[source.test]
registry = "sparse+@{registry}/index/"
`

// lockedLeaf is the lock file's entry of a crate of the test's registry.
const lockedLeaf = `
[[package]]
name = "leaf"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "@{leaf-1.0.0}"
`

// Each kind of crate from a registry works: plain, dependent, with a build
// script, a procedural macro.
func TestRegistryCrates(t *testing.T) {
	const text = `
-- Cargo.toml --
[package]
name = "eater"
version = "0.1.0"
edition = "2021"

[dependencies]
mid = "1"
scripted = "1"
shout = "1"
sweet = { package = "leaf", version = "1", features = ["sour"], default-features = false }

[profile.release]
opt-level = 0
-- src/main.rs --
fn main() {
    println!("{}; {}; {}; {}", mid::taste(), scripted::TARGET, shout::shout!(loud), sweet::taste());
}
-- Cargo.lock --
version = 4

[[package]]
name = "eater"
version = "0.1.0"
dependencies = [
 "leaf",
 "mid",
 "scripted",
 "shout",
]
` + lockedLeaf + `
[[package]]
name = "mid"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "@{mid-1.0.0}"
dependencies = [
 "leaf",
]

[[package]]
name = "scripted"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "@{scripted-1.0.0}"

[[package]]
name = "shout"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "@{shout-1.0.0}"
` + replacedCratesIO
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/api/crates", testdata(t, "crates"))
		res := b.build(t, build{dir: newProject(t, text, r.values).dir})
		res.mustRun("fetch", "deps", "source") // the image is keyed by content, and may be there from another test
		want := "mid over leaf 1.0.0 sour; x86_64-unknown-linux-musl; LOUD; leaf 1.0.0 sour\n"
		if got := res.run("eater"); strings.ReplaceAll(got, "aarch64", "x86_64") != want {
			t.Errorf("the program says %q, want %q", got, want)
		}
		if !slices.Contains(r.asked, "/api/crates/mid/1.0.0/download") {
			t.Errorf("the registry was asked for %v", r.asked)
		}
	})
}

const foreign = `
-- Cargo.toml --
[package]
name = "eater"
version = "0.1.0"
edition = "2021"

[dependencies]
leaf = { version = "1", registry = "company" }

[profile.release]
opt-level = 0
-- src/main.rs --
fn main() {
    println!("{}", leaf::taste());
}
-- .cargo/config.toml --
[registries.company]
index = "sparse+@{registry}/index/"
-- Cargo.lock --
version = 4

[[package]]
name = "eater"
version = "0.1.0"
dependencies = [
 "leaf",
]

[[package]]
name = "leaf"
version = "1.0.0"
source = "sparse+@{registry}/index/"
checksum = "@{leaf-1.0.0}"
`

// A registry's download template is followed, whatever markers it has.
func TestForeignRegistry(t *testing.T) {
	templates := []string{
		"/plain",
		"/v/{crate}-{version}.crate",
		"/p/{prefix}/{lowerprefix}/{crate}/{version}",
		"/s/{sha256-checksum}",
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		for _, dl := range templates {
			t.Run(dl, func(t *testing.T) {
				r := newRegistry(t, dl, testdata(t, "crates"))
				p := newProject(t, foreign, r.values)
				for _, layers := range []string{"1", "crate"} {
					res := b.build(t, build{dir: p.dir, args: map[string]string{"layers": layers}})
					res.nothingTwice()
					if got := res.run("eater"); got != "leaf 1.0.0 sweet\n" {
						t.Errorf("layers=%s: the program says %q", layers, got)
					}
				}
			})
		}
	})
}

// What a registry does not serve, or serves otherwise than Cargo.lock says, is
// an error at the crate's line of Cargo.lock.
func TestRegistryFailures(t *testing.T) {
	tests := []struct {
		reason string
		edit   func(*registry)
		want   []string
	}{
		{"missing", func(r *registry) { r.fail("leaf-1.0.0", http.StatusNotFound) }, []string{"leaf 1.0.0", "does not serve", "404"}},
		{"too many requests", func(r *registry) { r.fail("leaf-1.0.0", http.StatusTooManyRequests) }, []string{"leaf 1.0.0", "429"}},
		{"other bytes", func(r *registry) { r.corrupt("leaf-1.0.0") }, []string{"leaf 1.0.0", "checksum mismatch", "cargo update -p leaf"}},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		for _, tt := range tests {
			t.Run(tt.reason, func(t *testing.T) {
				r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
				tt.edit(r)
				res := b.fail(t, build{dir: newProject(t, foreign, r.values).dir})
				mustShow(t, res.mustSay(tt.want...), "Cargo.lock", `name = "leaf"`)
				res.mustNotRun("deps", "source", "image")
			})
		}
	})
}

// vendored carries the source of its crate.
const vendored = `
-- Cargo.toml --
[package]
name = "eater"
version = "0.1.0"
edition = "2021"

[dependencies]
leaf = "1"

[profile.release]
opt-level = 0
-- src/main.rs --
fn main() {
    println!("{}", leaf::taste());
}
-- .cargo/config.toml --
[source.crates-io]
replace-with = "vendored-sources"

[source.vendored-sources]
directory = "third_party/crates"
-- third_party/crates/leaf/Cargo.toml --
[package]
name = "leaf"
version = "1.0.0"
edition = "2021"
-- third_party/crates/leaf/src/lib.rs --
// @{salt}
pub fn taste() -> &'static str {
    "homegrown"
}
-- third_party/crates/leaf/.cargo-checksum.json --
{"files":{},"package":"@{leaf-1.0.0}"}
-- Cargo.lock --
version = 4

[[package]]
name = "eater"
version = "0.1.0"
dependencies = [
 "leaf",
]
` + lockedLeaf

// A project that carries its own sources is built from them; nothing is
// fetched.
func TestVendored(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		values := map[string]string{"leaf-1.0.0": strings.Repeat("ab", 32)}
		p := newProject(t, vendored, values)
		res := b.build(t, build{dir: p.dir})
		if got := res.run("eater"); got != "homegrown\n" {
			t.Errorf("the program says %q", got)
		}
		p.add("src/main.rs", "// edited\n")
		res = b.build(t, build{dir: p.dir})
		res.mustRun("source")
		res.mustNotRun("deps")
		p.replace("third_party/crates/leaf/src/lib.rs", "homegrown", "grown elsewhere")
		if got := b.build(t, build{dir: p.dir}).run("eater"); got != "grown elsewhere\n" {
			t.Errorf("after an edit of the vendored crate the program says %q", got)
		}
	})
}

// patched has a crate of the registry below which another one is patched.
const patched = `
-- Cargo.toml --
[package]
name = "eater"
version = "0.1.0"
edition = "2021"

[dependencies]
mid = "1"

[patch.crates-io]
leaf = { path = "forks/leaf" }

[profile.release]
opt-level = 0
-- src/main.rs --
// @{salt}
fn main() {
    println!("{}", mid::taste());
}
-- forks/leaf/Cargo.toml --
[package]
name = "leaf"
version = "1.0.9"
edition = "2021"
-- forks/leaf/src/lib.rs --
pub fn taste() -> &'static str {
    "forked"
}
-- Cargo.lock --
version = 4

[[package]]
name = "eater"
version = "0.1.0"
dependencies = [
 "mid",
]

[[package]]
name = "leaf"
version = "1.0.9"

[[package]]
name = "mid"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "@{mid-1.0.0}"
dependencies = [
 "leaf",
]
` + replacedCratesIO

// [patch] by path wins over the registry everywhere, also below a registry's
// crate; an edit of the patched package reaches the program.
func TestPatch(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, patched, r.values)
		res := b.build(t, build{dir: p.dir})
		if got := res.run("eater"); got != "mid over forked\n" {
			t.Errorf("the program says %q", got)
		}
		p.add("src/main.rs", "// edited\n")
		b.build(t, build{dir: p.dir}).mustNotRun("deps")
		p.replace("forks/leaf/src/lib.rs", "forked", "forked again")
		res = b.build(t, build{dir: p.dir})
		res.mustRun("deps")
		if got := res.run("eater"); got != "mid over forked again\n" {
			t.Errorf("after an edit of the patched crate the program says %q", got)
		}
	})
}

// A package that is patched below a crate of the registry reads what lies outside of it as
// with plain cargo: the dependencies are compiled once more, with the file.
func TestPatchReadsOutside(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		name := "eater-" + strings.ToLower(rand.Text()) // what is remembered goes by names
		p := newProject(t, strings.NewReplacer("forks/leaf", "forks/"+name, `"eater"`, `"`+name+`"`, "opt-level = 0", "").Replace(patched), r.values)
		p.write("forks/"+name+"/build.rs", `fn main() {
    println!("cargo:rerun-if-changed=../VERSION");
    let version = std::fs::read_to_string("../VERSION").unwrap_or("none".into());
    println!("cargo:rustc-env=TASTE={version}");
}
`)
		p.replace("forks/"+name+"/src/lib.rs", `"forked"`, `env!("TASTE")`)
		for _, version := range []string{"", "9.9", "10"} {
			if version != "" {
				p.write("forks/VERSION", version)
			}
			res := b.build(t, build{dir: p.dir})
			if got, want := res.run(name), "mid over "+cmp.Or(version, "none")+"\n"; got != want {
				t.Errorf("with the version %q the program says %q, want %q", version, got, want)
			}
			if version != "" {
				res.mustWarn("leaf also reads forks/VERSION: say inputs = [\"forks/VERSION\"] in [package.metadata.rust-frontend] of forks/" + name + "/Cargo.toml")
			}
		}
	})
}

// [patch] by path that the project alone asks for leaves the external
// crates their steps, and the patched package has one of its own.
func TestPatchForTheProjectAlone(t *testing.T) {
	text := strings.NewReplacer(
		`mid = "1"`, "leaf = \"1\"\nsparkling = \"1\"",
		"mid::taste()", "leaf::taste()",
		"\n \"mid\",", "\n \"leaf\",\n \"sparkling\",",
	).Replace(patched)
	at := strings.Index(text, "[[package]]\nname = \"mid\"")
	text = text[:at] + "[[package]]\nname = \"sparkling\"\nversion = \"1.0.0\"\n" +
		"source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"@{sparkling-1.0.0}\"\n" + replacedCratesIO
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, text, r.values)
		one := b.build(t, build{dir: p.dir, args: map[string]string{"layers": "1"}})
		res := b.build(t, build{dir: p.dir})
		res.nothingTwice()
		if got := res.run("eater"); got != "forked\n" || one.digest != res.digest {
			t.Errorf("the program says %q, and the image is %s, that of one step %s", got, res.digest, one.digest)
		}
		p.replace("forks/leaf/src/lib.rs", "forked", "forked again")
		res = b.build(t, build{dir: p.dir})
		res.nothingTwice()
		res.mustNotRun("deps")
		if got := res.run("eater"); got != "forked again\n" {
			t.Errorf("after an edit of the patched package the program says %q", got)
		}
	})
}

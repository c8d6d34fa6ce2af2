package integration

import (
	"cmp"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Projects that read more than their packages' own files, or that lie otherwise than most:
// with default settings the program prints what that of plain cargo prints.
func TestCases(t *testing.T) {
	tests := []struct {
		name, reason string
		file         string // the manifest of the build, below the context; Cargo.toml when empty
		bin          string
		args         map[string]string
		says         string // in a warning; nothing is said when empty
	}{
		{name: "gitsha", reason: "a build script does without a file that it does not find", says: `info also reads VERSION: say inputs = ["VERSION"]`},
		{name: "gensrc", reason: "a build script writes beside the sources of its package"},
		{name: "rmlink", reason: "a readme is a link that leads out of the package", says: "rmlib also reads README.md"},
		{name: "symlinks", reason: "sources are links that lead out of the package", says: "crate1 also reads common/shared.rs, schemas"},
		{name: "cfgenv", reason: "the configuration names a directory that a package reads", says: "mylib also reads assets/a.txt"},
		{name: "testonly", reason: "a package reads an example that lies beside it", says: "corex also reads examples/usage.rs"},
		{name: "metaread", reason: "packages read manifests, as they are written"},
		{name: "twodirs", reason: "packages beside each other, without a manifest above", file: "file-processor/Cargo.toml", bin: "file-processor"},
		{name: "outsidews", reason: "a program that the workspace excludes, over its members", file: "apps/api/Cargo.toml", bin: "api"},
		{name: "readmeabove", reason: "a workspace below the context's root reads what lies above it", file: "src/Cargo.toml", says: "project also reads README.MD"},
		{name: "odd", reason: "a binary whose features are off is not built", bin: "odd", says: "rust-toolchain.toml asks for Rust 1.80.0, and the toolchain toolchain"},
		{name: "brinput", reason: "a name has what a pattern gives a meaning to", says: `lb also reads routes/[slug]/p.html`},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				p := newProject(t, testdata(t, "cases/"+tt.name))
				bin := cmp.Or(tt.bin, "app")
				want := b.cargoSays(t, p, filepath.Dir(tt.file), bin)
				res := b.build(t, build{dir: p.dir, entry: p.path(filepath.Dir(tt.file)), args: tt.args})
				if got := res.run(bin); got != want {
					t.Errorf("%s: the program prints %q, that of plain cargo %q", tt.reason, got, want)
				}
				said := res.said()
				if all := strings.Join(said, "\n"); tt.says == "" && all != "" || !strings.Contains(all, tt.says) {
					t.Errorf("warnings %q, want one with %q", said, tt.says)
				}
			})
		}
	})
}

// cargoSays builds a project with cargo alone, in the toolchain image, and gives what the
// program prints.
func (b *bed) cargoSays(t *testing.T, p *project, dir, bin string) string {
	t.Helper()
	out := t.TempDir()
	b.run(t, &toolchainStep{
		online: true, mounts: map[string]string{"/src": p.dir},
		env: map[string]string{"CARGO_HOME": "/tmp/cargo", "CARGO_TARGET_DIR": "/tmp/target", "BIN": bin, "DIR": dir},
		script: `cd "/src/$DIR"
cargo build --release --locked --quiet --bin "$BIN"
"/tmp/target/release/$BIN" >/out/said`,
	}, out)
	said, err := os.ReadFile(filepath.Join(out, "said"))
	check(t, err)
	return string(said)
}

// A pattern of `inputs` that matches nothing is an error at its line, since the file that is
// meant would be missed.
func TestInputsThatMatchNothing(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := newProject(t, testdata(t, "cases/brinput"))
		p.add("lb/Cargo.toml", "[package.metadata.rust-frontend]\ninputs = [\"routes/[slug]/**\"]\n")
		res := b.fail(t, build{dir: p.dir})
		res.mustSay(`lb/Cargo.toml:6: inputs: "routes/[slug]/**" matches no file of the build context`)
		res.mustSay(`write \[ and \]`)
		p.replace("lb/Cargo.toml", `"routes/[slug]/**"`, `'routes/\[slug\]/**'`)
		if res := b.build(t, build{dir: p.dir}); len(res.warnings) > 0 {
			t.Errorf("warning: %s", res.warnings[0].Short)
		}
	})
}

// What a package was found to read is remembered: after an edit it is compiled once. A
// machine that knows nothing compiles it a second time, and who names the file in `inputs`
// nowhere.
func TestWhatIsReadIsRemembered(t *testing.T) {
	b := newDaemon(t, inProcess)
	p := newProject(t, testdata(t, "cases/gitsha"))
	// Cargo runs a script again and again that watches what is not there.
	p.replace("info/build.rs", "../.git/HEAD", "build.rs")
	compiled := func(res *result) int { return res.timesCompiled("info 0.1.0") }
	app := func(what string, res *result) {
		t.Helper()
		if n := res.timesCompiled("app 0.1.0"); n != 1 {
			t.Errorf("%s app is compiled %d times, want 1\n%s", what, n, res.log())
		}
	}
	res := b.build(t, build{dir: p.dir})
	if n := compiled(res); n != 2 {
		t.Errorf("at first info is compiled %d times, want 2", n)
	}
	app("at first", res)
	p.add("app/src/main.rs", "\n// An edit above what reads.\n")
	res = b.build(t, build{dir: p.dir})
	app("after an edit", res)
	if n := compiled(res); n != 0 {
		t.Errorf("after an edit of app info is compiled %d times\n%s", n, res.log())
	}
	p.replace("info/src/lib.rs", `"+"`, `" and "`)
	res = b.build(t, build{dir: p.dir})
	if n := compiled(res); n != 1 {
		t.Errorf("after an edit info is compiled %d times, want 1\n%s", n, res.log())
	}
	app("after an edit below", res)
	res.mustWarnToo("info also reads VERSION")
	if got, want := res.run("app"), b.cargoSays(t, p, ".", "app"); got != want {
		t.Errorf("the program prints %q, that of plain cargo %q", got, want)
	}
	p.remove("VERSION")
	res = b.build(t, build{dir: p.dir})
	if got, want := res.run("app"), b.cargoSays(t, p, ".", "app"); got != want {
		t.Errorf("without the file the program prints %q, that of plain cargo %q", got, want)
	}
	p.write("VERSION", "10\n")
	p.add("info/Cargo.toml", "[package.metadata.rust-frontend]\ninputs = [\"VERSION\"]\n")
	res = b.build(t, build{dir: p.dir})
	if n, said := compiled(res), res.said(); n != 1 || len(said) != 1 || !strings.Contains(said[0], " looks for .git, ") {
		t.Errorf("with `inputs` info is compiled %d times, warnings %q", n, res.said())
	}
}

// A build of what was built in a second try compiles nothing.
func TestNothingAfterASecondTry(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := newProject(t, `
-- Cargo.toml --
[package]
name = "app"
version = "0.1.0"
edition = "2021"

[workspace]
exclude = ["other"]
-- Cargo.lock --
version = 4

[[package]]
name = "app"
version = "0.1.0"
-- src/main.rs --
// @{salt}
fn main() {
    println!("{}", include_str!("../Cargo.toml").lines().nth(2).unwrap());
}
`)
		b.build(t, build{dir: p.dir}).mustRun("source")
		b.build(t, build{dir: p.dir}).mustNotRun("source", "image")
	})
}

// A readme that nothing reads is in no key, nor are tests; one that is read compiles its
// package, wherever it is named.
func TestUnreadFiles(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		own := strings.ToLower(rand.Text()) // what is remembered goes by names
		p := newProject(t, `
-- Cargo.toml --
[workspace]
resolver = "2"
members = ["lib", "app"]
-- Cargo.lock --
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "lib-@{own}",
]

[[package]]
name = "lib-@{own}"
version = "0.1.0"
-- lib/Cargo.toml --
[package]
name = "lib-@{own}"
version = "0.1.0"
edition = "2021"
-- lib/src/lib.rs --
// @{salt}
pub mod docs;
-- lib/src/docs.rs --
pub const READ: &str = concat!("nothing of ", env!("CARGO_PKG_README"));
-- lib/README.md --
one
-- lib/tests/t.rs --
#[test]
fn test() {}
-- app/Cargo.toml --
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
lib-@{own} = { path = "../lib" }
-- app/src/main.rs --
fn main() {
    println!("{}", lib_@{own}::docs::READ.trim());
}
-- app/README.md --
of the program
`, map[string]string{"own": own})
		says := func(res *result, want string) {
			t.Helper()
			if got := res.run("app"); got != want+"\n" {
				t.Errorf("the program prints %q, want %q", got, want)
			}
		}
		says(b.build(t, build{dir: p.dir}), "nothing of README.md")
		p.write("lib/README.md", "two")
		p.write("app/README.md", "of the program too")
		p.add("lib/tests/t.rs", "#[test]\nfn another() {}\n")
		res := b.build(t, build{dir: p.dir})
		res.mustNotRun("source", "image")
		says(res, "nothing of README.md")
		p.write("lib/src/docs.rs", "pub const READ: &str = include_str!(\"../README.md\");")
		res = b.build(t, build{dir: p.dir})
		res.mustWarn("lib-" + own + " also reads lib/README.md")
		says(res, "two")
		p.write("lib/README.md", "three")
		says(b.build(t, build{dir: p.dir}), "three")
		p.write("app/README.md", "of the program again")
		b.build(t, build{dir: p.dir}).mustNotRun("source", "image")
	})
}

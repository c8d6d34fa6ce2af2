package integration

import (
	"strings"
	"testing"
	"time"

	"github.com/org/rust-frontend/manifest"
)

// The real sources win over the stubs of the dependencies step whatever the
// time of the files: result.files refuses a stub in any image.
func TestOldFiles(t *testing.T) {
	times := map[string]time.Time{
		"old":    time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC),
		"epoch":  time.Unix(0, 0),
		"future": time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		for name, at := range times {
			t.Run(name, func(t *testing.T) {
				r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
				p := newProject(t, testdata(t, "workspace"), r.values)
				p.date(at)
				res := b.build(t, build{dir: p.dir, attrs: target("app")})
				if got := res.run("app"); !strings.HasPrefix(got, "app 1.2.3 42 generated leaf") {
					t.Errorf("the program says %q", got)
				}
				p.replace("crates/base/data/generated.txt", "generated", "generated again")
				p.replace("crates/app/words.txt", "many words", "other words altogether")
				p.replace("crates/macros/src/lib.rs", "2 *", "20 *")
				p.date(at)
				res = b.build(t, build{dir: p.dir, attrs: target("app")})
				if got := res.run("app"); got != "app 1.2.3 420 generated again leaf 1.0.0 sour outside\nother words altogether\n" {
					t.Errorf("after an edit the program says %q", got)
				}
			})
		}
	})
}

// Nothing that looks like a build's output is taken for it.
func TestPoisonedTarget(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "workspace"), r.values)
		for _, dir := range []string{"target/release", "target/x86_64-unknown-linux-musl/release", "crates/app/target/release"} {
			p.write(dir+"/app", "#!/bin/false\n"+manifest.StubMarker)
			p.write(dir+"/.fingerprint/app-0123456789abcdef/bin-app", "0123456789abcdef")
		}
		res := b.build(t, build{dir: p.dir, attrs: target("app")})
		if got := res.run("app"); !strings.HasPrefix(got, "app 1.2.3 42 ") {
			t.Errorf("the program says %q", got)
		}
	})
}

// A crate of a registry may be called like a member whose stub is removed.
func TestSameNames(t *testing.T) {
	const text = `
-- Cargo.toml --
[package]
name = "eater"
version = "0.1.0"
edition = "2021"

[dependencies]
mine = { package = "leaf", path = "leaf" }
theirs = { package = "leaf", version = "1" }

[workspace]

[profile.release]
opt-level = 0
-- src/main.rs --
// @{salt}
fn main() {
    println!("{}, {}", mine::taste(), theirs::taste());
}
-- leaf/Cargo.toml --
[package]
name = "leaf"
version = "7.0.0"
edition = "2021"
-- leaf/src/lib.rs --
pub fn taste() -> &'static str {
    "mine"
}
-- Cargo.lock --
version = 4

[[package]]
name = "eater"
version = "0.1.0"
dependencies = [
 "leaf 1.0.0",
 "leaf 7.0.0",
]
` + lockedLeaf + `
[[package]]
name = "leaf"
version = "7.0.0"
` + replacedCratesIO
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, text, r.values)
		if got := b.build(t, build{dir: p.dir}).run("eater"); got != "mine, leaf 1.0.0 sweet\n" {
			t.Errorf("the program says %q", got)
		}
		p.replace("leaf/src/lib.rs", "mine", "still mine")
		if got := b.build(t, build{dir: p.dir}).run("eater"); got != "still mine, leaf 1.0.0 sweet\n" {
			t.Errorf("after an edit the program says %q", got)
		}
	})
}

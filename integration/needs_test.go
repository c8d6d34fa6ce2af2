package integration

import (
	"strings"
	"testing"
)

// A build script that lacks what its crate is known to need is followed by what to do, with
// the names of the packages that have it; in the crate graph and in one layer.
func TestNeedsAreNamed(t *testing.T) {
	const crate = `
-- openssl-sys-0.9.999/Cargo.toml --
[package]
name = "openssl-sys"
version = "0.9.999"
edition = "2021"
build = "build.rs"
-- openssl-sys-0.9.999/build.rs --
// @{salt}
fn main() {
    panic!("Could not find directory of OpenSSL installation");
}
-- openssl-sys-0.9.999/src/lib.rs --
`
	const project = `
-- Cargo.toml --
[package]
name = "eater"
version = "0.1.0"
edition = "2021"

[dependencies]
openssl-sys = "0.9"
-- src/main.rs --
fn main() {}
-- Cargo.lock --
version = 4

[[package]]
name = "eater"
version = "0.1.0"
dependencies = [
 "openssl-sys",
]

[[package]]
name = "openssl-sys"
version = "0.9.999"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "@{openssl-sys-0.9.999}"
` + replacedCratesIO
	b := newBed(t, inProcess)
	p := newProject(t, project, newRegistry(t, "/dl/{crate}/{version}", crate).values)
	for _, layers := range []string{"crate", "1"} {
		res := b.fail(t, build{dir: p.dir, args: map[string]string{"layers": layers}})
		res.mustSay("compile openssl-sys 0.9.999 failed: exit code 101")
		const want = "openssl-sys needs OpenSSL: set `toolchain` to an image that has it (on Alpine the packages openssl-dev"
		if !strings.Contains(res.log(), want) {
			t.Errorf("layers = %s: no step says %q:\n%s", layers, want, res.log())
		}
	}
}

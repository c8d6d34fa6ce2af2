package integration

import (
	"fmt"
	"strings"
	"testing"
)

// oddTests is a workspace whose tests are unusual: the first resolver and edition,
// a package that is its own dev-dependency, a renamed crate, targets that are
// switched off or need a feature, a member with nothing but a test.
const oddTests = `
-- Cargo.toml --
[workspace]
members = ["checks"]
default-members = [".", "checks"]

[package]
name = "odd"
version = "0.1.0"

[lib]
test = false
path = "src/odd.rs"

[features]
extra = []
never = []

[dependencies]
leaf = { version = "1", default-features = false }

[dev-dependencies]
odd = { path = ".", features = ["extra"] }
leaf = { version = "1", features = ["sour"] }
taste = { package = "mid", version = "1" }

[[test]]
name = "named"
path = "checks/named.rs"

[[test]]
name = "never"
path = "checks/never.rs"
required-features = ["never"]

[[bench]]
name = "speed"
harness = false
-- src/odd.rs --
extern crate leaf;

/// Says whether.
///
/// ~~~
/// assert_eq!(odd::extra(), true);
/// ~~~
pub fn extra() -> bool {
    cfg!(feature = "extra")
}

#[test]
fn of_the_library() {}
-- benches/speed.rs --
fn main() {
    not compiled
}
-- tests/found.rs --
not found by cargo: the first edition looks for no test when the manifest names one
-- checks/named.rs --
// @{salt}
extern crate odd;
extern crate taste;

#[test]
fn of_the_feature() {
    assert!(odd::extra());
    assert_eq!(taste::taste(), "mid over leaf 1.0.0 both");
}
-- checks/never.rs --
not compiled
-- checks/Cargo.toml --
[package]
name = "checks"
version = "0.1.0"
edition = "2021"

[dependencies]
mid = "1"
odd = { path = ".." }
-- checks/tests/only.rs --
#[test]
fn of_the_tests_alone() {
    assert!(mid::taste().starts_with("mid over leaf"));
}
-- Cargo.lock --
version = 4

[[package]]
name = "checks"
version = "0.1.0"
dependencies = [
 "mid",
 "odd",
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
name = "odd"
version = "0.1.0"
dependencies = [
 "leaf",
 "mid",
 "odd",
]
` + replacedCratesIO

// Whatever a project's form, its tests run as cargo runs them, and no dependency
// is compiled in their step.
func TestTestsOfOddProjects(t *testing.T) {
	tests := []struct {
		reason, text string
		change       func(*project)
		prints       []string
		not          []string
	}{
		{reason: "unusual tests", text: oddTests,
			prints: []string{"of_the_feature ... ok", "of_the_tests_alone ... ok", "Doc-tests odd"}, not: []string{"of_the_library"}},
		{reason: "the profile of images, with LTO and panic=abort", text: testdata(t, "layers"),
			change: func(p *project) {
				p.add("Cargo.toml", "lto = true\npanic = \"abort\"\n[package.metadata.rust-frontend]\nprofile = \"release\"\n")
				p.add("src/main.rs", "#[test]\nfn of_the_program() {}\n")
			}, prints: []string{"Finished `release` profile", "of_the_program ... ok"}},
		{reason: "vendored crates", text: vendored,
			change: func(p *project) {
				p.write("tests/of.rs", "#[test]\nfn of_the_crate() { assert_eq!(leaf::taste(), \"homegrown\"); }\n")
			}, prints: []string{"of_the_crate ... ok"}},
		{reason: "a patched package that is tested too", text: patched,
			change: func(p *project) {
				p.add("Cargo.toml", "[workspace]\nmembers = [\"forks/leaf\"]\ndefault-members = [\".\", \"forks/leaf\"]\n")
				p.add("forks/leaf/src/lib.rs", "#[test]\nfn of_the_fork() {}\n")
				p.write("tests/of.rs", "#[test]\nfn of_the_crate() { assert_eq!(mid::taste(), \"mid over forked\"); }\n")
			}, prints: []string{"of_the_crate ... ok", "of_the_fork ... ok"}},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		for _, tt := range tests {
			t.Run(tt.reason, func(t *testing.T) {
				r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
				p := newProject(t, tt.text, r.values)
				if tt.change != nil {
					tt.change(p)
				}
				res := b.build(t, goal("test", "").of(p))
				res.mustPrint(tt.prints...)
				for _, text := range tt.not {
					if strings.Contains(res.output(), text) {
						t.Errorf("a step prints %q", text)
					}
				}
				if again := res.crates("test"); len(again) > 0 {
					t.Errorf("the tests' step compiles %v\n%s", again, res.log())
				}
				for _, stage := range []string{"check", "doc"} {
					b.build(t, goal(stage, "").of(p))
				}
			})
		}
	})
}

// A test that exits by itself has its code printed by cargo, which runs all tests before it
// fails and gives 101 for any.
func TestExitCodeOfTests(t *testing.T) {
	const code = 97
	eachDriver(t, func(t *testing.T, b *bed) {
		p := newProject(t, libraryOnly)
		p.add("Cargo.toml", "[[test]]\nname = \"exits\"\nharness = false\n")
		p.write("tests/exits.rs", fmt.Sprintf("fn main() { std::process::exit(%d) }\n", code))
		res := b.fail(t, goal("test", "").of(p))
		res.mustSay("failed with exit code 101")
		if own := fmt.Sprintf("exit status: %d", code); !strings.Contains(res.output(), own) {
			t.Errorf("the output does not have %q:\n%s", own, res.output())
		}
	})
}

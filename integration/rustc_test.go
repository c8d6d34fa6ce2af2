package integration

import (
	"strings"
	"testing"
)

// rustc's own errors reach the user whole, with the paths of their tree.
func TestCompilerErrors(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "workspace"), r.values)
		t.Run("member", func(t *testing.T) {
			p.replace("crates/app/src/words.rs", `include_str!("../words.txt").trim()`, "12345")
			res := b.fail(t, build{dir: p.dir, attrs: target("app")})
			for _, want := range []string{
				"error[E0308]: mismatched types", "--> crates/app/src/words.rs:2:5",
				"12345", "expected `&str`, found integer", "could not compile `app`",
			} {
				if !strings.Contains(res.output(), want) {
					t.Errorf("the log does not contain %q:\n%s", want, res.log())
				}
			}
			res.mustRun("deps")
			res.mustNotRun("image")
		})
		t.Run("crate", func(t *testing.T) {
			r := newRegistry(t, "/dl/{crate}/{version}", strings.Replace(testdata(t, "crates"), `"leaf 1.0.0 sour"`, "12345", 1))
			p := newProject(t, testdata(t, "workspace"), r.values)
			res := b.fail(t, build{dir: p.dir, attrs: target("app")})
			for _, want := range []string{"error[E0308]", "/vendor/leaf-1.0.0/src/lib.rs:6:26", "could not compile `leaf`"} {
				if !strings.Contains(res.output(), want) {
					t.Errorf("the log does not contain %q:\n%s", want, res.log())
				}
			}
			res.mustNotRun("source", "image")
		})
		// The step has other packages too, and begins with one of them.
		t.Run("build script of a crate", func(t *testing.T) {
			r := newRegistry(t, "/dl/{crate}/{version}", strings.Replace(testdata(t, "crates"), `println!("cargo:rerun-if-changed=src");`, `panic!("no such library");`, 1))
			p := newProject(t, testdata(t, "layers"), r.values)
			p.add("Cargo.toml", "[package.metadata.rust-frontend]\nenv = { SECRET = \"the-value\" }\n")
			res := b.fail(t, build{dir: p.dir, args: map[string]string{"layers": "2"}})
			res.mustPrint("no such library", "failed to run custom build command for `scripted v1.0.0`")
			if got := res.err.Error(); !strings.HasSuffix(got, "compile scripted 1.0.0 failed: exit code 101") || strings.Contains(got, "\n") {
				t.Errorf("the error is %q", got)
			}
			file, line := shown(res.err)
			lines := strings.Split(p.read("Cargo.lock"), "\n")
			if file != "Cargo.lock" || line == 0 || !strings.Contains(strings.Join(lines[line-1:line+1], ""), `name = "scripted"`) {
				t.Errorf("the error shows line %d of %s", line, file)
			}
			if strings.Contains(res.log()+res.err.Error(), "the-value") {
				t.Errorf("the value of a variable shows:\n%s", res.log())
			}
		})
		// Several mounts of the step are of one result, which BuildKit gets wrong.
		t.Run("over crates of one step", func(t *testing.T) {
			p := newProject(t, testdata(t, "layers"), r.values)
			p.add("src/main.rs", "const WRONG: u8 = \"wrong\";\n")
			res := b.fail(t, build{dir: p.dir, args: map[string]string{"layers": "2"}})
			res.mustPrint("error[E0308]: mismatched types")
			res.mustSay("compile app 0.1.0 failed: exit code 101")
		})
	})
}

// A compiler's warnings are in the log too.
func TestCompilerWarnings(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "workspace"), r.values)
		p.add("crates/app/src/words.rs", "fn nobody_calls_this() {}\n")
		res := b.build(t, build{dir: p.dir, attrs: target("app")})
		if !strings.Contains(res.output(), "nobody_calls_this") || !strings.Contains(res.output(), "crates/app/src/words.rs:4:4") {
			t.Errorf("the log does not contain the warning:\n%s", res.log())
		}
	})
}

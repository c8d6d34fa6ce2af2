package integration

import (
	"strings"
	"testing"

	"github.com/moby/buildkit/client/llb"
)

// byUnit has cargo lay out what it compiles as Rust 1.100 does by default.
const byUnit = "CARGO_UNSTABLE_BUILD_DIR_NEW_LAYOUT=true,RUSTC_BOOTSTRAP=1"

// anyBootstrap is the registry's crates without the one that refuses that variable.
func anyBootstrap(t *testing.T) string {
	return strings.Replace(testdata(t, "crates"), `assert!(std::env::var_os("RUSTC_BOOTSTRAP").is_none());`, "", 1)
}

// A package that cargo compiles again although a layer had is named, in both layouts. Here
// its build script watches a variable that the steps have different values of.
func TestCompiledTwiceIsNamed(t *testing.T) {
	b := newBed(t, inProcess)
	for name, env := range map[string]string{"by kind": "", "by unit": byUnit} {
		t.Run(name, func(t *testing.T) {
			crates := strings.Replace(watching(anyBootstrap(t)), `std::fs::write("written-by-the-script", "").unwrap();`, "", 1)
			p := newProject(t, testdata(t, "layers"), newRegistry(t, "/dl/{crate}/{version}", crates).values)
			args := map[string]string{"layers": "crate"}
			if env != "" {
				args["env"] = env
				p.replace("build.rs", `assert!(std::env::var_os("RUSTC_BOOTSTRAP").is_none());`, "")
			}
			res := b.build(t, build{dir: p.dir, args: args})
			const want = "cargo compiled packages again that a layer had compiled: scripted"
			var got []string
			for _, w := range res.warnings {
				if w.URL == "" {
					got = append(got, string(w.Short))
				}
			}
			if len(got) != 1 || got[0] != want {
				t.Errorf("the warnings are %q, want %q", got, want)
			}
			if got := strings.TrimSpace(res.run("app")); got != layersSay {
				t.Errorf("the program says %q, want %q", got, layersSay)
			}
		})
	}
}

// watching has the build script of a crate watch what the steps have different values of, so
// that cargo runs it again in the last one.
func watching(crates string) string {
	return strings.Replace(crates, `println!("cargo:rerun-if-changed=src");`, `println!("cargo:rerun-if-env-changed=RUSTC_WORKSPACE_WRAPPER");`, 1)
}

// A package that is compiled again and writes into its own sources may do so in one layer
// only, and the error says that.
func TestWritesWhereItMayNot(t *testing.T) {
	b := newBed(t, inProcess)
	p := newProject(t, testdata(t, "layers"), newRegistry(t, "/dl/{crate}/{version}", watching(testdata(t, "crates"))).values)
	res := b.fail(t, build{dir: p.dir, args: map[string]string{"layers": "crate"}})
	const said = "cargo compiles it again where it may not: say layers = 1"
	if !strings.Contains(res.log(), said) {
		t.Errorf("no step says %q:\n%s", said, res.log())
	}
	res = b.build(t, build{dir: p.dir, args: map[string]string{"layers": "1"}})
	if got := strings.TrimSpace(res.run("app")); got != layersSay {
		t.Errorf("the program says %q, want %q", got, layersSay)
	}
}

// What cargo lays out in a way that nobody knows yet is compiled in one step, and the
// build says so. The toolchain's cargo is a fake in this alone: it renames a directory that
// it makes.
func TestUnknownLayout(t *testing.T) {
	const cargo = `#!/bin/sh
rename() {
  for d in "$CARGO_TARGET_DIR"/*/"$1" "$CARGO_TARGET_DIR"/*/*/"$1"; do
    if [ -d "$d" ]; then mv "$d" "${d%/*}/$2"; fi
  done
}
rename .prints .fingerprint
/usr/bin/cargo "$@"
code=$?
rename .fingerprint .prints
exit $code
`
	b := newBed(t, inProcess)
	toolchain := llb.OCILayout("docker.io/library/toolchain@"+b.toolchain.digest, llb.OCIStore("", "toolchain")).
		File(llb.Mkfile("/usr/local/bin/cargo", 0o755, []byte(cargo)))
	p := newProject(t, testdata(t, "layers"), newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates")).values)
	req := build{dir: p.dir, inputs: map[string]llb.State{"toolchain": toolchain}}
	res := b.build(t, req)
	if len(res.compiled()) > 1 {
		t.Errorf("several steps compile %q", res.compiled())
	}
	said := false
	for _, w := range res.warnings {
		said = said || strings.Contains(string(w.Short), "in a way that this version of rust-frontend does not know")
	}
	if !said {
		t.Errorf("no warning says so:\n%s", res.log())
	}
	if got := strings.TrimSpace(res.run("app")); got != layersSay {
		t.Errorf("the program says %q, want %q", got, layersSay)
	}
	p.replace("src/main.rs", `"{}, {}`, `"{} and {}`)
	res = b.build(t, req)
	res.mustNotRun("deps")
	if got := strings.TrimSpace(res.run("app")); !strings.Contains(got, " and ") {
		t.Errorf("after an edit the program says %q", got)
	}
}

// Directories that the project's own configuration names for what cargo compiles are those
// of its working copy, and disturb no step.
func TestProjectsOwnDirectories(t *testing.T) {
	b := newBed(t, inProcess)
	for _, args := range []map[string]string{{"layers": "crate"}, {"layers": "1"}, {"layers": "crate", "env": byUnit}} {
		p := newProject(t, testdata(t, "members"), newRegistry(t, "/dl/{crate}/{version}", anyBootstrap(t)).values)
		p.add(".cargo/config.toml", "\n[build]\nbuild-dir = \"elsewhere/build\"\ntarget-dir = \"elsewhere/target\"\n\n[env]\nCARGO_BUILD_BUILD_DIR = \"elsewhere\"\n")
		res := b.build(t, build{dir: p.dir, args: args, attrs: target("app")})
		res.nothingTwice()
		if got := strings.TrimSpace(res.run("app")); got != membersSay {
			t.Errorf("%v: the program says %q, want %q", args, got, membersSay)
		}
	}
}

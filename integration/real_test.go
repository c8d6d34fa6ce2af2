package integration

import (
	"bytes"
	"debug/elf"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/org/rust-frontend/integration/published"
)

var real = flag.String("real", "zoxide,ripgrep-workspace", "projects of TestRealProjects and TestRealTargets: names separated by commas, or all")

// realProject is a package of crates.io that has a binary and a Cargo.lock.
type realProject struct {
	name, version, bin string
	// reason says what this project tries that others do not.
	reason string
	// debug is true where the release profile makes debug information.
	debug bool
	// unused are packages that `cargo tree` names and cargo never compiles: build
	// dependencies of a package that has no build script.
	unused []string
}

func realProjects() []realProject {
	ripgrep := realProject{name: "ripgrep", version: "15.2.0", bin: "rg", debug: true}
	single, workspace := ripgrep, ripgrep
	single.reason = "a binary with an odd path, jemalloc on musl"
	workspace.name, workspace.reason = "ripgrep-workspace", "its own libraries as members"
	return []realProject{
		{name: "zoxide", version: "0.10.0", bin: "zoxide", reason: "templates that are read while compiling"},
		{name: "fd-find", version: "10.5.0", bin: "fd", reason: "LTO, one codegen unit, jemalloc"},
		{name: "hyperfine", version: "1.20.0", bin: "hyperfine", reason: "a build script that writes completions"},
		{name: "just", version: "1.59.0", bin: "just", reason: "many procedural macros"},
		single, workspace,
		{name: "miniserve", version: "0.35.0", bin: "miniserve", reason: "C code, 293 packages",
			unused: []string{"rustc_version 0.4.1", "semver 1.0.28"}},
	}
}

// chosenProjects are those of the flag -real. A name that is none of them fails
// the test, which would look at nothing.
func chosenProjects(t *testing.T) []realProject {
	t.Helper()
	all := realProjects()
	if *real == "all" {
		return all
	}
	var out []realProject
	for name := range strings.SplitSeq(*real, ",") {
		i := slices.IndexFunc(all, func(p realProject) bool { return p.name == name })
		if i < 0 {
			t.Fatalf("-real=%s: there is no project %q", *real, name)
		}
		out = append(out, all[i])
	}
	return out
}

// A project of crates.io builds without a setting, runs, and is bit for bit
// what plain cargo makes of it in the same toolchain at the same paths. Where that
// has debug information, it is taken out of cargo's binary in the same way. The
// other driver finds all of its steps done.
func TestRealProjects(t *testing.T) {
	b := newBed(t, gateway)
	for _, p := range chosenProjects(t) {
		t.Run(p.name, func(t *testing.T) {
			dir := b.fetchReal(t, p)
			res := b.build(t, build{dir: dir, attrs: target(p.bin)})
			upstream := published.Package(p.name)
			if got := res.run(p.bin, "--version"); !strings.Contains(got, p.version) {
				t.Errorf("%s --version says %q", p.bin, got)
			}
			ours := filepath.Join(res.files(), "usr/local/bin", p.bin)
			mustBeStatic(t, ours)
			sameBinary(t, upstream, ours, b.plainCargo(t, p, dir))
			res.nothingTwice()
			other := newBed(t, inProcess).build(t, build{dir: dir, attrs: target(p.bin)})
			other.mustNotRun("fetch", "deps", "source", "image")
			other.nothingTwice()
			if other.digest != res.digest {
				t.Errorf("the image of the frontend in process is %s, that of its image %s", other.digest, res.digest)
			}
			one := b.build(t, build{dir: dir, attrs: target(p.bin), args: map[string]string{"layers": "1"}})
			if one.digest != res.digest {
				t.Errorf("the image of one layer is %s, that of many %s", one.digest, res.digest)
				sameBinary(t, upstream, filepath.Join(one.files(), "usr/local/bin", p.bin), ours)
			}
		})
	}
}

// fetchReal gives a directory with the project.
func (b *bed) fetchReal(t *testing.T, p realProject) string {
	t.Helper()
	origin, err := published.ParseOrigin(published.Crate + ":" + p.name + "@" + p.version)
	check(t, err)
	m := published.Machine{BuildKit: b.client, ToolchainLayout: b.toolchain.dir, ToolchainDigest: b.toolchain.digest}
	dir, err := m.Fetch(t.Context(), origin, t.TempDir())
	check(t, err)
	return dir
}

// plainCargo builds the project with cargo alone and gives the binary.
func (b *bed) plainCargo(t *testing.T, p realProject, dir string) string {
	t.Helper()
	triple := muslTriple()
	strip, handOut := "symbols", `cp "$bin" /out/`
	if p.debug {
		strip = "none"
		handOut = `objcopy --only-keep-debug "$bin" "/out/${bin##*/}.debug"
objcopy --strip-all --add-gnu-debuglink="/out/${bin##*/}.debug" "$bin" "/out/${bin##*/}"`
	}
	out := t.TempDir()
	b.run(t, cargoAlone(dir, map[string]string{"CARGO_INCREMENTAL": "0", "CARGO_PROFILE_RELEASE_STRIP": strip},
		fmt.Sprintf(`cargo build --release --locked --offline --target %[1]s --bin %[2]s
bin=/target/%[1]s/release/%[2]s
%[3]s`, triple, p.bin, handOut)), out)
	return filepath.Join(out, p.bin)
}

// cargoAlone runs a script in a project without the frontend: in the toolchain's
// root, at the frontend's paths, over vendored crates and without a network.
func cargoAlone(dir string, env map[string]string, script string) *toolchainStep {
	mounts := map[string]string{"/src": dir}
	all := map[string]string{"CARGO_HOME": "/cargo", "CARGO_TARGET_DIR": "/target"}
	maps.Copy(all, env)
	return &toolchainStep{
		vendor: &toolchainStep{
			online: true, mounts: mounts,
			env:    map[string]string{"CARGO_HOME": "/tmp/cargo"},
			script: "cd /src\ncargo vendor --locked --versioned-dirs --quiet /out",
		},
		mounts: mounts,
		env:    all,
		script: `mkdir -p /cargo /target
cat >/cargo/config.toml <<END
[source.crates-io]
replace-with = "vendored-sources"
[source.vendored-sources]
directory = "/vendor"
END
cd /src
` + script,
	}
}

// sameBinary compares two binaries and says in which sections they differ.
func sameBinary(t *testing.T, name, ours, cargos string) {
	t.Helper()
	a, err := os.ReadFile(ours)
	check(t, err)
	b, err := os.ReadFile(cargos)
	check(t, err)
	if bytes.Equal(a, b) {
		t.Logf("%s: %d bytes, the same as plain cargo's on %s", name, len(a), runtime.GOARCH)
		return
	}
	t.Errorf("%s: %d bytes, but plain cargo's has %d", name, len(a), len(b))
	one, err := elf.NewFile(bytes.NewReader(a))
	check(t, err)
	two, err := elf.NewFile(bytes.NewReader(b))
	check(t, err)
	for _, s := range one.Sections {
		other := two.Section(s.Name)
		if other == nil {
			t.Logf("section %s is in one only", s.Name)
			continue
		}
		x, _ := s.Data()
		y, _ := other.Data()
		if !bytes.Equal(x, y) {
			t.Logf("section %s differs: %d and %d bytes", s.Name, len(x), len(y))
		}
	}
}

// cargoTree lists the packages that cargo shows for some kinds of edges.
func (b *bed) cargoTree(t *testing.T, p realProject, dir, edges string) []string {
	t.Helper()
	out := t.TempDir()
	b.run(t, &toolchainStep{
		online: true, mounts: map[string]string{"/src": dir},
		env: map[string]string{"CARGO_HOME": "/tmp/cargo"},
		script: fmt.Sprintf("cd /src\ncargo tree --locked -p %s -e %s --target %s --prefix none --format '{p}' >/out/tree",
			strings.TrimSuffix(p.name, "-workspace"), edges, muslTriple()),
	}, out)
	data, err := os.ReadFile(filepath.Join(out, "tree"))
	check(t, err)
	var names []string
	for line := range strings.Lines(string(data)) {
		if words := strings.Fields(line); len(words) > 1 {
			names = append(names, words[0]+" "+strings.TrimPrefix(words[1], "v"))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// muslTriple is the target of an image for this machine.
func muslTriple() string { return strings.Replace(gnuTriple(), "-gnu", "-musl", 1) }

package integration

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/txtar"

	"github.com/org/rust-frontend/plan"
)

// cargoScript is one script of the cargo suite: its directory is the project. What lies
// in crates/NAME-VERSION comes from a registry, what lies in git/NAME from a repository.
type cargoScript struct {
	t       *testing.T
	bed     *bed
	file    string // the script
	project *project
	vendor  string            // the crates, as plain cargo gets them
	git     bool              // there are repositories, which plain cargo gets no network for
	values  map[string]string // of the crates and repositories, for Cargo.lock
	args    []string          // of the last build
	last    *result
	bins    []string // of the last image
	said    string   // by them
}

// newCargoScript makes a project of a script's files. Nothing that is compiled was
// compiled before: each Rust file ends in a comment that is new.
func newCargoScript(t *testing.T, b *bed, file, dir string) *cargoScript {
	t.Helper()
	s := &cargoScript{t: t, bed: b, file: file, project: &project{t: t, dir: dir}, values: map[string]string{}}
	s.project.remove(".tmp") // testscript's
	salt := rand.Text()
	s.each(func(name, text string) {
		if strings.HasSuffix(name, ".rs") {
			s.project.write(name, text+"// "+salt+"\n")
		}
	})
	s.publish()
	s.repositories()
	s.each(func(name, text string) {
		if now := expand(text, s.values); now != text {
			s.project.write(name, now)
		}
	})
	if *update && exists(s.project.path("Cargo.toml")) && !exists(s.project.path("Cargo.lock")) {
		s.lock([]string{"Cargo.lock"})
	}
	return s
}

// each calls a function with every file.
func (s *cargoScript) each(do func(name, text string)) {
	for name, mode := range tree(s.t, s.project.dir) {
		if mode.IsRegular() {
			do(name, s.project.read(name))
		}
	}
}

// publish moves the crates into a registry.
func (s *cargoScript) publish() {
	dir := s.project.path("crates")
	if !exists(dir) {
		return
	}
	var files txtar.Archive
	check(s.t, fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files.Files = append(files.Files, txtar.File{Name: name, Data: []byte(s.project.read(filepath.Join("crates", name)))})
		}
		return err
	}))
	r := newRegistry(s.t, "/dl/{crate}/{version}", string(txtar.Format(&files)))
	s.values = r.values
	s.vendor = filepath.Join(s.t.TempDir(), "vendor")
	check(s.t, os.Rename(dir, s.vendor))
	for crate, sum := range r.values {
		if crate == "registry" {
			continue
		}
		data, err := json.Marshal(map[string]any{"files": map[string]string{}, "package": sum})
		check(s.t, err)
		check(s.t, os.WriteFile(filepath.Join(s.vendor, crate, ".cargo-checksum.json"), data, 0o644))
	}
	config := ""
	if data, err := os.ReadFile(s.project.path(".cargo/config.toml")); err == nil {
		config = string(data)
	}
	s.project.write(".cargo/config.toml", config+
		"[source.crates-io]\nreplace-with = \"test\"\n[source.test]\nregistry = \"sparse+"+r.url+"/index/\"\n")
}

// repositories makes each directory below git one of its own.
func (s *cargoScript) repositories() {
	entries, err := os.ReadDir(s.project.path("git"))
	if err != nil {
		return
	}
	server := newGitServer(s.t)
	s.git = true
	for _, e := range entries {
		dir := filepath.Join(s.t.TempDir(), e.Name())
		check(s.t, os.Rename(s.project.path(filepath.Join("git", e.Name())), dir))
		s.values[e.Name()+".url"], s.values[e.Name()+".commit"] = server.repo(e.Name(), dir, nil)
	}
	s.project.remove("git")
}

// lock makes a file of the script the Cargo.lock of its directory. With -update cargo makes
// it when it is not there, and it is written to the script; it is empty when cargo cannot.
func (s *cargoScript) lock(args []string) {
	dir := filepath.Dir(args[0])
	if *update && !exists(s.project.path(args[0])) {
		text := s.plainCargo(fmt.Sprintf(`cd '%s'
rm -f Cargo.lock
cargo generate-lockfile $config --offline --quiet 2>/out/errors || echo 'version = 4' >Cargo.lock
cp Cargo.lock /out/said`, dir), nil)
		for key, value := range s.values {
			text = strings.ReplaceAll(text, value, "@{"+key+"}")
		}
		script, err := txtar.ParseFile(s.file)
		check(s.t, err)
		script.Files = append(script.Files, txtar.File{Name: args[0], Data: []byte(text)})
		check(s.t, os.WriteFile(s.file, txtar.Format(script), 0o644))
		s.project.write(args[0], expand(text, s.values))
	}
	s.project.write(filepath.Join(dir, "Cargo.lock"), s.project.read(args[0]))
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// build builds with `[--target NAME] [-C CONTEXT] [-f DIR] [KEY=VALUE...]`. Standard output is that of the
// image's programs, in order; standard error is the error, the warnings and the steps' output.
func (s *cargoScript) build(ts *testscript.TestScript, neg bool, args []string) {
	s.args = args
	req := build{dir: s.project.dir, args: map[string]string{}}
	for i := 0; i < len(args); i++ {
		key, value, ok := strings.Cut(args[i], "=")
		switch {
		case ok:
			req.args[key] = value
		case args[i] == "--target" && i+1 < len(args):
			i++
			req.attrs = target(args[i])
		case args[i] == "-C" && i+1 < len(args):
			i++
			req.dir = s.project.path(args[i])
		case args[i] == "-f" && i+1 < len(args):
			i++
			req.entry = s.project.path(args[i])
		default:
			ts.Fatalf("unknown argument %s", args[i])
		}
	}
	s.last = s.bed.try(s.t, req)
	var said bytes.Buffer
	if s.last.err != nil {
		fmt.Fprintln(&said, s.last.err)
	}
	for _, w := range s.last.warnings {
		fmt.Fprintf(&said, "warning: %s\n", w.Short)
	}
	said.WriteString(s.last.output())
	_, _ = ts.Stderr().Write(said.Bytes())
	if neg != (s.last.err != nil) {
		ts.Fatalf("the build ended with %v\n%s", s.last.err, s.last.log())
	}
	if s.bins, s.said = nil, ""; neg {
		return
	}
	entries, err := os.ReadDir(filepath.Join(s.last.files(), plan.BinDir))
	if !os.IsNotExist(err) { // there are none of --target test
		check(s.t, err)
	}
	for _, e := range entries {
		s.bins = append(s.bins, e.Name())
		s.said += s.last.run(e.Name())
	}
	fmt.Fprint(ts.Stdout(), s.said)
}

// compiles wants the names of all packages that the last build compiled.
func (s *cargoScript) compiles(ts *testscript.TestScript, neg bool, args []string) {
	got := map[string]bool{}
	for _, m := range compilingLine.FindAllStringSubmatch(s.last.output(), -1) {
		if !strings.HasSuffix(m[2], "-skeleton") { // which stands for the project's own files
			got[m[1]] = true
		}
	}
	names := slices.Sorted(maps.Keys(got))
	slices.Sort(args)
	if neg || !slices.Equal(names, args) {
		ts.Fatalf("compiles %q, want %q\n%s", names, args, s.last.log())
	}
}

// oracle has plain cargo build the same, and wants the same output or the same failure.
// Arguments are further ones of cargo.
func (s *cargoScript) oracle(ts *testscript.TestScript, neg bool, args []string) {
	if !*cargoOracle || s.git {
		return
	}
	env := map[string]string{}
	dir, profile := ".", "release"
	var flags []string
	for i := 0; i < len(s.args); i++ {
		key, value, _ := strings.Cut(s.args[i], "=")
		switch name, variable := strings.CutPrefix(key, "env."); {
		case variable:
			env[name] = value
		case key == "package":
			flags = append(flags, "-p", value)
		case key == "features":
			flags = append(flags, "--features", value)
		case s.args[i] == "default-features=false":
			flags = append(flags, "--no-default-features")
		case s.args[i] == "all-features=true":
			flags = append(flags, "--all-features")
		case key == "profile":
			profile = value
		case key == "-f" || key == "-C":
			i++
			dir = s.args[i]
		}
	}
	for _, bin := range s.bins {
		flags = append(flags, "--bin", bin)
	}
	flags = append(flags, "--profile", profile)
	flags = append(flags, args...)
	for i, f := range flags {
		flags[i] = "'" + f + "'"
	}
	programs := ""
	for _, bin := range s.bins {
		programs += fmt.Sprintf("\n$(find /tmp/target -maxdepth 3 -name '%s' -type f | head -n 1)", bin)
	}
	got := s.plainCargo(fmt.Sprintf(`cd '%s'
cargo build $config --offline --locked --quiet %s 2>/out/errors || exit 0
echo built >/out/said
exec >>/out/said%s`, dir, strings.Join(flags, " "), programs), env)
	want := "built\n" + s.said
	if s.last.err != nil {
		want = ""
	}
	if neg || got != want {
		ts.Fatalf("plain cargo: %q, this: %q", got, want)
	}
}

// plainCargo runs a script of the toolchain's shell in the project, and gives what it has
// written to /out/said.
func (s *cargoScript) plainCargo(script string, env map[string]string) string {
	s.t.Helper()
	step := &toolchainStep{mounts: map[string]string{"/src": s.project.dir}, env: map[string]string{
		"CARGO_HOME": "/tmp/cargo", "CARGO_TARGET_DIR": "/tmp/target", "config": "",
	}}
	maps.Copy(step.env, env)
	if s.vendor != "" {
		step.mounts["/vendor"] = s.vendor
		step.env["config"] = `--config source.crates-io.replace-with="vendored" --config source.vendored.directory="/vendor"`
	}
	step.script = "cd /src\n" + script
	out := s.t.TempDir()
	s.bed.run(s.t, step, out)
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(out, name))
		if !os.IsNotExist(err) {
			check(s.t, err)
		}
		return string(data)
	}
	if errors := read("errors"); errors != "" {
		s.t.Logf("plain cargo: %s", errors)
	}
	return read("said")
}

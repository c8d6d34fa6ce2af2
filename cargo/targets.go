package cargo

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
)

// targetReader finds the targets of one package.
type targetReader struct {
	*tree
	p *Package
}

// discoverTargets gives the library, the binaries by name, and the build
// scripts of a package. Examples, tests and benches are no part of a build.
// https://doc.rust-lang.org/cargo/reference/cargo-targets.html
func (t *tree) discoverTargets(p *Package) error {
	r := &targetReader{t, p}
	lib, err := r.library()
	if err != nil {
		return err
	}
	bins, err := r.binaries(lib != nil)
	if err != nil {
		return err
	}
	scripts, err := r.buildScripts()
	if err != nil {
		return err
	}
	if lib != nil {
		p.Targets = append(p.Targets, *lib)
	}
	p.Targets = append(append(p.Targets, bins...), scripts...)
	if lib == nil && len(bins) == 0 {
		if err := r.noTargets(); err != nil {
			return err
		}
	}
	if p.DefaultRun != "" && !slices.ContainsFunc(bins, func(b Target) bool { return b.Name == p.DefaultRun }) {
		return document.Errorf(p.Manifest.At("package", "default-run"), "default-run names the binary %q, which the package %s does not have; there %s",
			p.DefaultRun, p.Name, haveNames(targetNames(bins)))
	}
	return nil
}

func targetNames(targets []Target) []string {
	out := make([]string, len(targets))
	for i, t := range targets {
		out[i] = t.Name
	}
	return out
}

// file says whether the package has a file.
func (r *targetReader) file(name string) (bool, error) { return r.isFile(path.Join(r.p.Dir, name)) }

// discovered is the position of a target that the manifest does not mention.
func (r *targetReader) discovered() document.Position { return r.p.Manifest.At("package") }

// explicit checks that the file of a target with a path is there.
func (r *targetReader) explicit(what, p string, at document.Position) (string, error) {
	full, ok := inContext(r.p.Dir, p)
	if !ok {
		return "", document.Errorf(at, "the path of %s points outside the build context (%s)", what, p)
	}
	found, err := r.isFile(full)
	if err != nil {
		return "", err
	}
	if !found {
		return "", document.Errorf(at, "the file of %s, %s, is not in the build context", what, full)
	}
	return Relative(r.p.Dir, full), nil
}

// library reads [lib] or finds src/lib.rs.
// https://doc.rust-lang.org/cargo/reference/cargo-targets.html#library
func (r *targetReader) library() (*Target, error) {
	m := r.p.Manifest
	table, err := m.Table("lib")
	if err != nil {
		return nil, err
	}
	if table == nil {
		found, err := r.discoverable("autolib", "src/lib.rs")
		if err != nil || !found {
			return nil, err
		}
	}
	s := &document.Section{Document: m, Path: []string{"lib"}, Table: table}
	lib := &Target{
		Kind: Lib, Name: s.Str("name"), Path: s.Str("path"), Position: r.discovered(),
		CrateTypes: s.List("crate-type", "crate_type"), RequiredFeatures: s.List("required-features"),
	}
	proc := document.IsTrue(s.Boolean("proc-macro", "proc_macro"))
	if s.Err != nil {
		return nil, s.Err
	}
	if table != nil {
		lib.Position = s.At()
	}
	if lib.Name == "" {
		lib.Name = crateName(r.p.Name)
	}
	lib.CrateName = crateName(lib.Name)
	if lib.Name != lib.CrateName {
		return nil, document.Errorf(s.At("name"), "the library's name %q has a hyphen, which cargo refuses; use %q", lib.Name, lib.CrateName)
	}
	if err := validTargetName("library", lib.Name, s.At("name")); err != nil {
		return nil, err
	}
	if lib.Path, err = r.libraryPath(lib, s.At("path")); err != nil {
		return nil, err
	}
	return lib, crateTypes(lib, proc, s.At("crate-type"))
}

// discoverable says whether a target may be found by its file, and is.
func (r *targetReader) discoverable(key, file string) (bool, error) {
	s := r.p.section()
	if auto := s.Boolean(key); s.Err != nil || document.IsFalse(auto) {
		return false, s.Err
	}
	return r.file(file)
}

func (r *targetReader) libraryPath(lib *Target, at document.Position) (string, error) {
	if lib.Path != "" {
		return r.explicit("the library", lib.Path, at)
	}
	files := []string{"src/lib.rs"}
	if r.p.Edition == "2015" {
		files = append(files, "src/"+lib.Name+".rs")
	}
	if found, err := r.first(files); found != "" || err != nil {
		return found, err
	}
	return "", document.Errorf(at, "there is no file for the library %q: neither src/lib.rs nor lib.path", lib.Name)
}

// first gives the first of some files that is there, or "".
func (r *targetReader) first(files []string) (string, error) {
	for _, name := range files {
		found, err := r.file(name)
		if err != nil || found {
			return name, err
		}
	}
	return "", nil
}

// crateTypes completes the crate types of a library: an explicit list wins
// over proc-macro, as with cargo.
func crateTypes(lib *Target, proc bool, at document.Position) error {
	if len(lib.CrateTypes) == 0 {
		lib.CrateTypes = []string{"lib"}
		if proc {
			lib.CrateTypes = []string{"proc-macro"}
		}
	}
	for i, t := range lib.CrateTypes {
		switch t {
		case "lib", "rlib", "dylib", "cdylib", "staticlib":
		case "proc-macro", "proc_macro":
			lib.ProcMacro = true
			lib.CrateTypes[i] = "proc-macro"
		default:
			return document.Errorf(at, "the crate type %q is not known; there are lib, rlib, dylib, cdylib, staticlib and proc-macro", t)
		}
	}
	if lib.ProcMacro && len(lib.CrateTypes) > 1 {
		return document.Errorf(at, "the crate type proc-macro cannot be mixed with others")
	}
	return nil
}

// crateName is a target's name as rustc knows it.
func crateName(name string) string { return strings.ReplaceAll(name, "-", "_") }

// validTargetName refuses names that are no file name of their own.
func validTargetName(what, name string, at document.Position) error {
	switch {
	case strings.TrimSpace(name) == "":
		return document.Errorf(at, "the %s's name is empty", what)
	case name == "." || name == ".." || strings.ContainsAny(name, "/\\\x00\n\r"):
		return document.Errorf(at, "the %s's name %q is not a file name", what, name)
	case what == "binary" && slices.Contains([]string{"deps", "examples", "build", "incremental"}, name):
		return document.Errorf(at, "the binary's name %q is a directory of cargo's; choose another one", name)
	}
	return nil
}

// buildScripts reads package.build or finds build.rs.
// https://doc.rust-lang.org/cargo/reference/manifest.html#the-build-field
func (r *targetReader) buildScripts() ([]Target, error) {
	m := r.p.Manifest
	var paths []string
	switch build := r.p.section().Table["build"].(type) {
	case nil:
		found, err := r.file("build.rs")
		if err != nil || !found {
			return nil, err
		}
		return []Target{buildScript("build.rs", r.discovered())}, nil
	case bool:
		if !build {
			return nil, nil
		}
		paths = []string{"build.rs"}
	case string:
		paths = []string{build}
	case []any:
		s := r.p.section()
		if paths = s.List("build"); s.Err != nil {
			return nil, s.Err
		}
	default:
		return nil, document.WrongType(m.At("package", "build"), "package.build", "a path, an array of paths, true or false", build)
	}
	var out []Target
	for i, p := range paths {
		at := m.At("package", "build", strconv.Itoa(i))
		file, err := r.explicit("the build script", p, at)
		if err != nil {
			return nil, err
		}
		out = append(out, buildScript(file, at))
	}
	return out, nil
}

func buildScript(file string, at document.Position) Target {
	name := "build-script-" + strings.TrimSuffix(path.Base(file), ".rs")
	return Target{Kind: BuildScript, Name: name, CrateName: crateName(name), Path: file, CrateTypes: []string{"bin"}, Position: at}
}

// noTargets is the error of a package without a library or a binary, unless
// it has examples, tests or benches.
func (r *targetReader) noTargets() error {
	for _, kind := range []struct{ table, auto, dir string }{
		{"example", "autoexamples", "examples"}, {"test", "autotests", "tests"}, {"bench", "autobenches", "benches"},
	} {
		if len(document.List(r.p.Manifest.Doc[kind.table])) > 0 {
			return nil
		}
		if document.IsFalse(r.p.section().Boolean(kind.auto)) {
			continue
		}
		found, err := r.infer(kind.dir)
		if err != nil || len(found) > 0 {
			return err
		}
	}
	return document.Errorf(r.discovered(), "the package %s has no targets: there must be src/lib.rs, src/main.rs, [lib] or [[bin]]", r.p.Name)
}

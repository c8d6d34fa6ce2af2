package cargo

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
)

// inferred is a target that is told by its file.
type inferred struct{ name, path string }

// infer gives the targets in a directory of the package: NAME.rs and
// NAME/main.rs.
// https://doc.rust-lang.org/cargo/guide/project-layout.html
func (r *targetReader) infer(dir string) ([]inferred, error) {
	full := path.Join(r.p.Dir, dir)
	names, err := r.names(full)
	if err != nil {
		return nil, err
	}
	var out []inferred
	for _, name := range names {
		mode, err := r.mode(path.Join(full, name))
		if err != nil {
			continue // a link to nowhere is no target
		}
		stem, isRust := strings.CutSuffix(name, ".rs")
		switch {
		case isRust && mode.IsRegular():
			out = append(out, inferred{stem, path.Join(dir, name)})
		case mode.IsDir():
			main := path.Join(dir, name, "main.rs")
			if found, err := r.file(main); err == nil && found {
				out = append(out, inferred{name, main})
			}
		}
	}
	return out, nil
}

// inferBinaries gives src/main.rs and the binaries in src/bin.
func (r *targetReader) inferBinaries() ([]inferred, error) {
	var out []inferred
	found, err := r.file("src/main.rs")
	if err != nil {
		return nil, err
	}
	if found {
		out = append(out, inferred{r.p.Name, "src/main.rs"})
	}
	more, err := r.infer("src/bin")
	return append(out, more...), err
}

// binaries reads [[bin]] and adds what is discovered, sorted by name.
// https://doc.rust-lang.org/cargo/reference/cargo-targets.html#binaries
func (r *targetReader) binaries(hasLib bool) ([]Target, error) {
	files, err := r.inferBinaries()
	if err != nil {
		return nil, err
	}
	out, err := r.explicitBinaries(files, hasLib)
	if err != nil {
		return nil, err
	}
	s := r.p.section()
	auto := s.Boolean("autobins")
	if s.Err != nil {
		return nil, s.Err
	}
	_, explicit := r.p.Manifest.Doc["bin"]
	if auto == nil && (!explicit || r.p.Edition != "2015") || document.IsTrue(auto) {
		out = r.addInferred(out, files)
	}
	slices.SortStableFunc(out, func(a, b Target) int { return strings.Compare(a.Name, b.Name) })
	for i, b := range out {
		if i > 0 && out[i-1].Name == b.Name {
			return nil, document.Errorf(b.Position, "the package %s has two binaries named %q: %s and %s", r.p.Name, b.Name, out[i-1].Path, b.Path)
		}
		if err := validTargetName("binary", b.Name, b.Position); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// addInferred adds the binaries whose name and file no [[bin]] has.
func (r *targetReader) addInferred(explicit []Target, files []inferred) []Target {
	out := explicit
	for _, f := range files {
		if slices.ContainsFunc(explicit, func(t Target) bool { return t.Name == f.name || t.Path == f.path }) {
			continue
		}
		out = append(out, Target{
			Kind: Bin, Name: f.name, CrateName: crateName(f.name), Path: f.path,
			CrateTypes: []string{"bin"}, Position: r.discovered(),
		})
	}
	return out
}

func (r *targetReader) explicitBinaries(files []inferred, hasLib bool) ([]Target, error) {
	m := r.p.Manifest
	value, ok := m.Doc["bin"]
	if !ok {
		return nil, nil
	}
	tables, ok := value.([]any)
	if !ok {
		return nil, document.WrongType(m.At("bin"), "bin", "an array of tables, written [[bin]]", value)
	}
	var out []Target
	for i, v := range tables {
		index := strconv.Itoa(i)
		table, ok := v.(map[string]any)
		if !ok {
			return nil, document.WrongType(m.At("bin", index), "bin", "an array of tables, written [[bin]]", v)
		}
		s := &document.Section{Document: m, Path: []string{"bin", index}, Table: table}
		b := Target{
			Kind: Bin, Name: s.Str("name"), Path: s.Str("path"), Position: s.At(),
			CrateTypes: []string{"bin"}, RequiredFeatures: s.List("required-features"),
		}
		if s.Err != nil {
			return nil, s.Err
		}
		if _, ok := table["name"]; !ok {
			return nil, document.Errorf(b.Position, "this [[bin]] has no name")
		}
		b.CrateName = crateName(b.Name)
		var err error
		if b.Path == "" {
			b.Path, err = r.binaryPath(b, files, hasLib)
		} else {
			b.Path, err = r.explicit("the binary "+strconv.Quote(b.Name), b.Path, s.At("path"))
		}
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// binaryPath finds the file of a [[bin]] without a path.
func (r *targetReader) binaryPath(b Target, files []inferred, hasLib bool) (string, error) {
	var found []string
	for _, f := range files {
		if f.name == b.Name {
			found = append(found, f.path)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	if r.p.Edition == "2015" {
		old := []string{"src/main.rs", "src/bin/main.rs"}
		if !hasLib {
			old = append([]string{"src/" + b.Name + ".rs"}, old...)
		}
		if file, err := r.first(old); file != "" || err != nil {
			return file, err
		}
	}
	if len(found) > 1 {
		return "", document.Errorf(b.Position, "the file of the binary %q may be %s or %s: say which with `path`", b.Name, found[0], found[1])
	}
	looked := "src/bin/" + b.Name + ".rs or src/bin/" + b.Name + "/main.rs"
	if b.Name == r.p.Name {
		looked = "src/main.rs, " + looked
	}
	return "", document.Errorf(b.Position, "there is no file for the binary %q: looked for %s; set its `path`", b.Name, looked)
}

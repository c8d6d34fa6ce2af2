package manifest

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/plan"
)

// StubVersion is the version of a stub. It differs from any real one, so
// cargo's package id differs too, and with it the hash in each file name and
// fingerprint: cargo cannot take a stub for the package that it stands for.
const StubVersion = "0.0.0-skeleton"

// StubMarker is what a stub binary holds and prints. The source step refuses
// to hand out a file that contains it.
const StubMarker = "rust-frontend: this is a stub, not your program"

// Files are what a step writes beside the files of the context, by path.
type Files struct {
	Docs  map[string]map[string]any // TOML
	Texts map[string]string
}

// Files writes the step's own files: the manifests, the lock file, the
// configuration and the stubs.
func (v View) Files(config map[string]any) Files {
	out := Files{
		Docs: map[string]map[string]any{
			path.Join(v.Closure.Workspace.Dir, "Cargo.toml"): v.rootManifest(),
			v.Closure.configFile():                           config,
		},
		Texts: map[string]string{path.Join(v.Closure.Workspace.Dir, "Cargo.lock"): string(v.lockFile())},
	}
	stubs := map[string]string{}
	for _, p := range v.Closure.Tree {
		if p.Dir != v.Closure.Workspace.Dir {
			out.Docs[path.Join(p.Dir, "Cargo.toml")] = v.manifest(p)
		}
		if v.stub(p) {
			v.writeStubs(p, stubs)
		}
	}
	maps.DeleteFunc(stubs, func(file, _ string) bool { return v.ofOthers(file) })
	maps.Copy(out.Texts, stubs)
	return out
}

// ofOthers says whether a stub would take the place of a file that a package which is no
// stub has: targets may share a file, also one outside their packages.
func (v View) ofOthers(file string) bool {
	owner := (*cargo.Package)(nil)
	for _, p := range v.Closure.Tree {
		if cargo.Within(p.Dir, file) && (owner == nil || cargo.Within(owner.Dir, p.Dir)) {
			owner = p
		}
	}
	if owner != nil && !v.stub(owner) {
		return true
	}
	return slices.ContainsFunc(v.Closure.Tree, func(p *cargo.Package) bool {
		return !v.stub(p) && slices.ContainsFunc(v.Closure.roots(p), func(root string) bool {
			beside := path.Dir(root)
			return root == file || !cargo.Within(p.Dir, root) && beside != "." && cargo.Within(beside, file)
		})
	})
}

// List encodes the files, sorted by path.
func (f Files) List() ([]plan.File, error) {
	var out []plan.File
	for name, doc := range f.Docs {
		data, err := Encode(doc)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", name, err)
		}
		out = append(out, plan.File{Path: name, Data: data})
	}
	for name, text := range f.Texts {
		out = append(out, plan.File{Path: name, Data: []byte(text)})
	}
	slices.SortFunc(out, func(a, b plan.File) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

// writeStubs writes the least that each target compiles from. A library is
// empty, a procedural macro too; a binary says what it is and fails, should it
// ever run.
func (v View) writeStubs(p *cargo.Package, stubs map[string]string) {
	for _, t := range append(v.Closure.Targets(p), v.Closure.DevStubs(p)...) {
		name := path.Join(p.Dir, t.Path)
		switch t.Kind {
		case cargo.Bin:
			stubs[name] = fmt.Sprintf("fn main() {\n    println!(%q);\n    std::process::exit(1);\n}\n", StubMarker)
		case cargo.BuildScript:
			stubs[name] = "fn main() {}\n"
		default:
			// A binary may share the library's file, and needs its main.
			if _, ok := stubs[name]; !ok {
				stubs[name] = ""
			}
		}
	}
}

// Encode writes a TOML document; the encoder sorts the keys.
func Encode(doc map[string]any) ([]byte, error) {
	var b bytes.Buffer
	e := toml.NewEncoder(&b)
	e.SetIndentTables(false)
	if err := e.Encode(doc); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

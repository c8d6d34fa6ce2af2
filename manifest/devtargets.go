package manifest

import (
	"io/fs"
	"path"
	"slices"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/plan"
)

// devTables are the targets beside a library and binaries, with the key that
// switches their discovery off.
// https://doc.rust-lang.org/cargo/reference/cargo-targets.html#target-auto-discovery
func devTables() map[string]string {
	return map[string]string{"test": "autotests", "example": "autoexamples", "bench": "autobenches"}
}

// keepsDev says whether a package has its tests, examples and benches. A build
// for an image compiles none.
func (c *Closure) keepsDev(p *cargo.Package) bool { return !c.Goal.Traits().Image && c.selected(p) }

// DevStubs stand in the skeleton for those of a package. One test is enough,
// whatever there is: it is compiled over all that the others are, and with the
// same profile.
func (c *Closure) DevStubs(p *cargo.Package) []cargo.Target {
	if !c.keepsDev(p) || c.Solid[p] {
		return nil
	}
	return []cargo.Target{{Kind: cargo.Test, Name: "rust-frontend-stub", CrateName: "rust_frontend_stub", Path: "rust-frontend-stub.rs"}}
}

// writeDev writes tests, examples and benches. With the project's own files cargo
// finds what it finds in the project, so the manifest says no more than the
// project's.
func (v View) writeDev(p *cargo.Package, doc, out map[string]any) {
	if !v.Closure.keepsDev(p) {
		return
	}
	if v.stub(p) {
		var tests []any
		for _, t := range v.Closure.DevStubs(p) {
			tests = append(tests, map[string]any{"name": t.Name, "path": t.Path})
		}
		out["test"] = tests
		return
	}
	for table := range devTables() {
		if value, ok := doc[table]; ok {
			out[table] = value
		}
	}
}

// devRoots are the files outside the package's directory that its tests, examples
// and benches start from.
func (c *Closure) devRoots(p *cargo.Package) []string {
	var out []string
	if !c.keepsDev(p) {
		return nil
	}
	for table := range devTables() {
		for _, target := range document.List(p.Manifest.Doc[table]) {
			t, _ := target.(map[string]any)
			if file := path.Join(p.Dir, document.Text(t["path"])); t["path"] != nil && fs.ValidPath(file) {
				out = append(out, file)
			}
		}
	}
	return out
}

// configurations are where what the goal runs looks for its configuration: in all
// directories above a package, besides its own.
func (c *Closure) configurations() []string {
	var out []string
	names := c.Goal.Traits().Configured
	for _, p := range c.Selection.Packages {
		for dir := p.Dir; dir != "."; {
			dir = path.Dir(dir)
			for _, name := range names {
				out = append(out, plan.Escape(path.Join(dir, name)))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

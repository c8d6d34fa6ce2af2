package cargo

import (
	"io/fs"
	"path"

	"github.com/org/rust-frontend/cargo/document"
)

// maxTreeDepth bounds how deep [LoadTree] looks for manifests.
const maxTreeDepth = 64

// LoadTree finds every package in the repository of a git dependency, sorted
// by directory: wherever there is a Cargo.toml, except in hidden directories
// and in cargo's output, and where path dependencies of those lead. Packages
// inherit from the workspace root in the repository that they belong to. Each
// has its manifest, dependencies and features, but no targets: to discover
// them would read many directories, and cargo does it where it compiles.
//
// A manifest that is broken, or a template, is left out, since a repository
// may hold many that nobody depends on. The error is one of reading only.
// https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html#specifying-dependencies-from-git-repositories
func LoadTree(fsys fs.FS) ([]*Package, error) {
	l := newLoader(fsys)
	l.lenient = true
	if _, err := l.list("."); err != nil {
		return nil, err
	}
	todo := l.manifestDirs(nil, ".", 0)
	seen := map[string]bool{}
	for len(todo) > 0 {
		dir := todo[0]
		todo = todo[1:]
		if seen[dir] {
			continue
		}
		seen[dir] = true
		p := l.treePackage(dir)
		if p == nil {
			continue
		}
		for _, d := range p.Dependencies {
			if d.Path != "" && d.Kind != Dev {
				todo = append(todo, d.Path)
			}
		}
	}
	out := make([]*Package, 0, len(l.packages))
	for _, dir := range document.Keys(l.packages) {
		out = append(out, l.packages[dir])
	}
	return out, nil
}

// treePackage loads one package, nil when it cannot be.
func (l *loader) treePackage(dir string) *Package {
	m, err := l.manifest(dir)
	if err != nil || m == nil || m.Doc["package"] == nil {
		return nil
	}
	root, err := l.rootOf(m)
	if err != nil {
		return nil
	}
	p, err := l.add(m, root, root != nil)
	if err != nil {
		return nil
	}
	return p
}

// manifestDirs adds the directories with a Cargo.toml, dir and those below it.
// It does not follow symbolic links.
func (l *loader) manifestDirs(out []string, dir string, depth int) []string {
	entries, err := l.list(dir)
	if err != nil || depth > maxTreeDepth {
		return out
	}
	_, hasManifest := entries[manifestName]
	if hasManifest {
		out = append(out, dir)
	}
	names, _ := l.names(dir)
	for _, name := range names {
		if entries[name].Type() != fs.ModeDir || hasManifest && name == "target" {
			continue
		}
		out = l.manifestDirs(out, path.Join(dir, name), depth+1)
	}
	return out
}

package cargo

import (
	"io/fs"
	"path"
	"slices"

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

// Roots gives the root directories of the workspaces that some manifests of a context
// belong to, sorted, as cargo finds them: a manifest without a workspace is a root of its
// own. What is below `target` and below hidden directories is no part of a project, and
// what cannot be read is none of the manifests.
// https://doc.rust-lang.org/cargo/reference/workspaces.html
func Roots(fsys fs.FS, wanted func(*document.Document) bool) ([]string, error) {
	l := newLoader(fsys)
	l.lenient = true
	var out []string
	for todo := []string{"."}; len(todo) > 0; todo = todo[1:] {
		below, err := l.projectDirs(todo[0])
		if err != nil {
			return nil, err
		}
		todo = append(todo, below...)
		m, err := l.manifest(todo[0])
		if err != nil || m == nil || !wanted(m) {
			continue
		}
		root, err := l.rootOf(m)
		if err != nil {
			return nil, err
		}
		if root != nil {
			out = append(out, root.Dir)
		} else {
			out = append(out, m.Dir)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// projectDirs gives the directories in a directory that may hold a project.
func (l *loader) projectDirs(dir string) ([]string, error) {
	names, err := l.names(dir)
	if err != nil {
		return nil, err
	}
	entries, err := l.list(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, name := range names {
		if name != "target" && entries[name].IsDir() {
			out = append(out, path.Join(dir, name))
		}
	}
	return out, nil
}

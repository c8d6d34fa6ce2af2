package cargo

import (
	"io/fs"
	"path"
	"slices"

	"github.com/org/rust-frontend/cargo/document"
)

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

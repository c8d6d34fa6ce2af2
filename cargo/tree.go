package cargo

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/org/rust-frontend/cargo/document"
)

// maxManifest is the largest Cargo.toml that is read.
const maxManifest = 8 << 20

const manifestName = "Cargo.toml"

// tree reads a context. Each directory and each manifest is read once, since a
// read may be a round trip over a network, and what is missing is told from
// the listing of its directory.
type tree struct {
	fsys      fs.FS
	dirs      map[string]map[string]fs.DirEntry
	manifests map[string]manifestResult
}

type manifestResult struct {
	manifest *document.Document
	err      error
}

func newTree(fsys fs.FS) *tree {
	return &tree{fsys, map[string]map[string]fs.DirEntry{}, map[string]manifestResult{}}
}

// list gives the entries of a directory by name, none when it is not there or
// not a directory.
func (t *tree) list(dir string) (map[string]fs.DirEntry, error) {
	if known, ok := t.dirs[dir]; ok {
		return known, nil
	}
	if dir != "." {
		mode, err := t.mode(dir)
		if err != nil {
			return nil, err
		}
		if !mode.IsDir() {
			return nil, nil
		}
	}
	entries, err := fs.ReadDir(t.fsys, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &document.Error{Position: document.Position{File: dir}, Msg: "the directory cannot be read", Err: err}
	}
	byName := make(map[string]fs.DirEntry, len(entries))
	for _, e := range entries {
		byName[e.Name()] = e
	}
	t.dirs[dir] = byName
	return byName, nil
}

// absent is the mode of what does not exist: neither regular nor a directory.
const absent = fs.ModeIrregular

// mode gives the type of a file, symbolic links followed, and absent for what
// is not there.
func (t *tree) mode(name string) (fs.FileMode, error) {
	if name == "." {
		return fs.ModeDir, nil
	}
	if !fs.ValidPath(name) {
		return absent, nil // not UTF-8, which no fs.FS can open
	}
	entries, err := t.list(path.Dir(name))
	if err != nil {
		return absent, err
	}
	e, ok := entries[path.Base(name)]
	if !ok {
		return absent, nil
	}
	if e.Type()&fs.ModeSymlink == 0 {
		return e.Type(), nil
	}
	info, err := fs.Stat(t.fsys, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return absent, nil
	case err != nil:
		return absent, &document.Error{Position: document.Position{File: name}, Msg: "the symbolic link cannot be followed", Err: err}
	}
	return info.Mode().Type(), nil
}

// isFile says whether there is a file.
func (t *tree) isFile(name string) (bool, error) {
	mode, err := t.mode(name)
	return mode.IsRegular(), err
}

// isDir says whether there is a directory; what cannot be read is none.
func (t *tree) isDir(name string) bool {
	mode, err := t.mode(name)
	return err == nil && mode.IsDir()
}

// names gives the sorted names in a directory that a program can use: not
// hidden, and UTF-8.
func (t *tree) names(dir string) ([]string, error) {
	entries, err := t.list(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for name := range entries {
		if !strings.HasPrefix(name, ".") && utf8.ValidString(name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

// manifest reads the Cargo.toml of a directory; nil when there is none.
func (t *tree) manifest(dir string) (*document.Document, error) {
	known, ok := t.manifests[dir]
	if !ok {
		known.manifest, known.err = t.readManifest(path.Join(dir, manifestName))
		t.manifests[dir] = known
	}
	return known.manifest, known.err
}

func (t *tree) readManifest(file string) (*document.Document, error) {
	mode, err := t.mode(file)
	switch {
	case err != nil:
		return nil, err
	case mode.IsDir():
		return nil, document.Errorf(document.Position{File: file}, "the manifest is a directory, not a file")
	case !mode.IsRegular():
		return nil, nil
	}
	info, err := fs.Stat(t.fsys, file)
	if err == nil && info.Size() > maxManifest {
		return nil, document.Errorf(document.Position{File: file}, "the manifest has %d bytes; more than %d MiB is no manifest", info.Size(), maxManifest>>20)
	}
	data, err := fs.ReadFile(t.fsys, file)
	if err != nil {
		return nil, &document.Error{Position: document.Position{File: file}, Msg: "the manifest cannot be read", Err: err}
	}
	if len(data) > maxManifest {
		return nil, document.Errorf(document.Position{File: file}, "the manifest has %d bytes; more than %d MiB is no manifest", len(data), maxManifest>>20)
	}
	m, err := document.Parse(file, data)
	if err != nil {
		return nil, err
	}
	m.Modernise()
	return m, nil
}

// inContext resolves a path of a manifest in dir. It is false for a path that
// leaves the context, and for an absolute one.
func inContext(dir, p string) (string, bool) {
	if path.IsAbs(p) || strings.Contains(p, "\x00") {
		return "", false
	}
	p = path.Join(dir, p)
	return p, fs.ValidPath(p)
}

// Within says whether dir is parent or below it. Paths are slashed and below the context's
// root, which is ".".
func Within(parent, dir string) bool {
	return parent == "." || dir == parent || strings.HasPrefix(dir, parent+"/")
}

// Relative writes a path of the context as seen from a directory of it.
func Relative(from, to string) string {
	from, to = path.Clean(from), path.Clean(to)
	if from == to {
		return "."
	}
	var a, b []string
	if from != "." {
		a = strings.Split(from, "/")
	}
	if to != "." {
		b = strings.Split(to, "/")
	}
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	return path.Join(strings.Repeat("../", len(a)) + strings.Join(b, "/"))
}

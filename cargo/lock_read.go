package cargo

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strconv"

	"github.com/pelletier/go-toml/v2"

	"github.com/org/rust-frontend/cargo/document"
)

// maxLock is the largest Cargo.lock that is read: about 100000 packages.
const maxLock = 32 << 20

// lockFormat is the newest format that is understood, and lockCargo the cargo
// that introduced it.
const (
	lockFormat = 4
	lockCargo  = "1.78"
)

// ReadLock reads a Cargo.lock of format 1 to 4. It gives nil when there is no
// such file. Errors are [*document.Error] at the line: a merge conflict, a newer format,
// a package that is there twice, a dependency that is not in the file or of
// which there are several. It takes a few milliseconds for 1000 packages.
// https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html
func ReadLock(fsys fs.FS, file string) (*Lock, error) {
	data, err := readLimited(fsys, file, maxLock)
	if data == nil || err != nil {
		return nil, err
	}
	return parseLock(file, data)
}

// readLimited reads a file of the project, nil when there is none.
func readLimited(fsys fs.FS, file string, limit int64) ([]byte, error) {
	fail := func(err error) error {
		return &document.Error{Position: document.Position{File: file}, Msg: "the file cannot be read", Err: err}
	}
	f, err := fsys.Open(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fail(err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, fail(err)
	case info.IsDir():
		return nil, document.Errorf(document.Position{File: file}, "this must be a file, not a directory")
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, fail(err)
	case int64(len(data)) > limit:
		return nil, document.Errorf(document.Position{File: file}, "the file is larger than %d MiB", limit>>20)
	case data == nil:
		data = []byte{}
	}
	return data, nil
}

// lockDoc is the file as it is written.
type lockDoc struct {
	Version  int               `toml:"version"`
	Root     *lockEntry        `toml:"root"`
	Package  []lockEntry       `toml:"package"`
	Metadata map[string]string `toml:"metadata"`
	Patch    struct {
		Unused []lockEntry `toml:"unused"`
	} `toml:"patch"`
}

type lockEntry struct {
	Name         string   `toml:"name"`
	Version      string   `toml:"version"`
	Source       string   `toml:"source"`
	Checksum     string   `toml:"checksum"`
	Dependencies []string `toml:"dependencies"`
	Replace      string   `toml:"replace"`
}

// lockReader turns the document into a [Lock].
type lockReader struct {
	*Lock
	doc     lockDoc
	text    []byte
	byName  map[string][]int
	sources map[string]Source // parsed once each
	lines   map[string]document.Position
}

func parseLock(file string, data []byte) (*Lock, error) {
	text := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if line := conflictLine(text); line > 0 {
		return nil, document.Errorf(document.Position{File: file, Line: line},
			"there is an unresolved merge conflict: take one side and run `cargo update --workspace`, then commit Cargo.lock")
	}
	if bad := document.InvalidUTF8(text); bad >= 0 {
		return nil, document.Errorf(document.NewLineIndex(file, text).Position(bad), "the file is not UTF-8 text")
	}
	r := &lockReader{Lock: &Lock{File: file, Raw: data}, text: text, byName: map[string][]int{}, sources: map[string]Source{}}
	if err := r.checkFormat(); err != nil {
		return nil, err
	}
	if err := toml.Unmarshal(text, &r.doc); err != nil {
		return nil, document.SyntaxError(file, err)
	}
	if r.doc.Root != nil {
		r.doc.Package = slices.Insert(r.doc.Package, 0, *r.doc.Root)
	}
	for _, step := range []func() error{r.packages, r.edges, r.checksums, r.unused} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return r.Lock, nil
}

// conflictLine gives the line of the first conflict marker of git, or 0.
func conflictLine(text []byte) int {
	marker := []byte("<<<<<<<")
	at := 0
	if !bytes.HasPrefix(text, marker) {
		at = bytes.Index(text, append([]byte("\n"), marker...)) + 1
		if at == 0 {
			return 0
		}
	}
	return bytes.Count(text[:at], []byte("\n")) + 1
}

// checkFormat looks at the version alone, since a newer format may differ in
// everything else. Files before format 3 do not have it.
func (r *lockReader) checkFormat() error {
	var doc struct {
		Version any `toml:"version"`
	}
	top := r.text
	if at := bytes.Index(top, []byte("\n[")); at >= 0 {
		top = top[:at]
	}
	if toml.Unmarshal(top, &doc) != nil {
		return nil // reported when the whole file is decoded
	}
	at := func() document.Position { return r.at("version") }
	switch version, ok := doc.Version.(int64); {
	case doc.Version == nil:
	case !ok:
		return document.WrongType(at(), "version", "an integer", doc.Version)
	case version > lockFormat:
		return document.Errorf(at(), "the lock file has format %d, which needs a newer cargo than this frontend knows of; the newest known format is %d (cargo %s): run `cargo generate-lockfile` with such a cargo",
			version, lockFormat, lockCargo)
	case version < 3:
		return document.Errorf(at(), "the lock file has version %d, which cargo does not accept: only formats 3 and %d say which they are; run `cargo generate-lockfile`", version, lockFormat)
	}
	return nil
}

// at finds a place of the file. It decodes all positions, which only an error
// is worth.
func (r *lockReader) at(key ...string) document.Position {
	if r.lines == nil {
		_, r.lines, _ = document.DecodeTOML(r.File, r.text)
	}
	m := &document.Document{File: r.File, Lines: r.lines}
	return m.At(key...)
}

// packageAt gives the place of a package, or of something in it.
func (r *lockReader) packageAt(i int, key ...string) document.Position {
	if r.doc.Root != nil {
		if i == 0 {
			return r.at(append([]string{"root"}, key...)...)
		}
		i--
	}
	return r.at(append([]string{"package", strconv.Itoa(i)}, key...)...)
}

// Lock is a Cargo.lock of format version 1 to 4.
// https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html
type Lock struct {
	File     string
	Version  int
	Packages []LockedPackage // in the file's order
	// UnusedPatches are the entries of [[patch.unused]]: patches of the
	// manifest that no dependency uses. They have no dependencies.
	UnusedPatches []LockedPackage
	// Raw is the file's text.
	Raw []byte
}

// LockedPackage is one [[package]] of Cargo.lock.
type LockedPackage struct {
	Name     string
	Version  string
	Source   Source // zero for a package of the tree
	Checksum string // lower-case hex sha256, "" for none
	// Dependencies are indices into Lock.Packages, sorted.
	Dependencies []int
	// Replace is the index of the package that [replace] puts in its place,
	// -1 for none.
	Replace  int
	Position document.Position
}

// SourceKind tells where a locked package comes from.
type SourceKind string

// The kinds of sources.
const (
	PathSource     SourceKind = ""
	RegistrySource SourceKind = "registry" // git index
	SparseSource   SourceKind = "sparse"
	GitSource      SourceKind = "git"
)

// Source is a parsed `source` of Cargo.lock.
type Source struct {
	Kind SourceKind
	// URL without the kind's prefix, the query and the fragment.
	URL string
	// Reference of a git source: at most one is set.
	Branch, Tag, Rev string
	// Commit is the full hash that a git source is locked to.
	Commit string
	// Raw is the text of the lock file, "" for a path source.
	Raw string
}

package cargo

import "github.com/org/rust-frontend/cargo/document"

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

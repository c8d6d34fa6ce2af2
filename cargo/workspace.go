package cargo

import (
	"path"

	"github.com/org/rust-frontend/cargo/document"
)

// Workspace is a Cargo workspace as read from the context. A single package
// without [workspace] is a workspace of one member.
// https://doc.rust-lang.org/cargo/reference/workspaces.html
type Workspace struct {
	// Dir is the directory of the workspace root in the context, "." for the
	// context itself.
	Dir string
	// Root is the manifest of the workspace root.
	Root *document.Document
	// Packages holds every package that is in the tree: members first, then
	// path dependencies that belong to no workspace or to another one; each
	// group sorted by directory.
	Packages []*Package
	// DefaultMembers are the packages that cargo builds when none is named.
	DefaultMembers []*Package
	// Resolver is the feature resolver in force: "1", "2" or "3".
	Resolver string
	Lock     *Lock
	Config   *Config
	// Toolchain is nil without a rust-toolchain file.
	Toolchain *Toolchain
	// Patches are the entries of [patch] (root manifest and configuration)
	// and [replace].
	Patches []Patch
	// Warnings are what cargo would warn of while it reads the manifests, in
	// the order of reading.
	Warnings []*document.Error
}

// LockFile is the path of Cargo.lock in the context.
func (w *Workspace) LockFile() string { return path.Join(w.Dir, "Cargo.lock") }

// Package is one package of the tree, with inheritance resolved.
type Package struct {
	Name        string
	Version     string // "0.0.0" when the manifest has none
	Edition     string // "2015" when the manifest has none
	RustVersion string
	DefaultRun  string
	Links       string
	// Dir is the package's directory in the context, "." for its root.
	Dir string
	// Member is false for a path dependency that is not in the workspace.
	Member   bool
	Manifest *document.Document
	// WorkspaceRoot is the manifest that `workspace = true` refers to: the
	// workspace's own, another root for packages of a nested workspace, or
	// nil.
	WorkspaceRoot *document.Document
	Targets       []Target
	Dependencies  []Dependency
	// Features maps each declared feature to what it enables. Implicit
	// features of optional dependencies are not in it.
	Features map[string][]string
	// Readme is the file that cargo takes for the package's readme when the manifest names
	// none, "" without one.
	Readme string
	// Unread are names in Dir that a build seems not to read.
	Unread []string
	// resolved is the manifest's document without inheritance.
	resolved map[string]any
}

// TargetKind is a kind of Cargo target.
type TargetKind string

// The kinds of targets that matter to a build.
const (
	Lib         TargetKind = "lib"
	Bin         TargetKind = "bin"
	BuildScript TargetKind = "custom-build"
	Example     TargetKind = "example"
	Test        TargetKind = "test"
	Bench       TargetKind = "bench"
)

// Target is one compilation target of a package.
// https://doc.rust-lang.org/cargo/reference/cargo-targets.html
type Target struct {
	Kind TargetKind
	Name string
	// CrateName is Name as rustc knows it: dashes replaced by underscores.
	CrateName string
	// Path is the crate root relative to the package's directory.
	Path             string
	RequiredFeatures []string
	ProcMacro        bool
	// CrateTypes of a library: lib, rlib, dylib, cdylib, staticlib, proc-macro.
	CrateTypes []string
	// Position of the table in the manifest, or of the manifest when the
	// target was discovered.
	Position document.Position
}

// DependencyKind is normal, build or dev.
type DependencyKind string

// The kinds of dependencies.
const (
	Normal DependencyKind = "normal"
	Build  DependencyKind = "build"
	Dev    DependencyKind = "dev"
)

// Dependency is one entry of a dependency table, inheritance resolved.
// https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html
type Dependency struct {
	Key     string // the name in the table
	Package string // the package's own name
	Kind    DependencyKind
	Target  string // cfg(...) or triple of [target.*], "" always
	// Requirement is the version requirement as written, "" for none.
	Requirement string
	// Path is the directory of a path dependency in the context, else "".
	Path string
	// Git is the repository URL, with at most one of Branch, Tag and Rev.
	Git, Branch, Tag, Rev string
	// Registry is the name of the registry, "" for the default.
	Registry        string
	RegistryIndex   string
	Optional        bool
	DefaultFeatures bool
	Features        []string
	Position        document.Position
}

// Patch is one entry of [patch.SOURCE] or [replace].
type Patch struct {
	// Source is the patched source: "crates-io", a registry name, or a URL.
	// It is "" for an entry of [replace].
	Source string
	Dependency
	// Replace is the package id that [replace] names: "name:version".
	Replace string
}

// Toolchain is what a rust-toolchain or rust-toolchain.toml file asks for.
// https://rust-lang.github.io/rustup/overrides.html
type Toolchain struct {
	Channel    string
	Path       string
	Components []string
	Targets    []string
	Profile    string
	Position   document.Position
}

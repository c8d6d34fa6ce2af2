package plan

import "github.com/org/rust-frontend/cargo"

// SBOM lists what a build compiles, package by package.
type SBOM struct {
	// Components are sorted by name, version and source.
	Components []Component
	// Scoped is false when cargo gave no unit graph. The packages are then all
	// that Cargo.lock has for the binaries, for whatever platform and feature,
	// and what runs while compiling cannot be told apart from what is compiled
	// into the binaries.
	Scoped bool
}

// Component is one package of an [SBOM].
type Component struct {
	Name, Version string
	// Source is zero for a package of the tree.
	Source cargo.Source
	// Dir is the directory in the context of a package of the tree, or in the
	// repository of a git package.
	Dir string
	// URL is where a registry package is downloaded from, "" while unknown.
	URL string
	// Checksum is the sha256 of Cargo.lock in hex, "" for none.
	Checksum string
	License
	// Target is true for what is compiled into the binaries, Host for what runs
	// while they are compiled: build scripts' dependencies, procedural macros and
	// what these need. A package may be both.
	Target, Host bool
	// Bins are the binaries of the image that are the package's own.
	Bins []Bin
	// Dependencies are sorted.
	Dependencies []Dependency
}

// Dependency is a package that another one is compiled with.
type Dependency struct {
	Component int // index into SBOM.Components
	Scope     Scope
}

// Scope says what a package is needed for.
type Scope string

// The scopes.
const (
	// Linked is what is compiled into the binaries with the package.
	Linked Scope = "linked"
	// BuildOnly is what is compiled into a program that runs while compiling: a
	// build script, a procedural macro, or a library of theirs.
	BuildOnly Scope = "build"
	// Macro is a procedural macro that the compiler loads.
	Macro Scope = "macro"
)

// License is what a manifest says of its package's licence.
// https://doc.rust-lang.org/cargo/reference/manifest.html#the-license-and-license-file-fields
type License struct {
	// Text is `license` as written, File is `license-file`; "" for none.
	Text, File string
}

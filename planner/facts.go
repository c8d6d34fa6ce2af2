package planner

import (
	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/plan"
)

// Facts is what planning needs from outside the project. All of it may be
// missing: the plan then says less, and cannot be built from.
type Facts struct {
	// OS, Arch and Variant of the image, in Go's names.
	OS, Arch, Variant string
	// BuildArch is the architecture that the steps run on.
	BuildArch string
	// Downloads maps the index of each foreign registry, as Cargo.lock writes
	// it, to the `dl` of its config.json.
	Downloads map[string]string
	// Git maps URL#COMMIT to the packages of that repository.
	Git map[string][]*cargo.Package
	// Probe is what the toolchain image says of itself, or nil.
	Probe *answers.Probe
	// Whole says that the packages of the tree have no steps of their own: a step
	// cannot be given a part of the files.
	Whole bool
	// SBOM says that the plan needs a [plan.SBOM].
	SBOM bool
}

// Answers is what cargo says when it is asked in the toolchain. All of it may be missing.
type Answers struct {
	// Units is cargo's unit graph, or nil when it is not known.
	Units *answers.UnitGraph
	// Metadata is what cargo says of the packages, or nil.
	Metadata answers.Metadata
	// Sizes say how large the packages are, as far as it is known.
	Sizes answers.Sizes
	// UnknownLayout says that the executor does not know how this cargo lays out what it
	// compiles: all dependencies are then compiled in one step.
	UnknownLayout bool
}

// Needs is what [Selected.Prepare] must be given of the outside world.
type Needs struct {
	// Indexes are the foreign registries in Cargo.lock, after source
	// replacement.
	Indexes []string
	// Git are the repositories with the packages that are wanted of each.
	Git []plan.Git
}

package manifest

import (
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/plan"
)

// Fetched is the external packages of the closure.
type Fetched struct {
	Crates []plan.Crate
	Git    []plan.Git
	// vendored is the project's own directory of vendored sources, or "".
	Vendored string
	// apart maps a repository to the directory below VendorDir that is a
	// source of its own.
	Apart map[string]string
}

// Repository tells repositories apart, each at one commit.
func Repository(src cargo.Source) string { return src.URL + "#" + src.Commit }

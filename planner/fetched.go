package planner

import (
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/plan"
)

// fetched is what the closure takes from elsewhere.
type fetched struct {
	crates []plan.Crate
	git    []plan.Git
	// vendored is the project's own directory of vendored sources, or "".
	vendored string
	// apart maps a repository to the directory below VendorDir that is a
	// source of its own. See [closure.gitPackages].
	apart map[string]string
}

// Repository tells repositories apart, each at one commit.
func Repository(src cargo.Source) string { return src.URL + "#" + src.Commit }

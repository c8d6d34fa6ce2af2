package llb

import (
	"fmt"

	"github.com/moby/buildkit/client/llb"
)

// inGroup puts a vertex in the progress group of all downloads, so that a
// person sees one line for hundreds of crates.
func inGroup(opts []llb.ConstraintsOpt) []llb.ConstraintsOpt {
	return append(opts, llb.ProgressGroup("rust-frontend:"+StageFetch, "["+StageFetch+"] crates", true))
}

// rootUser runs every step, whatever user a toolchain image is meant for: the
// directories of a step belong to root. A number needs no passwd file.
const rootUser = "0"

// root is the owner of everything that cargo reads: archives carry the ids of
// whoever packed them.
func root() *llb.ChownOpt {
	return &llb.ChownOpt{User: &llb.UserOpt{UID: 0}, Group: &llb.UserOpt{UID: 0}}
}

// httpConstraints makes one option of several constraints.
func httpConstraints(opts []llb.ConstraintsOpt) llb.HTTPOption { return constraints(opts) }

// gitConstraints makes one option of several constraints.
func gitConstraints(opts []llb.ConstraintsOpt) llb.GitOption { return constraints(opts) }

type constraints []llb.ConstraintsOpt

func (cs constraints) SetHTTPOption(info *llb.HTTPInfo) {
	for _, c := range cs {
		c.SetHTTPOption(info)
	}
}

func (cs constraints) SetGitOption(info *llb.GitInfo) {
	for _, c := range cs {
		c.SetGitOption(info)
	}
}

// count is "1 crate" or "3 crates".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// short is a commit as people write it.
func short(commit string) string {
	if len(commit) > 8 {
		return commit[:8]
	}
	return commit
}

// unseen adds to the options of a mount that its content needs no look: the key
// of what made it says all.
func (c *converter) unseen(opts ...llb.MountOption) []llb.MountOption {
	if c.in.HashesMounts {
		return opts
	}
	return append(opts, llb.ContentCache(llb.MountContentCacheOff))
}

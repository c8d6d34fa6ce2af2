package llb

import (
	"path"
	"strconv"

	"github.com/moby/buildkit/client/llb"

	"github.com/org/rust-frontend/plan"
)

// read mounts what the frontend reads beside the result, so that the source step
// has it below itself.
//
// An exported cache holds what is below the result and nothing else
// (solver/exporter.go). Without this a daemon that imports the cache would
// unpack all crates to ask cargo for the unit graph. The step's key is not
// narrower for it: what these are made of is in it anyway.
func (c *converter) read() []llb.RunOption {
	out := []llb.RunOption{c.below(plan.ProbeDir, Probe(c.in))}
	if c.plan.Units != nil {
		out = append(out, c.below(plan.UnitsDir, Units(c.plan, c.in)))
	}
	for i, report := range c.in.Tries {
		out = append(out, c.below(path.Join(plan.TriesDir, strconv.Itoa(i)), report))
	}
	return out
}

// below mounts what a step has below itself, whatever is in it.
func (c *converter) below(dir string, st llb.State) llb.RunOption {
	return llb.AddMount(dir, st, c.unseen(llb.Readonly)...)
}

// over starts an action over the report with a file that the action replaces or
// removes. Of a step, an exported cache holds those outputs alone that
// something below the result needs: without this a daemon that imports it would
// run the source step again for its report.
//
// The file tells the step's runs apart by what they made. BuildKit links a step to all
// results of one definition that have an input of the same content in common,
// whatever the other inputs are (solver/cachemanager.go, Query), and names all
// links in an exported cache: if nothing were copied, or what all reports have,
// that would name every build there ever was.
func (c *converter) over(report llb.State, at string) *llb.FileAction {
	time := c.in.Time
	return llb.Copy(report, "/"+plan.MadeFile, at, &llb.CopyInfo{CreateDestPath: true, CreatedTime: &time})
}

// result is what another goal than an image results in. It is over the report
// like an image; without documentation, nothing is left.
func (c *converter) result(out, report llb.State) llb.State {
	const made = "/.rust-frontend-made"
	at := c.in.Time
	action := c.over(report, made)
	if c.plan.Goal.Traits().Docs {
		action = copyInto(action, out, "/", "/", &llb.CopyInfo{CopyDirContentsOnly: true, CreatedTime: &at, ChownOpt: root()})
	}
	return llb.Scratch().File(action.Rm(made), c.options(string(c.plan.Goal), "hand out the result")...)
}

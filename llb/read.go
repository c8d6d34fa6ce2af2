package llb

import "github.com/moby/buildkit/client/llb"

// read are the states that the frontend reads beside the result.
//
// An exported cache holds what is below the result and nothing else, and of a
// step those outputs alone that something below the result needs
// (solver/exporter.go). Without them a daemon that imports the cache would run
// the source step again for its report, and unpack all crates to ask cargo for
// the unit graph.
func (c *converter) read(g Graph) []llb.State {
	out := []llb.State{Probe(c.in.Toolchain, c.in.Platform, c.in.Run)}
	if c.plan.Units != nil {
		out = append(out, Units(c.plan, c.in))
	}
	if g.Report != nil {
		out = append(out, *g.Report)
	}
	return out
}

// over puts an action over some states without taking a file from them: no
// file has this name, so that what is in them is no part of the action's key.
func (c *converter) over(action *llb.FileAction, read []llb.State) *llb.FileAction {
	at := c.in.Time
	for _, st := range read {
		action = action.Copy(st, "/.rust-frontend-nothing*", "/", &llb.CopyInfo{AllowWildcard: true, AllowEmptyWildcard: true, CreatedTime: &at})
	}
	return action
}

// result is what another goal than an image results in.
func (c *converter) result(out llb.State, read []llb.State) llb.State {
	at := c.in.Time
	return llb.Scratch().File(c.over(llb.Copy(out, "/", "/", &llb.CopyInfo{
		CopyDirContentsOnly: true, CreatedTime: &at, ChownOpt: root(),
	}), read), c.options(string(c.plan.Goal), "hand out the result")...)
}

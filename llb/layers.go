package llb

import (
	"maps"
	"path"
	"slices"

	"github.com/moby/buildkit/client/llb"

	"github.com/org/rust-frontend/plan"
)

// layered is the crate graph: a vertex for each crate and each layer, and the
// source step over all of them, which it gives.
func (c *converter) layered() llb.ExecState {
	crates, info, source := c.crates(), c.info(), c.sourceFiles(c.plan.Source)
	outs := make([]llb.State, len(c.plan.Layers))
	for i := range c.plan.Layers {
		layer := &c.plan.Layers[i]
		slots := llb.AddMount(plan.SlotsDir, llb.Scratch(), llb.AsPersistentCacheDir(c.in.CacheNamespace+"rust-frontend-slots", llb.CacheMountShared))
		mounts := append(c.mountCrates(crates, layer.Crates), c.wrapper(), info, slots)
		for _, j := range layer.Needs {
			mounts = append(mounts, c.built(j, outs[j]))
		}
		run := c.run(stage(layer), layer.Step, c.layerTree(layer, source), mounts...)
		outs[i] = run.AddMount(plan.TargetDir, llb.Scratch())
	}
	mounts := append(c.mountCrates(crates, crates.all()), info)
	for i, out := range outs {
		mounts = append(mounts, c.built(i, out))
	}
	return c.source(mounts...)
}

// stage names a layer's stage.
func stage(layer *plan.Layer) string {
	if layer.Tree {
		return StageSource
	}
	return StageDeps
}

// layerTree is the source directory of a layer. Its part of the context is
// taken from what the source step has, so that both are of one moment.
func (c *converter) layerTree(layer *plan.Layer, source llb.State) llb.State {
	var action *llb.FileAction
	for _, part := range layer.Copy {
		action = c.copyPart(action, source, part)
	}
	name := stage(layer)
	return c.write(action, layer.Files, name, llb.ProgressGroup("rust-frontend:"+name, "["+name+"] write manifests", true))
}

// built mounts the output of a layer. Its content needs no look: the layer's
// key says all.
func (c *converter) built(i int, out llb.State) llb.RunOption {
	return llb.AddMount(path.Join(plan.BuiltDir, c.plan.Layers[i].Dir), out, c.unseen(llb.SourcePath(plan.OutputDir), llb.Readonly)...)
}

// info lets cargo question the compiler, once for all projects that compile
// with the same flags.
func (c *converter) info() llb.RunOption {
	run := c.run(StagePlan, *c.plan.Info, c.tree(*c.plan.Info, StagePlan), c.wrapper())
	return llb.AddMount(plan.InfoDir, run.AddMount(plan.OutDir, llb.Scratch()), c.unseen(llb.Readonly)...)
}

// wrapper mounts the program that stands in for rustc.
func (c *converter) wrapper() llb.RunOption {
	dir, name := path.Split(plan.WrapperFile)
	file := llb.Scratch().File(llb.Mkfile("/"+name, 0o755, []byte(plan.Wrapper), llb.WithCreatedTime(buildTime())),
		c.options(StagePlan, "write manifests")...)
	return llb.AddMount(path.Clean(dir), file, c.unseen(llb.Readonly)...)
}

// crateDirs are the directories of VendorDir, each in the state that holds it.
type crateDirs map[string]llb.State

// crates unpacks each crate and each repository by itself, so that a layer's
// key holds its own alone.
func (c *converter) crates() crateDirs {
	out := crateDirs{}
	for _, crate := range c.plan.Crates {
		name := "unpack " + crate.Name + " " + crate.Version
		out[crate.Dir] = llb.Scratch().File(c.addCrate(nil, crate), inGroup(c.options(StageFetch, name))...)
	}
	for _, git := range c.plan.Git {
		state := llb.Scratch().File(c.addGit(nil, git), inGroup(c.options(StageFetch, "unpack "+git.URL))...)
		for _, pkg := range git.Packages {
			out[pkg.Dir] = state
		}
	}
	return out
}

// all names the directories, sorted.
func (d crateDirs) all() []string { return slices.Sorted(maps.Keys(d)) }

// mountCrates mounts some directories of crates. Their content needs no look, for
// they are verified.
func (c *converter) mountCrates(d crateDirs, names []string) []llb.RunOption {
	var out []llb.RunOption
	for _, name := range names {
		out = append(out, llb.AddMount(path.Join(plan.VendorDir, name), d[name], c.unseen(llb.SourcePath("/"+name), llb.Readonly)...))
	}
	return out
}

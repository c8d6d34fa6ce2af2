package llb

import (
	"maps"
	"path"
	"slices"

	"github.com/moby/buildkit/client/llb"

	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/planner"
)

// layered is the crate graph: a vertex for each crate and each layer, and the
// source step over all of them, which it gives. The states are those that the
// source step mounts, the layers' first; the third result is [Graph.Lookups].
func (c *converter) layered(urgency llb.State) (llb.ExecState, []llb.State, *llb.State) {
	crates, info, source := c.crates(), c.info(), c.sourceFiles(c.plan.Source)
	var layers []int
	var outs []llb.State
	var built []llb.RunOption
	for i := range c.plan.Layers {
		layer := &c.plan.Layers[i]
		dirs := crates.of(layer.Crates, append([]int{i}, layer.Needs...)...)
		mounts := append(c.crateMounts(dirs, layer.Written...), info, c.slots())
		for _, j := range layer.Needs {
			mounts = append(mounts, built[j])
		}
		run := c.run(stage(layer), layer.Step, c.layerTree(layer, source), mounts...)
		out := run.AddMount(plan.TargetDir, llb.Scratch())
		layers, outs, built = append(layers, i), append(outs, out), append(built, c.built(i, out))
	}
	lookups := c.lookups(outs)
	if lookups != nil {
		built = append(built, c.below(path.Join(plan.TriesDir, "packages"), *lookups))
	}
	dirs := crates.of(slices.Collect(maps.Keys(crates.alone)), layers...)
	for _, name := range slices.Sorted(maps.Keys(dirs)) {
		outs = append(outs, dirs[name])
	}
	return c.source(slices.Concat(c.crateMounts(dirs), []llb.RunOption{info, c.below(plan.UrgencyDir, urgency)}, built)...), outs, lookups
}

// crateMounts mounts crates, and an empty directory where there are none: cargo looks into it for
// a crate that [patch] has a package of the project for.
func (c *converter) crateMounts(dirs map[string]llb.State, written ...string) []llb.RunOption {
	if len(dirs) == 0 {
		return []llb.RunOption{llb.AddMount(plan.VendorDir, llb.Scratch(), llb.Tmpfs())}
	}
	return c.mountCrates(dirs, written...)
}

// slots mounts what all layers of a daemon share.
func (c *converter) slots() llb.RunOption {
	return llb.AddMount(plan.SlotsDir, llb.Scratch(), llb.AsPersistentCacheDir(c.in.CacheNamespace+"rust-frontend-slots", llb.CacheMountShared))
}

// urgency is the step that says which layers are urgent.
func (c *converter) urgency() llb.State {
	return c.run(StagePlan, *c.plan.Urgency, llb.Scratch(), c.slots()).AddMount(plan.OutDir, llb.Scratch())
}

// fetched is an empty directory for which BuildKit has a look at some states. It
// fetches and unpacks those of an imported cache side by side then, as they are
// ready, where it does so one after another for the mounts of an exec step that starts.
func (c *converter) fetched(states []llb.State) *llb.State {
	seen := map[llb.Output]bool{}
	var action *llb.FileAction
	for _, st := range states {
		if out := st.Output(); out != nil && !seen[out] {
			seen[out] = true
			action = copyInto(action, st, "/none-of-its-files*", "/", &llb.CopyInfo{AllowWildcard: true, AllowEmptyWildcard: true})
		}
	}
	if action == nil {
		return nil
	}
	st := llb.Scratch().File(action, c.options("internal", "unpack what the imported cache has")...)
	return &st
}

// lookups gathers what the layers have looked for from what they leave. It is below the
// source step, so that an exported cache has it, see [converter.read].
func (c *converter) lookups(outs []llb.State) *llb.State {
	var action *llb.FileAction
	for i := range c.plan.Layers {
		if layer := &c.plan.Layers[i]; layer.Tree && layer.Task.Lookups != nil {
			action = copyInto(action, outs[i], path.Join("/", plan.OutputDir, plan.LookupsFile), path.Join("/", layer.Dir, plan.LookupsFile), &llb.CopyInfo{CreateDestPath: true})
		}
	}
	if action == nil {
		return nil
	}
	st := llb.Scratch().File(action, c.options("internal", "gather what the packages look for")...)
	return &st
}

// others are the layers that no layer of the tree is over, nor another one of these, of the
// states that [converter.layered] gives.
func (c *converter) others(outs []llb.State) []llb.State {
	ofTree, ofOthers := map[int]bool{}, map[int]bool{}
	for _, layer := range c.plan.Layers {
		for _, j := range layer.Needs {
			ofTree[j] = ofTree[j] || layer.Tree
		}
	}
	for i, layer := range c.plan.Layers {
		for _, j := range layer.Needs {
			ofOthers[j] = ofOthers[j] || !ofTree[i] && !layer.Tree
		}
	}
	var out []llb.State
	for i := range c.plan.Layers {
		if !c.plan.Layers[i].Tree && !ofTree[i] && !ofOthers[i] {
			out = append(out, outs[i])
		}
	}
	return out
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
	return c.copied(action, name, llb.ProgressGroup("rust-frontend:"+name, "["+name+"] copy source files", true))
}

// built mounts the output of a layer. Its content needs no look: the layer's
// key says all.
func (c *converter) built(i int, out llb.State) llb.RunOption {
	return llb.AddMount(path.Join(plan.BuiltDir, c.plan.Layers[i].Dir), out, c.unseen(llb.SourcePath(plan.OutputDir), llb.Readonly)...)
}

// info mounts what cargo has found out about the compiler.
func (c *converter) info() llb.RunOption {
	return c.below(plan.InfoDir, Info(c.plan, c.in))
}

// Info makes the graph of the step that lets cargo probe rustc, once for
// all projects that compile with the same flags.
func Info(p *plan.Plan, in Options) llb.State {
	c := newConverter(p, in)
	return c.run(StagePlan, *p.Info, llb.Scratch()).AddMount(plan.OutDir, llb.Scratch())
}

// crateDirs are the directories of VendorDir, each in a state that holds it.
type crateDirs struct {
	// alone are all of them, each in a state of its own.
	alone map[string]llb.State
	// together are those that a layer's crates are unpacked to, by layer.
	together []map[string]llb.State
}

// of gives some directories, from the states that the layers have if they do.
func (d crateDirs) of(names []string, layers ...int) map[string]llb.State {
	out := map[string]llb.State{}
	for _, name := range names {
		out[name] = d.alone[name]
	}
	for _, i := range layers {
		for name, state := range d.together[i] {
			if _, asked := out[name]; asked {
				out[name] = state
			}
		}
	}
	return out
}

// crates unpacks each crate and each repository by itself, and those that a layer
// compiles together as one. Each input of a vertex takes a hundred bytes of an
// exported cache, which BuildKit does not import when its description is over a
// megabyte (cache/remotecache/import.go).
func (c *converter) crates() crateDirs {
	out := crateDirs{alone: c.repositories(), together: make([]map[string]llb.State, len(c.plan.Layers))}
	byDir := map[string]plan.Crate{}
	for _, crate := range c.plan.Crates {
		byDir[crate.Dir] = crate
		maps.Copy(out.alone, c.unpack(crate))
	}
	for i := range c.plan.Layers {
		var crates []plan.Crate
		for _, dir := range c.plan.Layers[i].Unpack {
			crates = append(crates, byDir[dir])
		}
		out.together[i] = c.unpack(crates...)
	}
	return out
}

// unpack gives the directories of some crates, all of one state.
func (c *converter) unpack(crates ...plan.Crate) map[string]llb.State {
	out := map[string]llb.State{}
	if len(crates) == 0 {
		return out
	}
	var action *llb.FileAction
	var names []string
	for _, crate := range crates {
		action = c.addCrate(action, crate)
		names = append(names, crate.Name+" "+crate.Version)
	}
	state := llb.Scratch().File(action, inGroup(c.options(StageFetch, "unpack "+planner.Title(names)))...)
	for _, crate := range crates {
		out[crate.Dir] = state
	}
	return out
}

// repositories gives the directories of the packages of git repositories.
func (c *converter) repositories() map[string]llb.State {
	out := map[string]llb.State{}
	for _, git := range c.plan.Git {
		state := llb.Scratch().File(c.addGit(nil, git), inGroup(c.options(StageFetch, "unpack "+git.URL))...)
		for _, pkg := range git.Packages {
			out[pkg.Dir] = state
		}
	}
	return out
}

// archives mounts the crates for the planning step, which unpacks what it reads to
// memory, and the repositories.
func (c *converter) archives() []llb.RunOption {
	out := []llb.RunOption{llb.AddMount(plan.VendorDir, llb.Scratch(), llb.Tmpfs())}
	for _, crate := range c.plan.Crates {
		out = append(out, llb.AddMount(path.Join(plan.ArchivesDir, crate.Dir), c.archive(crate), c.unseen(llb.Readonly)...))
	}
	return append(out, c.mountCrates(c.repositories())...)
}

// mountCrates mounts directories of crates. Their content needs no look, for they
// are verified. What is written into some of them is thrown away. The packages of a
// repository are links into its directory, which the executor makes.
func (c *converter) mountCrates(dirs map[string]llb.State, written ...string) []llb.RunOption {
	var out []llb.RunOption
	mount := func(dir string, state llb.State, kept llb.MountOption) {
		out = append(out, llb.AddMount(path.Join(plan.VendorDir, dir), state, c.unseen(llb.SourcePath("/"+dir), kept)...))
	}
	checkouts := map[string]string{}
	for _, git := range c.plan.Git {
		for _, pkg := range git.Packages {
			checkouts[pkg.Dir] = git.Checkout
		}
	}
	repositories := map[string]llb.State{}
	for _, name := range slices.Sorted(maps.Keys(dirs)) {
		kept := llb.MountOption(llb.Readonly)
		if slices.Contains(written, name) {
			kept = llb.ForceNoOutput
		}
		if checkout := checkouts[name]; checkout != "" {
			repositories[checkout] = dirs[name]
			continue
		}
		mount(name, dirs[name], kept)
	}
	for _, name := range slices.Sorted(maps.Keys(repositories)) {
		mount(name, repositories[name], llb.ForceNoOutput)
	}
	return out
}

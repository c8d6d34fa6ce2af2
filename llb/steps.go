package llb

import (
	"cmp"
	"path"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/moby/buildkit/client/llb"

	"github.com/org/rust-frontend/plan"
)

// deps compiles the dependencies over the skeleton; its output is the target
// directory. Unless a solid package is in it, the skeleton is pure
// definition: no file of the context is in the key.
func (c *converter) deps(vendor llb.State) llb.State {
	mounts := []llb.RunOption{c.mountAll(vendor)}
	if c.plan.Deps.Task.Lookups != nil {
		mounts = append(mounts, c.slots())
	}
	run := c.run(StageDeps, *c.plan.Deps, c.contextFiles(*c.plan.Deps, StageDeps), mounts...)
	return run.AddMount(plan.TargetDir, llb.Scratch())
}

// source compiles the packages of the tree over the dependencies, which are
// mounted with the crates. The target directory is thrown away, so an edit
// exports a few megabytes.
func (c *converter) source(mounts ...llb.RunOption) llb.ExecState {
	step, stage := c.plan.Source, cmp.Or(string(c.plan.Goal), StageSource)
	if lists := c.plan.Audit; len(lists) > 0 {
		mounts = append(mounts, llb.AddMount(plan.AuditDir, c.write(lists, StageSource, "write the lists of packages"), c.unseen(llb.Readonly)...))
	}
	return c.run(stage, step, c.sourceFiles(step), append(append(mounts, c.slots()), c.read()...)...)
}

// mountAll mounts one directory of crates. A step may date its directories.
func (c *converter) mountAll(vendor llb.State) llb.RunOption {
	return llb.AddMount(plan.VendorDir, vendor, c.unseen(llb.ForceNoOutput)...)
}

// sourceFiles are the files of the context. One part is the context itself,
// which is no blob in an exported cache; the step dates the files. Over another try it is a
// copy: BuildKit does not look at the content of an input beside one that was never used
// before, such as that try's report (solver/edge.go, noCacheMatchPossible), and a context
// has no other key that the next build would find.
func (c *converter) sourceFiles(step plan.Step) llb.State {
	if len(step.Copy) == 1 && len(c.in.Tries) == 0 {
		return c.in.Files("source files", step.Copy[0])
	}
	return c.contextFiles(step, StageSource)
}

// run is one step: the executor with a document of the plan, and the network off.
func (c *converter) run(stage string, step plan.Step, files llb.State, more ...llb.RunOption) llb.ExecState {
	opts := []llb.RunOption{
		llb.Args([]string{plan.ExecutorFile, step.Name}),
		llb.Dir(plan.SourceDir),
		llb.Network(llb.NetModeNone),
		llb.User(rootUser),
		sourceDir(step, files),
		llb.AddMount(plan.HomeDir, llb.Scratch(), llb.Tmpfs()),
		c.executor,
	}
	for _, e := range step.Env {
		opts = append(opts, llb.AddEnv(e.Name, e.Value))
	}
	opts = append(opts, c.document(step)...)
	if len(step.Originals) > 0 {
		opts = append(opts, llb.AddMount(plan.OriginalsDir, c.originals(stage, step), llb.Readonly))
	}
	for _, o := range append(c.options(stage, step.Name, step.Compiles...), c.locate(step.At.File, step.At.Line)...) {
		opts = append(opts, o)
	}
	opts = append(opts, c.in.Run...)
	return c.toolchain().Run(append(opts, more...)...)
}

// originals are files of the context that the plan has written anew, as they are there.
func (c *converter) originals(stage string, step plan.Step) llb.State {
	all := plan.Copy{Include: plan.Literally(c.plan.Source.Originals)}
	part := plan.Copy{Include: plan.Literally(step.Originals)}
	return c.copied(c.copyPart(nil, c.in.Files("files that the plan has written anew", all), part), stage)
}

// document gives a step its document: in a variable, which spares BuildKit a vertex and
// two snapshots, or in a file if it is long.
func (c *converter) document(step plan.Step) []llb.RunOption {
	doc := step.Document()
	if len(doc) <= plan.MostInVariable {
		return []llb.RunOption{llb.AddEnv(plan.StepVariable, string(doc))}
	}
	dir, name := path.Split(plan.StepFile)
	file := c.write([]plan.File{{Path: name, Data: doc}}, StagePlan, "write the document")
	return []llb.RunOption{
		llb.AddEnv(plan.StepVariable, plan.StepFile),
		llb.AddMount(path.Clean(dir), file, c.unseen(llb.Readonly)...),
	}
}

// sourceDir mounts a step's files of the context, or nothing in memory. The executor adds
// those that the plan wrote.
func sourceDir(step plan.Step, files llb.State) llb.RunOption {
	if len(step.Copy) == 0 {
		return llb.AddMount(plan.SourceDir, llb.Scratch(), llb.Tmpfs())
	}
	return llb.AddMount(plan.SourceDir, files, llb.ForceNoOutput)
}

// toolchain is the image that compiles, with what rustup must add.
func (c *converter) toolchain() llb.State {
	st, add := c.in.Toolchain, c.plan.Toolchain
	if add.AddTarget != "" {
		st = c.rustup(st, "add the standard library of "+add.AddTarget, "target", "add", add.AddTarget)
	}
	if add.AddComponent != "" {
		st = c.rustup(st, "add "+add.AddComponent, "component", "add", add.AddComponent)
	}
	return st
}

// rustup runs rustup in the toolchain image: the one exec with a network, which
// compiles nothing.
func (c *converter) rustup(st llb.State, name string, args ...string) llb.State {
	opts := []llb.RunOption{llb.Args(append([]string{"rustup"}, args...)), llb.User(rootUser)}
	for _, o := range c.options(StageToolchain, name) {
		opts = append(opts, o)
	}
	return st.Run(slices.Concat(opts, c.in.Run, c.in.Online)...).Root()
}

// contextFiles are the parts of the context that a step has, all at one fixed time.
func (c *converter) contextFiles(step plan.Step, stage string) llb.State {
	var action *llb.FileAction
	for _, part := range step.Copy {
		action = c.copyPart(action, c.in.Files(stage+" files", part), plan.Copy{})
	}
	return c.copied(action, stage)
}

// copied runs what copyPart has made, which may be nothing.
func (c *converter) copied(action *llb.FileAction, stage string, more ...llb.ConstraintsOpt) llb.State {
	if action == nil {
		return llb.Scratch()
	}
	return llb.Scratch().File(action, append(c.options(stage, "copy source files"), more...)...)
}

// copyPart copies a part of some files to the same place, all for the empty one.
func (c *converter) copyPart(action *llb.FileAction, from llb.State, part plan.Copy) *llb.FileAction {
	fixed := buildTime()
	info := &llb.CopyInfo{
		CopyDirContentsOnly: true, CreatedTime: &fixed, ChownOpt: root(),
		IncludePatterns: part.Include, ExcludePatterns: part.Exclude,
	}
	return copyInto(action, from, "/", "/", info)
}

// write makes a directory of some files.
func (c *converter) write(files []plan.File, stage, name string) llb.State {
	var action *llb.FileAction
	fixed := buildTime()
	for _, dir := range dirs(files) {
		action = mkdir(action, "/"+dir, fixed)
	}
	for _, f := range files {
		action = mkfile(action, f, fixed)
	}
	if action == nil {
		return llb.Scratch()
	}
	return llb.Scratch().File(action, c.options(stage, name)...)
}

// mkdir starts an action with a directory or adds it to one.
func mkdir(action *llb.FileAction, dir string, at time.Time) *llb.FileAction {
	opts := []llb.MkdirOption{llb.WithParents(true), llb.WithCreatedTime(at)}
	if action == nil {
		return llb.Mkdir(dir, 0o755, opts[0], opts[1])
	}
	return action.Mkdir(dir, 0o755, opts[0], opts[1])
}

// mkfile starts an action with a file or adds it to one.
func mkfile(action *llb.FileAction, f plan.File, at time.Time) *llb.FileAction {
	if action == nil {
		return llb.Mkfile("/"+f.Path, 0o644, f.Data, llb.WithCreatedTime(at))
	}
	return action.Mkfile("/"+f.Path, 0o644, f.Data, llb.WithCreatedTime(at))
}

// dirs are the directories that the files need, leaves only, sorted.
func dirs(files []plan.File) []string {
	set := map[string]bool{}
	for _, f := range files {
		if d := path.Dir(f.Path); d != "." {
			set[d] = true
		}
	}
	var out []string
	for d := range set {
		out = append(out, d)
	}
	sort.Strings(out)
	return leaves(out)
}

// leaves drops a directory that a later one lies in, since Mkdir makes parents.
func leaves(sorted []string) []string {
	var out []string
	for i, d := range sorted {
		inside := false
		for _, later := range sorted[i+1:] {
			inside = inside || strings.HasPrefix(later, d+"/")
		}
		if !inside {
			out = append(out, d)
		}
	}
	return out
}

package planner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// draft is a plan that is being made.
type draft struct{ *plan.Plan }

// New makes the plan of one build for one platform. What it says depends on
// its arguments alone. Errors are [*cargo.Error] at the line that is to blame:
// no or a stale Cargo.lock, an ambiguous selection, unknown features or
// profiles, a toolchain that is too old, a source that cannot be used.
func New(ws *cargo.Workspace, s *settings.Settings, in Inputs) (*plan.Plan, error) {
	if s.Profile == "" {
		with := *s
		with.Profile = s.Goal.Profile()
		s = &with
	}
	c, err := newClosure(ws, s, in.Target)
	if err != nil {
		return nil, err
	}
	if err := settings.CheckProfile(ws, s); err != nil {
		return nil, err
	}
	p := draft{&plan.Plan{LockFile: ws.LockFile(), Goal: s.Goal, Profile: s.Profile, Packages: c.planPackages()}}
	if p.Triple, err = chooseTriple(ws, s, in); err != nil {
		return nil, err
	}
	if err := checkGoal(ws, s.Goal, in, p.Triple); err != nil {
		return nil, err
	}
	if p.Toolchain, err = ChooseToolchain(ws, s); err != nil {
		return nil, err
	}
	if err := c.checkProbe(in.Probe, &p.Toolchain, p.Triple); err != nil {
		return nil, err
	}
	f, err := c.fetch(in)
	if err != nil {
		return nil, err
	}
	p.Crates, p.Git, p.Vendored = f.crates, f.git, f.vendored
	cmd, err := newCommand(c, s, in, p.Triple)
	if err != nil {
		return nil, err
	}
	for _, b := range c.sel.Bins {
		p.Bins = append(p.Bins, plan.Bin{
			Name:    b.Target.Name,
			Package: b.Package.Name,
			File:    cmd.outputs() + "/" + b.Target.Name,
			Path:    plan.BinDir + "/" + b.Target.Name,
		})
	}
	if cmd.debug != nil {
		for _, b := range p.Bins {
			cmd.debug.Files = append(cmd.debug.Files, debugFile(b.Name))
		}
	}
	p.Debug, p.NoDebug = cmd.debug, cmd.noDebug
	if err := p.writeSteps(cmd, s, f, in.Found); err != nil {
		return nil, err
	}
	if err := p.writeLayers(cmd, s, f, in); err != nil {
		return nil, err
	}
	if s.Goal == settings.Build {
		if err := p.writeResult(cmd, s, f, in); err != nil {
			return nil, err
		}
	}
	for _, w := range ws.Warnings {
		p.Warnings = append(p.Warnings, settings.Warning{File: w.File, Line: w.Line, Msg: w.Msg})
	}
	return p.Plan, nil
}

// writeResult writes the image, and the lists of what is in it.
func (p draft) writeResult(cmd *command, s *settings.Settings, f *fetched, in Inputs) error {
	c := cmd.c
	p.Image = newImage(s, p.Bins, c.sel.Bins[0].Package)
	if err := p.checkImage(s, in.Probe); err != nil {
		return err
	}
	if (in.SBOM || s.Auditable) && p.Units == nil {
		p.Units = cmd.unitsStep(p.Deps, nil)
	}
	if in.SBOM {
		p.writeSBOM(c, in, f)
	}
	if s.Auditable && in.Units != nil {
		return p.writeAudit(c, s, in, f)
	}
	return nil
}

// writeSteps writes both steps from one command.
func (p draft) writeSteps(cmd *command, s *settings.Settings, f *fetched, found map[string]plan.Found) error {
	c, config := cmd.c, cmd.c.config(f, cmd.c.locked)
	deps, last := c.goal.Names(c.title())
	skeleton, err := view{c: c, skeleton: true}.files(config).list()
	if err != nil {
		return err
	}
	source, err := view{c: c}.files(config).list()
	if err != nil {
		return err
	}
	at, lastAt := c.places()
	p.Deps = plan.Step{
		Name: deps, Compiles: c.depsCompiles(), At: at, Files: skeleton, Links: links(f.git, nil),
		Env: cmd.env, Task: cmd.depsTask(),
	}
	if solid := c.solidPackages(); len(solid) > 0 {
		known := merged(foundOf(found, solid), found[plan.DepsStep])
		p.Deps.Copy, p.Deps.Originals = c.solidCopy(s, solid, known, f.vendored), known.Originals
		p.Deps.Task.Lookups = c.lookupsTask(plan.DepsStep, solid, found[plan.DepsStep])
		p.Deps.Task.Help = []plan.Help{absent()}
	} else {
		p.Deps.Env = withWrapper(cmd.env)
	}
	all := merged(merged(foundOf(found, c.tree), found[plan.SourceStep]), found[plan.DepsStep])
	p.Source = plan.Step{
		Name: last, Compiles: c.compiles(), At: lastAt, Files: source, Copy: c.sourceCopy(s, all, f.vendored), Originals: all.Originals,
		Links: links(f.git, nil),
		Env:   cmd.env, Task: cmd.sourceTask(nil, found[plan.SourceStep]),
	}
	for _, i := range c.locked {
		if l := c.ws.Lock.Packages[i]; c.of[i] == nil {
			p.Deps.Blame = append(p.Deps.Blame, plan.Compiled{Name: l.Name, Version: l.Version, At: c.place(i)})
		}
	}
	if s.Goal == settings.Build { // otherwise the exit code is what the command's users know
		p.Source.Blame = blame(c.tree)
	}
	p.Deps.Key = stepKey(p.Plan, p.Deps, "")
	p.Source.Key = stepKey(p.Plan, p.Source, "dependencies: the output of the step before")
	return nil
}

// writeLayers writes the crate graph, or the steps that are needed to know it.
func (p draft) writeLayers(cmd *command, s *settings.Settings, f *fetched, in Inputs) error {
	c := cmd.c
	if s.Layers == 0 || s.Layers == 1 {
		return nil
	}
	if why := c.oneLayer(f); why != "" {
		if at := s.Where("layers"); at.File != "" {
			p.Warnings = append(p.Warnings, settings.Warning{File: at.File, Line: at.Line, Rule: settings.NoEffect, Msg: "layers has no effect: " + why})
		}
		return nil
	}
	if s.Goal != settings.Build && len(f.crates)+len(f.git) == 0 {
		return nil // nothing to cut, and members have no steps
	}
	config, err := encode(c.config(f, nil))
	if err != nil {
		return err
	}
	p.Units, p.Info = cmd.unitsStep(p.Deps, f.crates), cmd.infoStep(config)
	if in.UnknownLayout {
		p.Warnings = append(p.Warnings, settings.Warning{Msg: "all dependencies are compiled in one step: " +
			"this toolchain's cargo lays out what it compiles in a way that this version of rust-frontend does not know"})
		return nil
	}
	if in.Units == nil {
		return nil
	}
	l, err := c.newLayering(cmd, f, in)
	if err != nil {
		return err
	}
	l.settings = s
	if p.Layers, p.Urgency, err = l.layers(l.limit(s)); err != nil || len(p.Layers) == 0 {
		return err
	}
	p.Source.Task = cmd.sourceTask(p.Layers, in.Found[plan.SourceStep])
	p.Source.Key = stepKey(p.Plan, p.Source, "dependencies: the outputs of the layers")
	return nil
}

// title names what is built for people: the binaries, or the packages of a goal
// without any.
func (c *closure) title() string {
	names := settings.BinNames(c.sel.Bins)
	if c.goal != settings.Build {
		for _, p := range c.sel.Packages {
			names = append(names, p.Name)
		}
	}
	return strings.Join(names, ", ")
}

// compiles lists the packages of the tree and the chosen binaries.
func (c *closure) compiles() []string {
	out := settings.BinNames(c.sel.Bins)
	for _, p := range c.tree {
		out = append(out, p.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// depsCompiles lists what the dependencies step compiles when there are no layers:
// the packages from elsewhere, and those of the tree that they depend on.
func (c *closure) depsCompiles() []string {
	var out []string
	for _, i := range c.locked {
		if p := c.of[i]; !c.replaced(i) && (p == nil || c.solid[p]) {
			out = append(out, c.ws.Lock.Packages[i].Name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// planPackages lists the closure's packages of the tree by name.
func (c *closure) planPackages() []plan.Package {
	var out []plan.Package
	for _, p := range c.tree {
		out = append(out, plan.Package{Name: p.Name, Version: p.Version, Dir: p.Dir, Solid: c.solid[p]})
	}
	slices.SortFunc(out, func(a, b plan.Package) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Dir, b.Dir))
	})
	return out
}

package planner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/manifest"
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
	c, err := manifest.New(ws, s, in.Target)
	if err != nil {
		return nil, err
	}
	if err := settings.CheckProfile(ws, s); err != nil {
		return nil, err
	}
	p := draft{&plan.Plan{LockFile: ws.LockFile(), Goal: s.Goal, Profile: s.Profile, Packages: planPackages(c)}}
	if p.Triple, err = chooseTriple(ws, s, in); err != nil {
		return nil, err
	}
	if err := checkGoal(ws, s.Goal, in, p.Triple); err != nil {
		return nil, err
	}
	if p.Toolchain, err = ChooseToolchain(ws, s); err != nil {
		return nil, err
	}
	if err := checkProbe(c, in.Probe, &p.Toolchain, p.Triple); err != nil {
		return nil, err
	}
	f, err := fetch(c, in)
	if err != nil {
		return nil, err
	}
	p.Crates, p.Git, p.Vendored = f.Crates, f.Git, f.Vendored
	cmd, err := newCommand(c, s, in, p.Triple)
	if err != nil {
		return nil, err
	}
	for _, b := range c.Selection.Bins {
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
func (p draft) writeResult(cmd *command, s *settings.Settings, f *manifest.Fetched, in Inputs) error {
	c := cmd.c
	p.Image = newImage(s, p.Bins, c.Selection.Bins[0].Package)
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
func (p draft) writeSteps(cmd *command, s *settings.Settings, f *manifest.Fetched, found map[string]plan.Found) error {
	c, config := cmd.c, cmd.c.Config(f, cmd.c.Locked)
	deps, last := c.Goal.Names(titleOf(c))
	skeleton, err := manifest.View{Closure: c, Skeleton: true}.Files(config).List()
	if err != nil {
		return err
	}
	source, err := manifest.View{Closure: c}.Files(config).List()
	if err != nil {
		return err
	}
	at, lastAt := stepPlaces(c)
	p.Deps = plan.Step{
		Name: deps, Compiles: depsCompiles(c), At: at, Files: skeleton, Links: links(f.Git, nil),
		Env: cmd.env, Task: cmd.depsTask(),
	}
	if solid := c.SolidPackages(); len(solid) > 0 {
		known := merged(foundOf(found, solid), found[plan.DepsStep])
		p.Deps.Copy, p.Deps.Originals = c.SolidCopy(s, solid, known, f.Vendored), known.Originals
		p.Deps.Task.Lookups = lookupsTask(c, plan.DepsStep, solid, found[plan.DepsStep])
		p.Deps.Task.Help = []plan.Help{absent()}
	} else {
		p.Deps.Env = withWrapper(cmd.env)
	}
	all := merged(merged(foundOf(found, c.Tree), found[plan.SourceStep]), found[plan.DepsStep])
	p.Source = plan.Step{
		Name: last, Compiles: sourceCompiles(c), At: lastAt, Files: source, Copy: c.SourceCopy(s, all, f.Vendored), Originals: all.Originals,
		Links: links(f.Git, nil),
		Env:   cmd.env, Task: cmd.sourceTask(nil, found[plan.SourceStep]),
	}
	for _, i := range c.Locked {
		if l := c.Workspace.Lock.Packages[i]; c.PackageOf[i] == nil {
			p.Deps.Blame = append(p.Deps.Blame, plan.Compiled{Name: l.Name, Version: l.Version, At: lockedPlace(c, i)})
		}
	}
	if s.Goal == settings.Build { // otherwise the exit code is what the command's users know
		p.Source.Blame = blame(c.Tree)
	}
	p.Deps.Key = stepKey(p.Plan, p.Deps, "")
	p.Source.Key = stepKey(p.Plan, p.Source, "dependencies: the output of the step before")
	return nil
}

// writeLayers writes the crate graph, or the steps that are needed to know it.
func (p draft) writeLayers(cmd *command, s *settings.Settings, f *manifest.Fetched, in Inputs) error {
	c := cmd.c
	if s.Layers == 0 || s.Layers == 1 {
		return nil
	}
	if why := oneLayer(c, f); why != "" {
		if at := s.Where("layers"); at.File != "" {
			p.Warnings = append(p.Warnings, settings.Warning{File: at.File, Line: at.Line, Rule: settings.NoEffect, Msg: "layers has no effect: " + why})
		}
		return nil
	}
	if s.Goal != settings.Build && len(f.Crates)+len(f.Git) == 0 {
		return nil // nothing to cut, and members have no steps
	}
	config, err := manifest.Encode(c.Config(f, nil))
	if err != nil {
		return err
	}
	p.Units, p.Info = cmd.unitsStep(p.Deps, f.Crates), cmd.infoStep(config)
	if in.UnknownLayout {
		p.Warnings = append(p.Warnings, settings.Warning{Msg: "all dependencies are compiled in one step: " +
			"this toolchain's cargo lays out what it compiles in a way that this version of rust-frontend does not know"})
		return nil
	}
	if in.Units == nil {
		return nil
	}
	l, err := newLayering(c, cmd, f, in)
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

// titleOf names what is built for people: the binaries, or the packages of a goal
// without any.
func titleOf(c *manifest.Closure) string {
	names := settings.BinNames(c.Selection.Bins)
	if c.Goal != settings.Build {
		for _, p := range c.Selection.Packages {
			names = append(names, p.Name)
		}
	}
	return strings.Join(names, ", ")
}

// sourceCompiles lists the packages of the tree and the chosen binaries.
func sourceCompiles(c *manifest.Closure) []string {
	out := settings.BinNames(c.Selection.Bins)
	for _, p := range c.Tree {
		out = append(out, p.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// depsCompiles lists what the dependencies step compiles when there are no layers:
// the packages from elsewhere, and those of the tree that they depend on.
func depsCompiles(c *manifest.Closure) []string {
	var out []string
	for _, i := range c.Locked {
		if p := c.PackageOf[i]; !c.IsReplaced(i) && (p == nil || c.Solid[p]) {
			out = append(out, c.Workspace.Lock.Packages[i].Name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// planPackages lists the closure's packages of the tree by name.
func planPackages(c *manifest.Closure) []plan.Package {
	var out []plan.Package
	for _, p := range c.Tree {
		out = append(out, plan.Package{Name: p.Name, Version: p.Version, Dir: p.Dir, Solid: c.Solid[p]})
	}
	slices.SortFunc(out, func(a, b plan.Package) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Dir, b.Dir))
	})
	return out
}

package planner

import (
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// Selected is what a build is about: the binaries or packages that were asked for, and the
// part of the workspace and of Cargo.lock that they need.
type Selected struct {
	settings *settings.Settings
	closure  *manifest.Closure
}

// Select verifies Cargo.lock and decides what is built; target is --target, or "". Errors are
// [*document.Error] at the line that is to blame: no or a stale Cargo.lock, an ambiguous
// selection, unknown features or profiles.
func Select(ws *cargo.Workspace, s *settings.Settings, target string) (*Selected, error) {
	if s.Profile == "" {
		with := *s
		with.Profile = s.Goal.Traits().Profile
		s = &with
	}
	c, err := manifest.New(ws, s, target)
	if err != nil {
		return nil, err
	}
	if err := settings.CheckProfile(ws, s); err != nil {
		return nil, err
	}
	return &Selected{settings: s, closure: c}, nil
}

// Prepared is a build that is planned but for what the toolchain has to be asked. It is not
// changed any more, so many plans can be made of it.
type Prepared struct {
	// Plan is what is known so far: the toolchain, what is fetched, the image, the questions
	// Units and Info, and the steps of the one-layer form.
	Plan    *plan.Plan
	of      *Selected
	in      Facts
	command *command
	fetched *manifest.Fetched
}

// Prepare plans one build for one platform as far as that can be done without asking the
// toolchain. What it says depends on its arguments alone. Errors are [*document.Error] at the
// line that is to blame: a toolchain that is too old, a source that cannot be used.
func (of *Selected) Prepare(in Facts) (*Prepared, error) {
	c, s := of.closure, of.settings
	p := draft{&plan.Plan{LockFile: c.Workspace.LockFile(), Goal: s.Goal, Profile: s.Profile, Packages: planPackages(c)}}
	q := &Prepared{Plan: p.Plan, of: of, in: in}
	if err := p.choose(c, s, in); err != nil {
		return nil, err
	}
	var err error
	if q.fetched, err = fetch(c, in); err != nil {
		return nil, err
	}
	p.Crates, p.Git, p.Vendored = q.fetched.Crates, q.fetched.Git, q.fetched.Vendored
	if q.command, err = newCommand(c, s, in, p.Triple); err != nil {
		return nil, err
	}
	p.writeBins(q.command)
	if err := p.writeSteps(q.command, s, q.fetched, nil); err != nil {
		return nil, err
	}
	if err := p.writeQuestions(q.command, s, q.fetched, in.SBOM); err != nil {
		return nil, err
	}
	if !s.Goal.Traits().Image {
		return q, nil
	}
	p.Image = newImage(s, p.Bins, c.Selection.Bins[0].Package)
	if err := p.checkImage(s, in.Probe); err != nil {
		return nil, err
	}
	return q, nil
}

// draft is a plan that is being made.
type draft struct{ *plan.Plan }

// choose decides for which target with which toolchain a build is.
func (p draft) choose(c *manifest.Closure, s *settings.Settings, in Facts) (err error) {
	if p.Triple, err = chooseTriple(c.Workspace, s, in); err != nil {
		return err
	}
	if err := checkGoal(c.Workspace, s.Goal, in, p.Triple); err != nil {
		return err
	}
	if p.Toolchain, err = ChooseToolchain(c.Workspace, s); err != nil {
		return err
	}
	p.Warnings = append(p.Warnings, otherCompiler(c.Workspace.Toolchain, in.Probe, p.Toolchain)...)
	p.Warnings = append(p.Warnings, otherPrograms(c.Workspace.Config)...)
	return checkProbe(c, in.Probe, &p.Toolchain, p.Triple)
}

// writeBins names the binaries and their debug files.
func (p draft) writeBins(cmd *command) {
	for _, b := range cmd.c.Selection.Bins {
		name := b.Target.Name
		p.Bins = append(p.Bins, plan.Bin{
			Name: name, Package: b.Package.Name,
			File: cmd.outputs() + "/" + name, Path: plan.BinDir + "/" + name,
		})
		if cmd.debug != nil {
			cmd.debug.Files = append(cmd.debug.Files, debugFile(name))
		}
	}
	p.Debug, p.NoDebug = cmd.debug, cmd.noDebug
}

// writeQuestions writes the steps that ask the toolchain: for the crate graph, or for an
// SBOM or lists of packages alone.
func (p draft) writeQuestions(cmd *command, s *settings.Settings, f *manifest.Fetched, sbom bool) error {
	if p.wantsLayers(cmd.c, s, f) {
		config, err := manifest.Encode(cmd.c.Config(f, nil))
		if err != nil {
			return err
		}
		p.Units, p.Info = cmd.unitsStep(p.Deps, f.Crates), cmd.infoStep(config)
	} else if s.Goal.Traits().Image && (sbom || s.Auditable) {
		p.Units = cmd.unitsStep(p.Deps, nil)
	}
	return nil
}

// wantsLayers says whether the dependencies are cut into steps.
func (p draft) wantsLayers(c *manifest.Closure, s *settings.Settings, f *manifest.Fetched) bool {
	if s.Layers == 0 || s.Layers == 1 {
		return false
	}
	if why := oneLayer(c, f); why != "" {
		if at := s.Where("layers"); at.File != "" {
			p.Warnings = append(p.Warnings, settings.Warning{File: at.File, Line: at.Line, Rule: settings.NoEffect, Msg: "layers has no effect: " + why})
		}
		return false
	}
	// Otherwise there is nothing to cut, and members have no steps.
	return s.Goal.Traits().Image || len(f.Crates)+len(f.Git) > 0
}

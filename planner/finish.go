package planner

import (
	"slices"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// known is all that a plan is made of, beside the project.
type known struct {
	Facts
	Answers
	// found is what earlier tries have found out, by the directories of packages, or
	// [plan.SourceStep] and [plan.DepsStep].
	found map[string]plan.Found
}

// Finish makes the plan with what the toolchain has answered. Without answers it is the
// one-layer form, which is as right and rebuilds more. Errors are [*document.Error] at the line
// that is to blame.
func (q *Prepared) Finish(a Answers) (*plan.Plan, error) { return q.finish(known{q.in, a, nil}) }

// Unasked plans a build without asking the toolchain anything: the one-layer form.
func (of *Selected) Unasked(in Facts) (*plan.Plan, error) {
	q, err := of.Prepare(in)
	if err != nil {
		return nil, err
	}
	return q.Finish(Answers{})
}

// Again makes it anew after tries that lacked files: found says what was found out, by the
// directories of packages, or [plan.SourceStep] and [plan.DepsStep].
func (q *Prepared) Again(a Answers, found map[string]plan.Found) (*plan.Plan, error) {
	return q.finish(known{q.in, a, found})
}

func (q *Prepared) finish(k known) (*plan.Plan, error) {
	whole := *q.Plan
	p, s := draft{&whole}, q.of.settings
	p.Warnings = slices.Clone(p.Warnings)
	if len(k.found) > 0 {
		if err := p.writeSteps(q.command, s, q.fetched, k.found); err != nil {
			return nil, err
		}
	}
	if err := p.writeLayers(q, k); err != nil {
		return nil, err
	}
	if s.Goal.Traits().Image {
		if err := p.writeLists(q, k); err != nil {
			return nil, err
		}
	}
	for _, w := range q.of.closure.Workspace.Warnings {
		p.Warnings = append(p.Warnings, settings.Warning{File: w.File, Line: w.Line, Msg: w.Msg})
	}
	return p.Plan, nil
}

// writeLayers puts the crate graph in the place of the dependencies step.
func (p draft) writeLayers(q *Prepared, k known) error {
	if p.Info == nil {
		return nil
	}
	if k.UnknownLayout {
		p.Warnings = append(p.Warnings, settings.Warning{Msg: "all dependencies are compiled in one step: " +
			"this toolchain's cargo lays out what it compiles in a way that this version of rust-frontend does not know"})
		return nil
	}
	if k.Units == nil {
		return nil
	}
	l, err := newLayering(q, k)
	if err != nil {
		return err
	}
	if p.Layers, p.Urgency, err = l.layers(l.limit(q.of.settings)); err != nil || len(p.Layers) == 0 {
		return err
	}
	p.Deps = nil
	if err := p.writeSource(q, k, l.packages()); err != nil {
		return err
	}
	p.Source.Key = stepKey(p.Plan, &p.Source, "dependencies: the outputs of the layers")
	return nil
}

// writeSource has the last step compile some packages of the tree over the layers. The others
// are stubs: no feature of this build needs them, and so their files are not in the key.
func (p draft) writeSource(q *Prepared, k known, packages []*cargo.Package) error {
	c := q.of.closure
	p.Source.Task = q.command.sourceTask(p.Layers, packages, k.found)
	if len(packages) == len(c.Tree) {
		return nil
	}
	real := map[*cargo.Package]bool{}
	for _, pkg := range packages {
		real[pkg] = true
	}
	files, err := manifest.View{Closure: c, Real: real}.Files(c.Config(q.fetched, c.Locked)).List()
	if err != nil {
		return err
	}
	p.Source.Files = files
	p.Source.Copy = c.SourceCopy(q.of.settings, packages, foundForAll(c, k.found), q.fetched.Vendored)
	return nil
}

// writeLists writes what is compiled, for an SBOM and for the binaries.
func (p draft) writeLists(q *Prepared, k known) error {
	if k.SBOM {
		p.writeSBOM(q.of.closure, k, q.fetched)
	}
	if q.of.settings.Auditable && k.Units != nil {
		return p.writeAudit(q.of.closure, q.of.settings, k, q.fetched)
	}
	return nil
}

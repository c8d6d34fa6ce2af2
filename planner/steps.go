package planner

import (
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// writeSteps writes both steps from one command.
func (p draft) writeSteps(cmd *command, s *settings.Settings, f *manifest.Fetched, found map[string]plan.Found) error {
	c, config := cmd.c, cmd.c.Config(f, cmd.c.Locked)
	goal, what := c.Goal.Traits(), titleOf(c)
	skeleton, err := manifest.View{Closure: c, Skeleton: true}.Files(config).List()
	if err != nil {
		return err
	}
	source, err := manifest.View{Closure: c}.Files(config).List()
	if err != nil {
		return err
	}
	at, lastAt := stepPlaces(c)
	p.Deps = &plan.Step{
		Name: goal.DepsTitle + " " + what, Compiles: depsCompiles(c), At: at, Files: skeleton, Links: links(f.Git, nil),
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
		Name: goal.Title + " " + what, Compiles: sourceCompiles(c), At: lastAt, Files: source, Copy: c.SourceCopy(s, all, f.Vendored), Originals: all.Originals,
		Links: links(f.Git, nil),
		Env:   cmd.env, Task: cmd.sourceTask(nil, found[plan.SourceStep]),
	}
	for _, i := range c.Locked {
		if l := c.Workspace.Lock.Packages[i]; c.PackageOf[i] == nil {
			p.Deps.Blame = append(p.Deps.Blame, plan.Compiled{Name: l.Name, Version: l.Version, At: lockedPlace(c, i)})
		}
	}
	if s.Goal.Traits().Image { // otherwise the exit code is what the command's users know
		p.Source.Blame = blame(c.Tree)
	}
	p.Deps.Key = stepKey(p.Plan, p.Deps, "")
	p.Source.Key = stepKey(p.Plan, &p.Source, "dependencies: the output of the step before")
	return nil
}

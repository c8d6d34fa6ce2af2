package planner

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"path"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
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
		known := foundOf(found, solid, plan.DepsStep)
		p.Deps.Copy, p.Deps.Originals = c.SolidCopy(s, solid, known, f.Vendored), known.Originals
		p.Deps.Task.Lookups = lookupsTask(c, plan.DepsStep, cmd.triple, solid, found[plan.DepsStep], known.Names)
		p.Deps.Task.Lookups.Runs = slices.ContainsFunc(solid, mayRun)
		p.Deps.Task.Help, p.Deps.Env = []plan.Help{absent()}, cmd.memberEnv
	} else {
		p.Deps.Env = withWrapper(cmd.env)
	}
	all := foundForAll(c, found)
	p.Source = plan.Step{
		Name: goal.Title + " " + what, Compiles: sourceCompiles(c), At: lastAt, Files: source, Copy: c.SourceCopy(s, c.Tree, all, f.Vendored), Originals: all.Originals,
		Links: links(f.Git, nil),
		Env:   cmd.memberEnv, Task: cmd.sourceTask(nil, c.Tree, found),
	}
	if l := p.Deps.Task.Lookups; l != nil {
		p.Source.Task.Lookups.Below = [][]string{l.Memory}
	}
	p.Deps.Task.Help = append(cmd.needed(p.Deps.Compiles, p.Deps.Compiles), p.Deps.Task.Help...)
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

// stepKey lists what a step's cache key depends on, for people who compare two
// plans: a line that differs is the reason why a step ran again.
func stepKey(p *plan.Plan, s *plan.Step, before string) []string {
	key := []string{"toolchain: " + p.Toolchain.Image}
	if before != "" {
		key = append(key, before)
	}
	switch {
	case p.Vendored != "":
		key = append(key, "crates: vendored in "+p.Vendored)
	default:
		key = append(key, fmt.Sprintf("crates: %d, %s", len(p.Crates), cratesSum(p.Crates)))
	}
	for _, g := range p.Git {
		key = append(key, fmt.Sprintf("git: %s at %s", g.URL, g.Commit))
	}
	manifests, stubs := sha256.New(), sha256.New()
	for _, f := range s.Files {
		switch {
		case strings.HasSuffix(f.Path, "Cargo.lock"):
			key = append(key, fmt.Sprintf("lock: sha256:%x", sha256.Sum256(f.Data)))
		case slices.Contains([]string{"config", "config.toml"}, path.Base(f.Path)):
			key = append(key, fmt.Sprintf("config: sha256:%x", sha256.Sum256(f.Data)))
		case strings.HasSuffix(f.Path, "Cargo.toml"):
			add(manifests, f)
		default:
			add(stubs, f)
		}
	}
	key = append(key, fmt.Sprintf("manifests: sha256:%x", manifests.Sum(nil)))
	if before == "" {
		key = append(key, fmt.Sprintf("stubs: sha256:%x", stubs.Sum(nil)))
	}
	for _, c := range s.Copy {
		key = append(key, "files: "+strings.Join(c.Include, " "))
	}
	env := sha256.New()
	for _, e := range s.Env {
		fmt.Fprintf(env, "%q=%q\n", e.Name, e.Value)
	}
	return append(key,
		fmt.Sprintf("environment: sha256:%x", env.Sum(nil)),
		"command: "+strings.Join(s.Task.Cargo, " "),
		fmt.Sprintf("task: sha256:%x", sha256.Sum256(s.Task.Text())))
}

// cratesSum covers what the crates are, not where they are fetched from: a
// mirror shares the cache.
func cratesSum(crates []plan.Crate) string {
	sum := sha256.New()
	for _, c := range crates {
		fmt.Fprintf(sum, "%s %s %s\n", c.Name, c.Version, c.Checksum)
	}
	return fmt.Sprintf("sha256:%x", sum.Sum(nil))
}

func add(sum hash.Hash, f plan.File) { fmt.Fprintf(sum, "%q %d\n%s\n", f.Path, len(f.Data), f.Data) }

// mayRun says whether compiling a package may run code of any kind: its build script, or a
// procedural macro among what it depends on.
func mayRun(p *cargo.Package) bool {
	return len(p.Dependencies) > 0 ||
		slices.ContainsFunc(p.Targets, func(t cargo.Target) bool { return t.Kind == cargo.BuildScript })
}

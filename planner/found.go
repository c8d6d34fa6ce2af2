package planner

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
)

// foundOf gathers what was found out about some packages and further steps, the files as
// patterns.
func foundOf(found map[string]plan.Found, packages []*cargo.Package, steps ...string) plan.Found {
	var out plan.Found
	for _, p := range packages {
		steps = append(steps, p.Dir)
	}
	for _, dir := range steps {
		out = out.And(found[dir])
	}
	// What is there as it is needs no name.
	out.Names = out.Without(plan.Found{Files: out.Files}).Names
	for i, file := range out.Files {
		out.Files[i] = plan.Pattern(file)
	}
	return out
}

// foundForAll gathers what the last step needs, of all that was found out.
func foundForAll(c *manifest.Closure, found map[string]plan.Found) plan.Found {
	return foundOf(found, c.Tree, plan.SourceStep, plan.DepsStep)
}

// lookupsTask is that of a step with the files of some packages. The directory is the one
// that what was found out goes by, and names are there for who lists them.
func lookupsTask(c *manifest.Closure, dir, triple string, packages []*cargo.Package, found plan.Found, names []string) *plan.LookupsTask {
	t, want := &plan.LookupsTask{
		Final: found.Final, Forget: found.Forget, Files: found.Files, Originals: found.Originals, Listed: found.Names,
		Memory: memory(c, dir, triple, packages), Names: names,
	}, map[string]bool{}
	for _, p := range packages {
		want[p.Dir] = true
		t.Whole = append(t.Whole, path.Join(plan.SourceDir, p.Dir))
	}
	for _, p := range c.Workspace.Packages {
		if !want[p.Dir] && manifest.UnderWanted(want, p.Dir) {
			t.Parts = append(t.Parts, path.Join(plan.SourceDir, p.Dir))
		}
	}
	for _, file := range c.Unread(packages) {
		t.Parts = append(t.Parts, path.Join(plan.SourceDir, file))
	}
	slices.Sort(t.Whole)
	slices.Sort(t.Parts)
	return t
}

// memory gives the names that a step is remembered by. They are in its key, and so of its own
// packages alone. Projects of one daemon may have packages of one name and place: those of
// the first name are over the same packages, and depend on the same. After an edit of that
// the second one is good enough, which has the step's own package, or those that are built.
func memory(c *manifest.Closure, dir, triple string, packages []*cargo.Package) []string {
	named, exact := sha256.New(), sha256.New()
	own := c.Selection.Packages
	if i := slices.IndexFunc(packages, func(p *cargo.Package) bool { return p.Dir == dir }); i >= 0 {
		own = packages[i : i+1]
	}
	for _, p := range own {
		fmt.Fprintf(named, "%s %s\n", p.Name, p.Dir)
	}
	for _, p := range packages {
		fmt.Fprintf(exact, "%s %s\n", p.Name, p.Dir)
		for _, d := range p.Dependencies {
			if d.Kind != cargo.Dev {
				fmt.Fprintf(exact, "%q\n", d.Key)
			}
		}
	}
	var out []string
	for _, sum := range []hash.Hash{exact, named} {
		fmt.Fprintf(sum, "%s %s %s %q", c.Workspace.Dir, dir, triple, c.Goal)
		out = append(out, fmt.Sprintf("%x", sum.Sum(nil))[:plan.IDLength])
	}
	return out
}

// rememberedBy gives what a layer is remembered by, where it is seen what that reads.
func rememberedBy(layer *plan.Layer) [][]string {
	if !layer.Tree || layer.Task.Lookups == nil {
		return nil
	}
	return [][]string{layer.Task.Lookups.Memory}
}

// runs says whether compiling a package runs code that may read any file: a build script
// or a procedural macro that it depends on.
func (l *layering) runs(n int, p *cargo.Package) bool {
	return slices.ContainsFunc(p.Targets, func(t cargo.Target) bool { return t.Kind == cargo.BuildScript }) ||
		slices.ContainsFunc(l.nodes[n].needs, func(m int) bool { return l.nodes[m].procMacro })
}

// Context says what the build context has.
type Context interface {
	// There gives the paths that a path stands for, links and what they lead to, and none
	// when it is not there.
	There(path string) []string
	// Names gives the names in a directory, with the type of what each stands for.
	Names(dir string) map[string]fs.FileMode
}

// Reads gives what a step reads that it has not, as far as it is known: what it missed or
// did not see in a directory, and what it may have missed where that is not seen.
func Reads(p *plan.Plan, dir string, l plan.Lookups, context Context) plan.Found {
	if l.Unseen {
		if l.Failed || runsCode(p, dir) {
			return plan.Found{Files: []string{plan.WholeContext}}
		}
		return plan.Found{}
	}
	files := map[string]bool{}
	var originals []string
	for _, file := range l.Planned {
		there := linked(p, file, context)
		for _, path := range there {
			files[path] = true
		}
		if there == nil && len(context.There(file)) > 0 {
			originals = append(originals, file)
		}
	}
	for _, missed := range l.Missed {
		there := linked(p, missed, context)
		if there == nil {
			there = context.There(missed)
		}
		for _, path := range there {
			if ofPlan(p, path) {
				originals = append(originals, path) // no step that copies files has it
			} else {
				files[path] = true
			}
		}
	}
	names := map[string]bool{}
	for listed, had := range l.Listed {
		addNames(context, listed, had, files, names)
	}
	for _, all := range []map[string]bool{files, names} {
		maps.DeleteFunc(all, func(file string, _ bool) bool { return NeverSeen(p, strings.TrimSuffix(file, "/")) })
	}
	slices.Sort(originals)
	return plan.Found{Files: slices.Sorted(maps.Keys(files)), Names: slices.Sorted(maps.Keys(names)), Originals: slices.Compact(originals)}
}

// linked gives the directory of the package that a path is below, with the links that lead
// there: a step that copies it without them has nothing of it.
func linked(p *plan.Plan, missed string, context Context) []string {
	for _, pkg := range p.Packages {
		if !cargo.Within(pkg.Dir, missed) {
			continue
		}
		if there := context.There(pkg.Dir); len(there) > 1 {
			return there
		}
	}
	return nil
}

// ofPlan says whether the plan writes a manifest anew, in some step.
func ofPlan(p *plan.Plan, file string) bool {
	dir, name := path.Split(file)
	return name == "Cargo.toml" && slices.ContainsFunc(p.Packages, func(pkg plan.Package) bool { return pkg.Dir == path.Clean(dir) })
}

// addNames adds what a directory of the context has and who has listed it has not seen: the
// names, and links as they are. One that was empty may be there for its own name. Who goes
// on to it goes on to all below, as a rule, and so that is added.
func addNames(context Context, listed string, had []string, files, names map[string]bool) {
	there := []string{"."}
	if listed != "" {
		there = context.There(listed)
	}
	if len(there) == 0 {
		return
	}
	real := there[len(there)-1]
	for name, kind := range context.Names(real) {
		switch file := path.Join(real, name); {
		case slices.Contains(had, name):
		case len(had) == 0:
			files[real] = true
		case kind.IsDir():
			names[file+"/"] = true
		case kind.IsRegular():
			names[file] = true
		default:
			files[file] = true
		}
	}
}

// NeverSeen says whether no step sees a file, whoever looks for it.
func NeverSeen(p *plan.Plan, file string) bool {
	dir, name := path.Split(file)
	switch name {
	case ".git", "rust-toolchain", "rust-toolchain.toml":
		return true
	case "config", "config.toml":
		above := path.Dir(path.Clean(dir))
		return path.Base(dir) == ".cargo" && cargo.Within(above, path.Dir(p.LockFile))
	}
	return false
}

// runsCode says whether a step runs code that may read any file.
func runsCode(p *plan.Plan, dir string) bool {
	if dir == plan.DepsStep {
		return p.Deps != nil && p.Deps.Task.Lookups != nil && p.Deps.Task.Lookups.Runs
	}
	layer := p.MemberLayer(dir)
	return layer == nil || layer.Runs
}

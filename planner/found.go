package planner

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
)

// foundOf gathers what was found out about some packages, the files as patterns.
func foundOf(found map[string]plan.Found, packages []*cargo.Package) plan.Found {
	var out plan.Found
	for _, p := range packages {
		out = merged(out, found[p.Dir])
	}
	return out
}

// merged adds what was found out about another step, its files as patterns.
func merged(f, other plan.Found) plan.Found {
	for _, file := range other.Files {
		f.Files = append(f.Files, plan.Pattern(file))
	}
	f.Originals = append(f.Originals, other.Originals...)
	slices.Sort(f.Originals)
	f.Originals = slices.Compact(f.Originals)
	return f
}

// lookupsTask is that of a step with the files of some packages. The directory is the one
// that what was found out goes by.
func lookupsTask(c *manifest.Closure, dir string, packages []*cargo.Package, found plan.Found) *plan.LookupsTask {
	t, want := &plan.LookupsTask{Final: found.Final, Forget: found.Forget, Files: found.Files, Originals: found.Originals}, map[string]bool{}
	// Of the step's own packages alone: it is in the key.
	sum := sha256.New()
	for _, p := range packages {
		fmt.Fprintf(sum, "%s %s\n", p.Name, p.Dir)
		for _, d := range p.Dependencies { // projects may have packages of one name and place
			if d.Kind != cargo.Dev {
				fmt.Fprintf(sum, "%q\n", d.Key)
			}
		}
	}
	fmt.Fprintf(sum, "%s %s %q", c.Workspace.Dir, dir, c.Goal)
	t.Memory = fmt.Sprintf("%x", sum.Sum(nil))[:plan.IDLength]
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
	// Names gives the names in a directory.
	Names(dir string) []string
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
	for _, missed := range l.Missed {
		for _, path := range context.There(missed) {
			files[path] = true
		}
	}
	for listed, had := range l.Listed {
		for _, name := range context.Names(listed) {
			if !slices.Contains(had, name) {
				files[path.Join(listed, name)] = true
			}
		}
	}
	maps.DeleteFunc(files, func(file string, _ bool) bool { return neverSeen(p, file) })
	out := plan.Found{Files: slices.Sorted(maps.Keys(files))}
	for _, file := range l.Planned {
		if len(context.There(file)) > 0 {
			out.Originals = append(out.Originals, file)
		}
	}
	return out
}

// neverSeen says whether no step sees a file. The manifests of the
// packages in a step are there, as the plan writes them.
func neverSeen(p *plan.Plan, file string) bool {
	dir, name := path.Split(file)
	switch name {
	case ".git", "rust-toolchain", "rust-toolchain.toml":
		return true
	case "config", "config.toml":
		above := path.Dir(path.Clean(dir))
		return path.Base(dir) == ".cargo" && cargo.Within(above, path.Dir(p.LockFile))
	case "Cargo.toml":
		return slices.ContainsFunc(p.Packages, func(pkg plan.Package) bool { return pkg.Dir == path.Clean(dir) })
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

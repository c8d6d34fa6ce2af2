package planner

import (
	"maps"
	"net/url"
	"path"
	"slices"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
)

// packages are those of the tree that are compiled, all that may be where a command
// decides itself.
func (l *layering) packages() []*cargo.Package {
	if l.whole {
		return l.c.Tree
	}
	compiled := map[*cargo.Package]bool{}
	for _, p := range l.c.Selection.Packages {
		compiled[p] = true
	}
	for _, n := range l.nodes[l.tree:] {
		compiled[l.c.PackageOf[n.locked]] = true
	}
	return slices.DeleteFunc(slices.Clone(l.c.Tree), func(p *cargo.Package) bool { return !compiled[p] })
}

// members gives a step for each package of the tree that another one of them
// needs, after those that it needs itself. The others are compiled by the
// source step. A wrapper of the user's stands where that of these steps would,
// so with one there are none.
func (l *layering) members() [][]int {
	needed := map[int]bool{}
	for _, n := range l.nodes[l.tree:] {
		for _, m := range n.needs {
			needed[m] = m >= l.tree
		}
	}
	if l.whole || slices.ContainsFunc(l.cmd.env, func(e plan.Env) bool { return e.Name == wrapperVariable }) {
		return nil
	}
	var out [][]int
	done := map[int]bool{}
	var visit func(n int)
	visit = func(n int) {
		if n < l.tree || done[n] {
			return
		}
		done[n] = true
		for _, m := range l.nodes[n].needs {
			visit(m)
		}
		if needed[n] {
			out = append(out, []int{n})
		}
	}
	for n := range l.nodes {
		visit(n)
	}
	return out
}

// writeMember writes the step of a package of the tree. It sees the files of
// the package and of those that it is compiled over; others that it depends on
// in some other build are there as stubs. The workspace is the real one, cut
// down to them, since cargo's hash of a package holds its place in it.
func (l *layering) writeMember(out *plan.Layer, p *cargo.Package, n int, built []int, r reads) error {
	sub, real := l.c.Part(r.all()), map[*cargo.Package]bool{}
	var packages []*cargo.Package
	for _, n := range built {
		if p := l.c.PackageOf[l.nodes[n].locked]; p != nil {
			packages, real[p] = append(packages, p), true
		}
	}
	found := foundOf(l.found, packages)
	files, err := l.memberFiles(manifest.View{Closure: sub, Real: real}, built, r).List()
	if err != nil {
		return err
	}
	argv := []string{"cargo", "build", "--offline", "--profile", l.cmd.profile, "--target", l.cmd.triple, "-p", unitName}
	out.Dir, out.Tree, out.Member, out.Runs = "tree-"+url.PathEscape(p.Dir), true, p.Dir, l.runs(n, p)
	out.Step = plan.Step{
		Name: "compile " + Title(out.Packages), Files: files,
		Env:  l.cmd.memberEnv,
		Copy: []plan.Copy{sub.CopyOf(packages, append(l.settings.InputsFor(packages), found.Files...), "")}, Originals: found.Originals,
		Task: l.layerTask(path.Join(plan.SourceDir, l.c.Workspace.Dir), argv, plan.MemberInfo, []string{p.Name}),
	}
	out.Task.StandIn = true
	out.Task.Help, out.Task.Lookups = append(l.cmd.needed(nil, l.namesOf(built)), absent(), again()), lookupsTask(sub, p.Dir, l.cmd.triple, packages, l.found[p.Dir], found.Names)
	if slices.ContainsFunc(p.Targets, func(t cargo.Target) bool { return t.Kind == cargo.BuildScript }) {
		out.Task.Watch = path.Join(plan.SourceDir, p.Dir)
	}
	return nil
}

// unitDir is where the synthetic package of a member's step is: in no directory of the
// project, where a build script could list or find it.
const unitDir = plan.HomeDir + "/" + unitName

// memberFiles writes the workspace of a package of the tree.
func (l *layering) memberFiles(v manifest.View, built []int, r reads) manifest.Files {
	out := v.Files(l.c.Config(l.f, r.all()))
	unit := l.unit(built, unitDir)
	maps.Copy(out.Docs, unit.Docs)
	maps.Copy(out.Texts, unit.Texts)
	root := out.Docs[path.Join(l.c.Workspace.Dir, "Cargo.toml")]
	workspace := root["workspace"].(map[string]any)
	members := workspace["members"].([]any)
	for _, file := range slices.Sorted(maps.Keys(unit.Docs)) {
		members = append(members, path.Dir(file))
	}
	workspace["members"] = members
	workspace["resolver"] = "2" // the host and the target side have features of their own
	if profiles := l.profiles(r.real); len(profiles) > 0 {
		root["profile"] = profiles
	}
	l.addStubs(out, r.stubs)
	return out
}

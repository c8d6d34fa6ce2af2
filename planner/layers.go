package planner

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/graph"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// layering is what all layers have in common.
type layering struct {
	c   *manifest.Closure
	cmd *command
	f   *manifest.Fetched
	// nodes are the external packages, and from the index tree on those
	// of the tree.
	nodes []node
	tree  int
	// dirs are the directories of VendorDir by locked package.
	dirs map[int]string
	// features are those of the locked packages that a stub can stand for.
	features map[int][]string
	// whole compiles the tree in one step.
	whole bool
	// settings say what the packages of the tree read besides their own files, found what
	// has been found out about that.
	settings *settings.Settings
	found    map[string]plan.Found
}

func newLayering(q *Prepared, in known) (*layering, error) {
	c, f := q.of.closure, q.fetched
	nodes, err := packageNodes(c, in.Units)
	if err != nil {
		return nil, err
	}
	tree := slices.IndexFunc(nodes, func(n node) bool { return c.PackageOf[n.locked] != nil })
	if tree < 0 {
		tree = len(nodes)
	}
	l := &layering{c: c, cmd: q.command, f: f, settings: q.of.settings, nodes: nodes, tree: tree, dirs: crateDirs(c, f), features: map[int][]string{}, whole: in.Whole || !c.Goal.Traits().Image, found: in.found}
	for _, i := range c.Locked {
		locked := c.Workspace.Lock.Packages[i]
		if m := metadataOf(in.Metadata, locked); m != nil && locked.Checksum != "" {
			l.features[i] = m.Features
		}
	}
	l.weigh(in.Sizes)
	return l, nil
}

// limit is how many steps the user asks for. By default they are fewer in a project
// of more than 500 packages: each step's inputs and each package take room in the
// description of an exported cache, which BuildKit does not import when it is over a
// megabyte (cache/remotecache/import.go); that of 350 packages in 128 steps was 650 kB.
func (l *layering) limit(s *settings.Settings) int {
	const most = 500
	if _, said := s.Origins["layers"]; said || l.tree <= most {
		return int(s.Layers)
	}
	return max(1, int(s.Layers)*most/l.tree)
}

// layers cuts the unit graph into steps: at most limit of them for the external
// packages, and one for each package of the tree that another one needs. It
// also gives the step that says which are urgent.
func (l *layering) layers(limit int) ([]plan.Layer, *plan.Step, error) {
	spare := graph.Sparing(l.tree)
	if settings.Layers(limit) == settings.EachCrate {
		limit, spare = l.tree, 0
	}
	of := make([]int, len(l.nodes))
	var out []plan.Layer
	steps := append(graph.Group(graphOf(l.nodes[:l.tree]), limit, spare), l.members()...)
	for i, step := range steps {
		layer, err := l.layer(step)
		if err != nil {
			return nil, nil, err
		}
		needs := map[int]bool{}
		for _, n := range step {
			of[n] = i
		}
		for _, n := range step {
			for _, m := range l.nodes[n].needs {
				if j := of[m]; j != i {
					needs[j] = true
					for _, k := range out[j].Needs {
						needs[k] = true
					}
				}
			}
		}
		layer.Needs = slices.Sorted(maps.Keys(needs))
		for _, j := range layer.Needs {
			if lookups := layer.Task.Lookups; lookups != nil {
				lookups.Below = append(lookups.Below, rememberedBy(&out[j])...)
			}
		}
		out = append(out, *layer)
	}
	return out, l.urgency(out, steps), nil
}

// layer writes one step. The closure of its packages, in the sense of the unit
// graph, is named in the synthetic workspace with exact features.
func (l *layering) layer(step []int) (*plan.Layer, error) {
	built := l.under(step)
	r := l.reads(built)
	out := &plan.Layer{}
	var own []string
	var blame []plan.Compiled
	for _, n := range step {
		p := l.c.Workspace.Lock.Packages[l.nodes[n].locked]
		out.Packages = append(out.Packages, p.Name+" "+p.Version)
		own = append(own, p.Name)
		blame = append(blame, plan.Compiled{Name: p.Name, Version: p.Version, At: lockedPlace(l.c, l.nodes[n].locked)})
		dir, external := l.dirs[l.nodes[n].locked]
		if p.Checksum != "" {
			out.Unpack = append(out.Unpack, dir)
		}
		if external && l.nodes[n].script {
			out.Written = append(out.Written, dir)
		}
	}
	for _, i := range r.real {
		if dir, ok := l.dirs[i]; ok {
			out.Crates = append(out.Crates, dir)
		}
	}
	slices.Sort(out.Crates)
	slices.Sort(out.Unpack)
	slices.Sort(out.Written)
	var err error
	if p := l.c.PackageOf[l.nodes[step[0]].locked]; p != nil {
		err = l.writeMember(out, p, step[0], built, r)
	} else {
		out.Dir = strings.ReplaceAll(l.dirs[l.nodes[step[0]].locked], "/", "_")
		err = l.writeCrates(out, own, built, r)
	}
	out.Links = links(l.f.Git, out.Crates)
	out.Key, out.Compiles, out.At, out.Blame = layerKey(out), own, blame[0].At, blame
	return out, err
}

// writeCrates writes the step of external packages.
func (l *layering) writeCrates(out *plan.Layer, own []string, built []int, r reads) error {
	argv := slices.Concat([]string{"cargo"}, layerWords(l.c.Goal.Traits()), []string{"--offline", "--profile", l.cmd.profile, "--target", l.cmd.triple})
	if l.checks(built) {
		argv = append(argv, "--workspace")
	}
	files, err := l.crateFiles(built, r).List()
	if err != nil {
		return err
	}
	out.Step = plan.Step{
		Name: "compile " + Title(out.Packages), Files: files, Env: withWrapper(l.cmd.env),
		Task: l.layerTask(plan.SourceDir, argv, plan.WrappedInfo, own),
	}
	out.Task.Help = append(l.cmd.needed(own, l.namesOf(built)), again())
	return nil
}

// namesOf are the names of the packages of some nodes.
func (l *layering) namesOf(nodes []int) []string {
	locked := make([]int, len(nodes))
	for i, n := range nodes {
		locked[i] = l.nodes[n].locked
	}
	return names(l.c, locked)
}

// layerTask compiles the packages own over what lies below, and leaves what is new and
// theirs.
func (l *layering) layerTask(dir string, argv []string, info string, own []string) plan.Task {
	return plan.Task{Do: "layer", Dir: dir, Cargo: argv, Info: info, UnitDirs: l.cmd.unitDirs(), Packages: own}
}

// Title names packages for people, not all of many.
func Title(packages []string) string {
	const shown = 4
	names := slices.Clone(packages)
	if n := len(names); n > shown+1 {
		names = append(names[:shown], fmt.Sprintf("%d more", n-shown))
	}
	return strings.Join(names, ", ")
}

// under gives the nodes of a step with all that they need, sorted.
func (l *layering) under(step []int) []int {
	return reach(step, func(n int) []int { return l.nodes[n].needs })
}

// reach gives some numbers and all that they lead to, sorted.
func reach(from []int, next func(int) []int) []int {
	seen := map[int]bool{}
	var visit func(int)
	visit = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		for _, j := range next(i) {
			visit(j)
		}
	}
	for _, i := range from {
		visit(i)
	}
	return slices.Sorted(maps.Keys(seen))
}

// crateDirs gives the directory of VendorDir of each fetched package.
func crateDirs(c *manifest.Closure, f *manifest.Fetched) map[int]string {
	byName := map[string]string{}
	for _, crate := range f.Crates {
		byName[crate.Name+" "+crate.Version] = crate.Dir
	}
	git := map[string]string{}
	for _, g := range f.Git {
		for _, p := range g.Packages {
			git[g.Commit+" "+p.Name+" "+p.Version] = p.Dir
		}
	}
	out := map[int]string{}
	for _, i := range c.Locked {
		switch l := c.Workspace.Lock.Packages[i]; l.Source.Kind {
		case cargo.PathSource:
		case cargo.GitSource:
			out[i] = git[l.Source.Commit+" "+l.Name+" "+l.Version]
		default:
			out[i] = byName[l.Name+" "+l.Version]
		}
	}
	return out
}

// oneLayer says why the graph cannot be cut into steps, or "".
func oneLayer(c *manifest.Closure, f *manifest.Fetched) string {
	switch {
	case f.Vendored != "":
		return "the project carries its own vendored sources"
	case slices.ContainsFunc(c.Workspace.Patches, func(p cargo.Patch) bool { return p.Replace != "" }):
		return "the project has [replace]"
	case len(c.Solid) > 0:
		return "an external crate depends on a package of the project"
	}
	return ""
}

// layerKey lists what a layer's key depends on beside the layers below.
func layerKey(l *plan.Layer) []string {
	sum := sha256.New()
	for _, f := range l.Files {
		add(sum, f)
	}
	return []string{
		"crates: " + strings.Join(l.Crates, " "),
		fmt.Sprintf("workspace: sha256:%x", sum.Sum(nil)),
		fmt.Sprintf("task: sha256:%x", sha256.Sum256(l.Task.Text())),
	}
}

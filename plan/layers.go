package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
)

// Layer is one step of the crate graph: it compiles some packages from
// elsewhere over the outputs of the layers that it needs. Nothing outside its
// closure is in its key.
type Layer struct {
	Step
	// Dir is the layer's directory in BuiltDir. It is that of its first package,
	// since a number would change with what has nothing to do with the layer.
	Dir string `json:"dir"`
	// Packages are what is compiled here, "NAME VERSION".
	Packages []string `json:"packages"`
	// Crates are the directories of VendorDir that cargo reads here.
	Crates []string `json:"crates"`
	// Scripts are those of Crates that have a build script.
	Scripts []string `json:"scripts,omitempty"`
	// Needs are the layers whose outputs lie below, all of them, by index.
	Needs []int `json:"needs,omitempty"`
}

// layering is what all layers have in common.
type layering struct {
	*closure
	cmd   *command
	f     *fetched
	nodes []node
	// dirs are the directories of VendorDir by locked package.
	dirs map[int]string
}

func (c *closure) newLayering(cmd *command, f *fetched, g *UnitGraph) (*layering, error) {
	nodes, err := c.nodes(g)
	return &layering{closure: c, cmd: cmd, f: f, nodes: nodes, dirs: c.crateDirs(f)}, err
}

// layers cuts the unit graph into steps, at most limit of them.
func (l *layering) layers(limit int) ([]Layer, error) {
	if Layers(limit) == EachCrate {
		limit = len(l.nodes)
	}
	of := make([]int, len(l.nodes))
	var out []Layer
	for i, step := range group(l.nodes, limit) {
		layer, err := l.layer(step)
		if err != nil {
			return nil, err
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
		out = append(out, *layer)
	}
	return out, nil
}

// scripts are the directories of all packages with a build script, sorted.
func (l *layering) scripts() []string {
	out := []string{}
	for _, n := range l.nodes {
		if n.script {
			out = append(out, l.dirs[n.locked])
		}
	}
	slices.Sort(out)
	return out
}

// layer writes one step. The closure of its packages, in the sense of the unit
// graph, is named in the synthetic workspace with exact features; the closure
// in the sense of Cargo.lock, which has other platforms' packages too, is what
// cargo reads.
func (l *layering) layer(step []int) (*Layer, error) {
	built := l.under(step)
	locked := l.lockedUnder(built)
	out := &Layer{Dir: strings.ReplaceAll(l.dirs[l.nodes[step[0]].locked], "/", "_")}
	var own []string
	for _, n := range step {
		p := l.ws.Lock.Packages[l.nodes[n].locked]
		out.Packages = append(out.Packages, p.Name+" "+p.Version)
		own = append(own, p.Name)
	}
	const shown = 4
	titles := slices.Clone(out.Packages)
	if n := len(titles); n > shown+1 {
		titles = append(titles[:shown], fmt.Sprintf("%d more", n-shown))
	}
	for _, n := range built {
		if l.nodes[n].script {
			out.Scripts = append(out.Scripts, l.dirs[l.nodes[n].locked])
		}
	}
	for _, i := range locked {
		out.Crates = append(out.Crates, l.dirs[i])
	}
	slices.Sort(out.Crates)
	slices.Sort(out.Scripts)
	files, err := l.files(built, locked)
	if err != nil {
		return nil, err
	}
	argv := []string{"cargo", "build", "--offline", "--profile", l.cmd.profile, "--target", l.cmd.triple}
	out.Step = Step{
		Name: "compile " + strings.Join(titles, ", "), Files: files, Cargo: argv,
		Env: withWrapper(l.cmd.env),
	}
	out.Script = l.cmd.layerScript(argv, own, out.Scripts)
	out.Key = layerKey(out)
	return out, nil
}

// under gives the nodes of a step with all that they need, sorted.
func (l *layering) under(step []int) []int {
	return reach(step, func(n int) []int { return l.nodes[n].needs })
}

// lockedUnder gives the locked packages that cargo resolves for some nodes.
func (l *layering) lockedUnder(built []int) []int {
	locked := make([]int, 0, len(built))
	for _, n := range built {
		locked = append(locked, l.nodes[n].locked)
	}
	return reach(locked, func(i int) []int { return l.ws.Lock.Packages[i].Dependencies })
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
func (c *closure) crateDirs(f *fetched) map[int]string {
	byName := map[string]string{}
	for _, crate := range f.crates {
		byName[crate.Name+" "+crate.Version] = crate.Dir
	}
	git := map[string]string{}
	for _, g := range f.git {
		for _, p := range g.Packages {
			git[g.Commit+" "+p.Name+" "+p.Version] = p.Dir
		}
	}
	out := map[int]string{}
	for _, i := range c.locked {
		switch l := c.ws.Lock.Packages[i]; l.Source.Kind {
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
func (c *closure) oneLayer(f *fetched) string {
	switch {
	case f.vendored != "":
		return "the project carries its own vendored sources"
	case len(c.ws.Patches) > 0:
		return "the project has [patch] or [replace]"
	case len(c.solid) > 0:
		return "a crate from elsewhere depends on a package of the project"
	}
	return ""
}

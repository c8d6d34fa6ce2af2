package planner

import (
	"fmt"
	"slices"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/graph"
	"github.com/org/rust-frontend/manifest"
)

// node is a package as cargo compiles it in this build.
type node struct {
	locked int // index in Cargo.lock
	// host and target are the sides that the package's library is compiled
	// for, with its features there. A procedural macro is on the host alone.
	host, target *[]string
	// checked is the host's side once more, to metadata alone: what a procedural
	// macro stands on that `cargo check` looks at.
	checked   *[]string
	procMacro bool
	// script is true when the package has a build script.
	script bool
	// object is true when the target side must hold object code beside bitcode,
	// because a shared or static library above wants it.
	object bool
	// abort is true when the target side is compiled, maybe among others, into what
	// aborts in a panic.
	abort bool
	// needs are the nodes that it is compiled over, sorted.
	needs []int
	// units counts the calls of rustc; weight guesses what they take together.
	units, weight int
}

// packageNodes finds the packages of a unit graph: the external ones, in the order
// of Cargo.lock, and after them those of the tree. It fails when a package is
// not locked.
func packageNodes(c *manifest.Closure, g *answers.UnitGraph) ([]node, error) {
	locked, err := lockedUnits(c, g)
	if err != nil {
		return nil, err
	}
	var order, tree []int
	for _, l := range slices.Compact(slices.Sorted(slices.Values(locked))) {
		if c.PackageOf[l] != nil {
			tree = append(tree, l)
		} else {
			order = append(order, l)
		}
	}
	order = append(order, tree...)
	index := map[int]int{}
	nodes := make([]node, len(order))
	for i, l := range order {
		index[l], nodes[i].locked = i, l
	}
	object := objectUnits(g)
	for i := range g.Units {
		n := &nodes[index[locked[i]]]
		n.add(&g.Units[i], object[i])
		for _, j := range g.Units[i].Needs {
			if locked[j] != n.locked {
				n.needs = append(n.needs, index[locked[j]])
			}
		}
	}
	for i := range nodes {
		slices.Sort(nodes[i].needs)
		nodes[i].needs = slices.Compact(nodes[i].needs)
	}
	return nodes, nil
}

// add notes one unit of the package.
func (n *node) add(u *answers.Unit, object bool) {
	if !u.Run {
		n.units++
	}
	switch {
	case u.Is("custom-build"):
		n.script = true
		return
	case u.Is("proc-macro"):
		n.procMacro = true
	}
	switch {
	case u.Host && u.Check:
		n.checked = union(n.checked, u.Features)
	case u.Host:
		n.host = union(n.host, u.Features)
	default:
		n.target = union(n.target, u.Features)
		n.object = n.object || object
		n.abort = n.abort || u.Abort
	}
}

// union adds features to a side.
func union(side *[]string, features []string) *[]string {
	var all []string
	if side != nil {
		all = *side
	}
	all = slices.Concat(all, features)
	slices.Sort(all)
	all = slices.Compact(all)
	return &all
}

// lockedUnits gives the locked package of each unit.
func lockedUnits(c *manifest.Closure, g *answers.UnitGraph) ([]int, error) {
	byID := map[answers.PackageID][]int{}
	for _, i := range c.Locked {
		l := &c.Workspace.Lock.Packages[i]
		id := answers.PackageID{Name: l.Name, Version: l.Version}
		byID[id] = append(byID[id], i)
	}
	out := make([]int, len(g.Units))
	for i := range g.Units {
		id := g.Units[i].Package
		if dir, ok := id.Dir(); ok {
			p := c.PackageIn(dir)
			if p == nil {
				return nil, errNotLocked(id)
			}
			out[i] = c.LockedAt[p]
			continue
		}
		found := slices.DeleteFunc(slices.Clone(byID[answers.PackageID{Name: id.Name, Version: id.Version}]), func(j int) bool {
			return c.PackageOf[j] != nil || !cargo.SameSource(id.Source, c.Workspace.Lock.Packages[j].Source.Name())
		})
		if len(found) > 1 { // one repository by two references
			found = slices.DeleteFunc(found, func(j int) bool { return c.Workspace.Lock.Packages[j].Source.Name() != id.Source })
		}
		if len(found) != 1 {
			return nil, errNotLocked(id)
		}
		out[i] = found[0]
	}
	return out, nil
}

func errNotLocked(id answers.PackageID) error {
	return fmt.Errorf("cargo's unit graph has %s %s from %s, which is not in Cargo.lock", id.Name, id.Version, id.Source)
}

// objectUnits marks the units that must hold object code in spite of LTO: what
// the target side of a shared or static library is made of (cargo's
// src/cargo/core/compiler/lto.rs). LTO is run for what is nothing else, and for a
// test, which is a program: that wants bitcode alone.
func objectUnits(g *answers.UnitGraph) []bool {
	marked := make([]bool, len(g.Units))
	var mark func(i int)
	mark = func(i int) {
		for _, j := range g.Units[i].Needs {
			u := &g.Units[j]
			if !marked[j] && !u.Host && !u.Run && !u.Is("custom-build") {
				marked[j] = true
				mark(j)
			}
		}
	}
	for i := range g.Units {
		u := &g.Units[i]
		if u.Host || u.Run || u.Test {
			continue
		}
		linked, other := false, false
		for _, t := range u.CrateTypes {
			switch t {
			case "cdylib", "staticlib":
				linked = true
			case "dylib":
				linked, other = true, true
			default:
				other = true
			}
		}
		if linked && other {
			mark(i)
		}
	}
	return marked
}

// graphOf gives what cutting and ordering the packages goes by.
func graphOf(nodes []node) []graph.Node {
	out := make([]graph.Node, len(nodes))
	for i := range nodes {
		out[i] = graph.Node{Weight: nodes[i].weight, Needs: nodes[i].needs}
	}
	return out
}

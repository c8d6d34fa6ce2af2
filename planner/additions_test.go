package planner

import (
	"fmt"
	"slices"
	"testing"

	"github.com/org/rust-frontend/graph"
	"github.com/org/rust-frontend/settings"
)

// additions are the single additions from one lock file to the next: the graph with
// a package whose name is new, and with what it needs that is new too, by how many
// packages that are.
func additions(from, to *lockedGraph) (out []*lockedGraph, added []int) {
	for i, name := range to.names {
		if slices.Contains(from.names, name) {
			continue
		}
		after := &lockedGraph{names: slices.Clone(from.names), versions: slices.Clone(from.versions), needs: slices.Clone(from.needs)}
		after.add(to, i)
		out, added = append(out, after), append(added, len(after.names)-len(from.names))
	}
	return out, added
}

// add adds a package of another graph, and what it needs, unless there is one of the
// name.
func (g *lockedGraph) add(from *lockedGraph, i int) {
	if i < 0 || slices.Contains(g.names, from.names[i]) {
		return
	}
	at, _ := slices.BinarySearch(g.names, from.names[i])
	g.names = slices.Insert(g.names, at, from.names[i])
	g.versions = slices.Insert(g.versions, at, from.versions[i])
	g.needs = slices.Insert(g.needs, at, from.needs[i])
	for _, need := range from.needs[i] {
		g.add(from, from.find(need))
	}
}

// A package more, which the project itself asks for, is compiled with what is new
// below it and with little else: most steps of the others stay as they are. The lock
// files are those of TestBumpsCompileLittle, and so is the weight.
func TestAdditionsCompileLittle(t *testing.T) {
	byDefault := cut{limit: settings.DefaultLayers, spares: true}
	got, least, n := 0, 0, 0
	for _, graphs := range histories(t) {
		for v, from := range graphs[:len(graphs)-1] {
			all, added := additions(from, graphs[v+1])
			before := from.steps(byDefault)
			for i := 0; i < len(all); i += sample() {
				n++
				least += added[i]
				got += len(compiled(before, all[i].steps(byDefault)))
			}
		}
	}
	t.Logf("%d additions of %.1f packages: %.1f are compiled", n, float64(least)/float64(n), float64(got)/float64(n))
	if ratio := float64(got) / float64(least); ratio > 4 {
		t.Errorf("an addition compiles %.2f times what it must, want 4 at most", ratio)
	}
}

// before gives the packages that there were before one of them was added, which
// nothing stands on: all but that one and what it alone needs, and their old numbers.
func before(nodes []node, added int) (out []node, old []int) {
	users := make([]int, len(nodes))
	for i := range nodes {
		for _, j := range nodes[i].needs {
			users[j]++
		}
	}
	gone := map[int]bool{}
	var drop func(i int)
	drop = func(i int) {
		gone[i] = true
		for _, j := range nodes[i].needs {
			if users[j]--; users[j] == 0 {
				drop(j)
			}
		}
	}
	drop(added)
	number := map[int]int{}
	for i := range nodes {
		if !gone[i] {
			number[i] = len(old)
			old = append(old, i)
		}
	}
	for _, i := range old {
		n := nodes[i]
		n.needs = nil
		for _, j := range nodes[i].needs {
			n.needs = append(n.needs, number[j])
		}
		out = append(out, n)
	}
	return out, old
}

// In the time that the packages of real projects take: each package that the project
// alone needs is taken out and added again. Most additions compile what is new alone;
// one that shares what was another package's own takes that out of the other's step.
func TestAdditionsThrowAwayLittle(t *testing.T) {
	for project, most := range map[string]float64{"fd-find-10.5.0": 1.5, "miniserve-0.35.0": 5.5} {
		_, guess, real := measured(t, project)
		ids := make([]string, len(guess))
		needed := map[int]bool{}
		for i := range guess {
			ids[i] = fmt.Sprint(i)
			for _, j := range guess[i].needs {
				needed[j] = true
			}
		}
		byDefault := func(nodes []node, ids []string) map[string][]int {
			return keyed(nodes, ids, graph.Group(graphOf(nodes), settings.DefaultLayers, graph.Sparing(len(nodes))))
		}
		after := byDefault(guess, ids)
		n, exact, got, least := 0, 0, 0, 0
		for added := range guess {
			if needed[added] {
				continue
			}
			nodes, old := before(guess, added)
			names := make([]string, len(nodes))
			must := total(real)
			for i, j := range old {
				names[i] = ids[j]
				must -= real[j].weight
			}
			took := 0
			for _, i := range compiled(byDefault(nodes, names), after) {
				took += real[i].weight
			}
			n, got, least = n+1, got+took, least+must
			if took <= must*11/10 {
				exact++
			}
		}
		t.Logf("%s: %d additions compile %.1f s each, what is new is %.1f s; %d compile no more than a tenth on top", project, n,
			float64(got)/float64(n)/100, float64(least)/float64(n)/100, exact)
		if ratio := float64(got) / float64(least); ratio > most || exact*2 < n {
			t.Errorf("%s: an addition compiles %.2f times what is new, want %.1f at most; %d of %d no more than a tenth on top", project, ratio, most, exact, n)
		}
	}
}

func total(nodes []node) (sum int) {
	for _, n := range nodes {
		sum += n.weight
	}
	return sum
}

package planner

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/org/rust-frontend/graph"
	"github.com/org/rust-frontend/settings"
)

// lockedGraph is one Cargo.lock of testdata/locks: a line for each package,
// "NAME VERSION: NEED NEED ...", a need with "@VERSION" when there are several.
type lockedGraph struct {
	names, versions []string
	needs           [][]string
}

func parseLocked(t *testing.T, data []byte) *lockedGraph {
	t.Helper()
	g := &lockedGraph{}
	for line := range strings.Lines(string(data)) {
		head, needs, ok := strings.Cut(line, ":")
		words := strings.Fields(head)
		if !ok || len(words) != 2 {
			t.Fatalf("bad line %q", line)
		}
		g.names, g.versions = append(g.names, words[0]), append(g.versions, words[1])
		g.needs = append(g.needs, strings.Fields(needs))
	}
	return g
}

// find gives the index of a need, or -1.
func (g *lockedGraph) find(need string) int {
	name, version, _ := strings.Cut(need, "@")
	for i := range g.names {
		if g.names[i] == name && (version == "" || g.versions[i] == version) {
			return i
		}
	}
	return -1
}

// only gives the index of the only package of a name, or -1.
func (g *lockedGraph) only(name string) int {
	i := slices.Index(g.names, name)
	if i >= 0 && slices.Contains(g.names[i+1:], name) {
		return -1
	}
	return i
}

// nodes leaves dependencies out that would make a circle, which only those of
// tests do.
func (g *lockedGraph) nodes() []node {
	nodes := make([]node, len(g.names))
	state := make([]int, len(g.names)) // 1 while on the way, 2 when done
	var visit func(i int)
	visit = func(i int) {
		state[i] = 1
		for _, need := range g.needs[i] {
			j := g.find(need)
			if j < 0 || state[j] == 1 {
				continue
			}
			if state[j] == 0 {
				visit(j)
			}
			nodes[i].needs = append(nodes[i].needs, j)
		}
		slices.Sort(nodes[i].needs)
		nodes[i].needs = slices.Compact(nodes[i].needs)
		nodes[i].weight, state[i] = typical, 2
	}
	for i := range nodes {
		if state[i] == 0 {
			visit(i)
		}
	}
	return nodes
}

// typical is what a package weighs, in tenths of a second, whose size is not known:
// the median of those below fd-find and miniserve (testdata/units/*.costs).
const typical = 3

// cut is how packages are cut into steps: at most limit, and fewer where that
// spares a cold build more than it costs.
type cut struct {
	limit  int
	spares bool
	// most is what a bump may compile, as a multiple of the least; 0 for a cut
	// that nobody gets without asking for it.
	most float64
}

// steps cuts the packages.
func (g *lockedGraph) steps(c cut) map[string][]int {
	nodes, spare := g.nodes(), 0
	if c.spares {
		spare = graph.Sparing(len(nodes))
	}
	ids := make([]string, len(nodes))
	for i := range ids {
		ids[i] = g.names[i] + " " + g.versions[i]
	}
	return keyed(nodes, ids, graph.Group(graphOf(nodes), c.limit, spare))
}

// keyed gives the packages of each step by what the step's key is made of: its
// own packages with their versions, and the keys below.
func keyed(nodes []node, ids []string, steps [][]int) map[string][]int {
	of, keys, out := make([]int, len(nodes)), []string{}, map[string][]int{}
	for i, step := range steps {
		var parts []string
		for _, n := range step {
			of[n] = i
		}
		for _, n := range step {
			parts = append(parts, ids[n])
			for _, m := range nodes[n].needs {
				if of[m] != i {
					parts = append(parts, keys[of[m]])
				}
			}
		}
		slices.Sort(parts)
		keys = append(keys, fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(slices.Compact(parts), "\n")))))
		out[keys[i]] = step
	}
	return out
}

// compiled are the packages in the steps that are new.
func compiled(before, after map[string][]int) (out []int) {
	for key, packages := range after {
		if _, ok := before[key]; !ok {
			out = append(out, packages...)
		}
	}
	return out
}

// histories are the lock files of testdata/locks, those of a project in the order of
// its versions.
func histories(t *testing.T) (out [][]*lockedGraph) {
	t.Helper()
	files, err := filepath.Glob("testdata/locks/*.txt")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d histories, want 5 or more; %v", len(files), err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var graphs []*lockedGraph
		for _, f := range archive.Files {
			graphs = append(graphs, parseLocked(t, f.Data))
		}
		out = append(out, graphs)
	}
	return out
}

// bumps are the single bumps from one lock file to the next: the index of the
// package, and the graph with what the new version needs of it.
func bumps(from, to *lockedGraph) map[int]*lockedGraph {
	out := map[int]*lockedGraph{}
	for i, name := range from.names {
		j := to.only(name)
		if from.only(name) != i || j < 0 || from.versions[i] == to.versions[j] {
			continue
		}
		after := &lockedGraph{names: from.names, versions: slices.Clone(from.versions), needs: slices.Clone(from.needs)}
		after.versions[i], after.needs[i] = to.versions[j], nil
		for _, need := range to.needs[j] {
			plain, _, _ := strings.Cut(need, "@")
			if k := from.only(plain); k >= 0 {
				after.needs[i] = append(after.needs[i], plain)
			} else if slices.Contains(from.needs[i], need) {
				after.needs[i] = append(after.needs[i], need)
			}
		}
		out[i] = after
	}
	return out
}

// What counts is how many packages a bump makes cargo compile, be it because
// they stand on the bumped one, because they share a step with one that does,
// or because the steps are cut differently after it. The lock files are those of
// published versions of real projects, with all that they lock, tests and other
// platforms too; each package that changed from one to the next is bumped alone.
// With a step for each package nothing is cut differently, and that is the least
// there can be. Lock files tell no sizes: all packages weigh a tenth of a second
// here, the least that one can, so that more of them share a step than would. The
// bounds are a little more than what is measured today.
func TestBumpsCompileLittle(t *testing.T) {
	cuts := []cut{{24, true, 0}, {64, true, 0}, {settings.DefaultLayers, false, 2.5}, {settings.DefaultLayers, true, 2.5}, {1 << 20, false, 0}}
	got, bumped, packages := make([]int, len(cuts)), 0, 0
	for _, graphs := range histories(t) {
		for v, from := range graphs[:len(graphs)-1] {
			all := bumps(from, graphs[v+1])
			for k, cut := range cuts {
				before := from.steps(cut)
				for n, i := range slices.Sorted(maps.Keys(all)) {
					if n%sample() == 0 {
						got[k] += len(compiled(before, all[i].steps(cut)))
					}
				}
			}
			bumped += (len(all) + sample() - 1) / sample()
			packages += (len(all) + sample() - 1) / sample() * len(from.names)
		}
	}
	t.Logf("%d bumps, of %d packages each", bumped, packages/bumped)
	for k, cut := range cuts {
		ratio := float64(got[k]) / float64(got[len(got)-1])
		t.Logf("%d steps, fewer where it spares time: %t: %.1f packages are compiled, %.2f times the least", cut.limit, cut.spares,
			float64(got[k])/float64(bumped), ratio)
		if cut.most > 0 && ratio > cut.most {
			t.Errorf("with %d steps a bump compiles %.2f times what it must, want %.1f at most", cut.limit, ratio, cut.most)
		}
	}
}

// sample is how many bumps stand for one. A short run looks at few, of which
// one that moves many weighs more than it should.
func sample() int {
	if testing.Short() {
		return 30
	}
	return 6
}

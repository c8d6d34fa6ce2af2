package plan

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
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
		nodes[i].units, state[i] = 1, 2
	}
	for i := range nodes {
		if state[i] == 0 {
			visit(i)
		}
	}
	return nodes
}

// partition writes steps as texts, without one package.
func (g *lockedGraph) partition(steps [][]int, without int) []string {
	var out []string
	for _, step := range steps {
		var names []string
		for _, i := range step {
			if i != without {
				names = append(names, fmt.Sprintf("%s#%d", g.names[i], i))
			}
		}
		if len(names) > 0 {
			out = append(out, strings.Join(names, " "))
		}
	}
	slices.Sort(out)
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

// A bump that changes nothing but the version leaves all steps as they are, for
// versions are not in the graph. One that changes what the package needs may
// move others, since the graph is another one then; today most of those do,
// which is more than it should be, and the bound keeps it from getting worse. The lock files are those of published versions of real projects; each
// package that changed from one to the next is bumped alone.
func TestBumpsRegroupLittle(t *testing.T) {
	const limit = 24
	files, err := filepath.Glob("testdata/locks/*.txt")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d histories, want 5 or more; %v", len(files), err)
	}
	total, changed, looked, moved := 0, 0, 0, 0
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for v := 1; v < len(archive.Files); v++ {
			from, to := parseLocked(t, archive.Files[v-1].Data), parseLocked(t, archive.Files[v].Data)
			steps := group(from.nodes(), limit)
			after := bumps(from, to)
			for _, i := range slices.Sorted(maps.Keys(after)) {
				total++
				if slices.Equal(slices.Sorted(slices.Values(from.needs[i])), slices.Sorted(slices.Values(after[i].needs[i]))) {
					continue
				}
				if changed++; changed%sample() != 0 {
					continue
				}
				looked++
				if !slices.Equal(from.partition(steps, i), from.partition(group(after[i].nodes(), limit), i)) {
					moved++
				}
			}
		}
	}
	t.Logf("%d bumps, %d change what the package needs; of %d of those, %d move a package that was not bumped", total, changed, looked, moved)
	if looked == 0 || moved*4 > looked*3 {
		t.Errorf("%d of %d bumps that change what a package needs move others", moved, looked)
	}
}

// sample is how many bumps stand for one in a short run.
func sample() int {
	if testing.Short() {
		return 25
	}
	return 5
}

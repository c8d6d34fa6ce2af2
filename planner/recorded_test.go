package planner

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/graph"
)

// The unit graphs of real projects, recorded with cargos from 1.70 on with
// `cargo build --release --unit-graph` (without the paths of the machine), say
// the same whatever cargo wrote them.
func TestRecordedUnitGraphs(t *testing.T) {
	tests := []struct {
		project string
		// packages is what `cargo tree -e normal,build` counts, but for two of
		// miniserve's: it lists build dependencies of packages without a build
		// script, which are not compiled.
		packages, units int
	}{
		{"fd-find-8.7.1", 66, 85},
		{"miniserve-0.24.0", 212, 331},
	}
	for _, tt := range tests {
		t.Run(tt.project, func(t *testing.T) {
			var first []string
			for _, cargo := range []string{"1.70.0", "1.77.2", "1.85.0", "1.95.0"} {
				g := recorded(t, tt.project+"-cargo-"+cargo+".json.gz")
				packages := map[string]bool{}
				for _, u := range g.Units {
					packages[u.Package.Name+" "+u.Package.Version] = true
				}
				if len(packages) != tt.packages || len(g.Units) != tt.units {
					t.Errorf("cargo %s: %d packages and %d units, want %d and %d", cargo, len(packages), len(g.Units), tt.packages, tt.units)
				}
				said := describe(g)
				if first == nil {
					first = said
				}
				if diff := cmp.Diff(first, said); diff != "" {
					t.Errorf("cargo 1.70 and %s differ: %s", cargo, diff)
				}
			}
		})
	}
}

func recorded(t *testing.T, name string) *answers.UnitGraph {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "units", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var data json.RawMessage
	if err := json.NewDecoder(plain).Decode(&data); err != nil {
		t.Fatal(err)
	}
	g, err := answers.ParseUnitGraph(data)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// describe writes a line for each unit, with the units that it needs, sorted.
func describe(g *answers.UnitGraph) []string {
	name := func(i int) string {
		u := &g.Units[i]
		return fmt.Sprintf("%s %s %v host=%v run=%v %v", u.Package.Name, u.Package.Version, u.Kinds, u.Host, u.Run, u.Features)
	}
	var out []string
	for i := range g.Units {
		var needs []string
		for _, j := range g.Units[i].Needs {
			needs = append(needs, name(j))
		}
		slices.Sort(needs)
		out = append(out, name(i)+" > "+strings.Join(needs, ", "))
	}
	slices.Sort(out)
	return out
}

// On real projects the grouping throws away less than equal cuts of a
// topological order, and with as many steps as packages neither does.
func TestGroupBeatsEqualCutsOnRealGraphs(t *testing.T) {
	for _, project := range []string{"fd-find-8.7.1", "miniserve-0.24.0"} {
		nodes, _ := packagesOf(recorded(t, project+"-cargo-1.95.0.json.gz"))
		least := thrownAway(nodes, equalCuts(len(nodes), len(nodes)))
		for _, limit := range []int{12, 24, 48, 128} {
			if limit >= len(nodes) {
				continue
			}
			got, equal := thrownAway(nodes, graph.Group(graphOf(nodes), limit, 0)), thrownAway(nodes, equalCuts(len(nodes), limit))
			t.Logf("%s, %d packages in %d steps: a bump compiles %.2f times the least, with equal cuts %.2f times", project,
				len(nodes), limit, float64(got)/float64(least), float64(equal)/float64(least))
			if got >= equal {
				t.Errorf("%s, %d steps: %d rustc calls in all, with equal cuts %d", project, limit, got, equal)
			}
		}
	}
}

// packagesOf makes a node of each package, each after those that it needs, and
// gives their ids.
func packagesOf(g *answers.UnitGraph) ([]node, []answers.PackageID) {
	units, needs := map[answers.PackageID]int{}, map[answers.PackageID][]answers.PackageID{}
	for _, u := range g.Units {
		units[u.Package]++
		for _, i := range u.Needs {
			if need := g.Units[i].Package; need != u.Package {
				needs[u.Package] = append(needs[u.Package], need)
			}
		}
	}
	var nodes []node
	var ids []answers.PackageID
	at := map[answers.PackageID]int{}
	var visit func(answers.PackageID) int
	visit = func(id answers.PackageID) int {
		if n, done := at[id]; done {
			return n
		}
		n := node{weight: units[id]}
		for _, need := range needs[id] {
			n.needs = append(n.needs, visit(need))
		}
		slices.Sort(n.needs)
		n.needs, n.locked = slices.Compact(n.needs), len(nodes)
		at[id], nodes, ids = n.locked, append(nodes, n), append(ids, id)
		return n.locked
	}
	for _, u := range g.Units {
		visit(u.Package)
	}
	return nodes, ids
}

// equalCuts cuts n nodes in their order into steps of the same size.
func equalCuts(n, steps int) [][]int {
	out := make([][]int, steps)
	for i := range n {
		out[i*steps/n] = append(out[i*steps/n], i)
	}
	return out
}

package planner

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/org/rust-frontend/graph"
	"github.com/org/rust-frontend/settings"
)

// packageCost is what a package is like: bytes of Rust code, and the processor
// time of all its rustc calls in a release build, in hundredths of a second.
type packageCost struct {
	size int64
	time int
}

// costs reads lines of "NAME-VERSION BYTES SECONDS", which a wrapper around rustc
// has measured (cargo 1.95.0, one processor shared with other work).
func costs(t *testing.T, project string) map[string]packageCost {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "units", project+".costs"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]packageCost{}
	for line := range bytes.Lines(data) {
		var name string
		var cost packageCost
		var seconds float64
		if _, err := fmt.Sscan(string(line), &name, &cost.size, &seconds); err != nil {
			t.Fatalf("bad line %q: %v", line, err)
		}
		cost.time = int(seconds * 100)
		out[name] = cost
	}
	return out
}

// measured gives the packages of a project that are not its own, three times:
// weighed by their rustc calls, by the guess from their sizes, and by the time
// that they took.
func measured(t *testing.T, project string) (calls, guess, real []node) {
	t.Helper()
	nodes, ids := packagesOf(recorded(t, project+"-cargo-1.95.0.json.gz"))
	known := costs(t, project)
	for i, n := range nodes {
		if _, own := ids[i].Dir(); own {
			continue // the last one, so no number changes
		}
		cost, ok := known[ids[i].Name+"-"+ids[i].Version]
		if !ok {
			t.Fatalf("no cost of %s %s", ids[i].Name, ids[i].Version)
		}
		calls = append(calls, n)
		n.weight *= compileTime(cost.size, len(n.needs))
		guess = append(guess, n)
		n.weight = cost.time
		real = append(real, n)
	}
	return calls, guess, real
}

// Steps that are cut by the sizes of packages make a bump throw away less of the
// time that compiling them really takes than steps cut by the number of calls.
// And where merges are for free, there are fewer steps at next to no price.
func TestSizesThrowAwayLess(t *testing.T) {
	for _, project := range []string{"fd-find-10.5.0", "miniserve-0.35.0"} {
		calls, guess, real := measured(t, project)
		least := float64(thrownAway(real, graph.Group(graphOf(real), len(real), 0)))
		for _, limit := range []int{12, 24, 48, 64, 96, 128} {
			if limit > len(real)*2/3 {
				continue
			}
			byCalls, bySize := thrownAway(real, graph.Group(graphOf(calls), limit, 0)), thrownAway(real, graph.Group(graphOf(guess), limit, 0))
			t.Logf("%s, %d packages in %d steps: a bump compiles %.2f times the least, cut by calls %.2f times", project,
				len(real), limit, float64(bySize)/least, float64(byCalls)/least)
			if bySize >= byCalls {
				t.Errorf("%s, %d steps: cut by sizes %d, by calls %d", project, limit, bySize, byCalls)
			}
		}
		without := thrownAway(real, graph.Group(graphOf(guess), settings.DefaultLayers, 0))
		for _, limit := range []int{24, 64, settings.DefaultLayers} {
			with := graph.Group(graphOf(guess), limit, graph.Sparing(len(real)))
			got := thrownAway(real, with)
			t.Logf("%s, layers = %d: %d steps, a bump compiles %.2f times the least", project, limit, len(with), float64(got)/least)
			if limit == settings.DefaultLayers && (len(with) >= min(limit, len(real)) || float64(got) > 1.1*float64(without)) {
				t.Errorf("%s: %d steps, a bump compiles %d, and %d if nothing is spared", project, len(with), got, without)
			}
		}
	}
}

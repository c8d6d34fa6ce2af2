package oracle

import (
	"maps"
	"slices"
	"testing"
)

// The same seed makes the same workspaces and edits.
func TestSameSeed(t *testing.T) {
	for seed := range uint64(30) {
		a, b := New(seed, "x"), New(seed, "x")
		for i := range 40 {
			said, other := a.Edit(), b.Edit()
			if said != other || !maps.Equal(a.Files(), b.Files()) || !maps.Equal(a.Links(), b.Links()) || a.Config() != b.Config() {
				t.Fatalf("seed %d, edit %d: %q and %q", seed, i, said, other)
			}
		}
		if got, want := len(a.Steps()), len(a.crates)-1; got != want {
			t.Errorf("%d steps, want %d", got, want)
		}
		if names := a.Steps(); !slices.IsSorted(names) {
			t.Errorf("steps %q", names)
		}
	}
}

// Each kind of edit is made, and none leaves two packages with one directory.
func TestEdits(t *testing.T) {
	for seed := range uint64(200) {
		w := New(seed, "x")
		for range 40 {
			said := w.Edit()
			dirs := map[string]bool{}
			for _, c := range w.crates {
				if dirs[c.dir] {
					t.Fatalf("seed %d, %s: two packages in %q", seed, said, c.dir)
				}
				dirs[c.dir] = true
			}
		}
	}
}

func TestAbove(t *testing.T) {
	low, mid, top := &crate{name: "low"}, &crate{name: "mid"}, &crate{name: "top"}
	mid.deps = []dependency{{to: low, kind: build}}
	top.deps = []dependency{{to: mid}, {to: low, kind: dev}}
	w := &Workspace{crates: []*crate{low, mid, top}}
	if got, want := w.Above([]string{"low"}), []string{"low", "mid", "top"}; !slices.Equal(got, want) {
		t.Errorf("above low: %q, want %q", got, want)
	}
	mid.deps[0].kind = dev
	if got, want := w.Above([]string{"low"}), []string{"low"}; !slices.Equal(got, want) {
		t.Errorf("above low, for tests: %q, want %q", got, want)
	}
}

func TestOwner(t *testing.T) {
	w := &Workspace{crates: []*crate{{name: "root"}, {name: "part", dir: "crates/part"}}}
	for file, want := range map[string]string{"crates/part/src/lib.rs": "part", "crates/partly": "root", "VERSION": "root"} {
		if got := w.Owner(file); got != want {
			t.Errorf("%s is of %q, want %q", file, got, want)
		}
	}
}

package oracle

import (
	"maps"
	"slices"
	"testing"
)

// The same seed makes the same workspaces and edits.
func TestSameSeed(t *testing.T) {
	for seed := range uint64(20) {
		a, b := New(seed), New(seed)
		for i := range 30 {
			said, other := a.Edit(), b.Edit()
			if said != other || !maps.Equal(a.Files(), b.Files()) || !maps.Equal(a.Links(), b.Links()) {
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

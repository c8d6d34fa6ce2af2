package answers

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What the step may leave when it cannot measure is no size.
func TestParseSizesOfNonsense(t *testing.T) {
	if got := ParseSizes([]byte("\nx /vendor/a\n12\n12 /elsewhere/a\n-3 /vendor/b\n0 /vendor/c\n99999999999999999999 /vendor/d\n")); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestSizesPerPackage(t *testing.T) {
	sizes := Sizes{
		"a-1.0.0": 1, "a-1.0.0/src": 2, "a-1.0.0/tests/deep": 4, "a-1.0.0/src/tests": 8, "a-1.0.0/benches": 16, "a-1.0.0/examples": 32,
		"git/repo": 1, "git/repo/sub/src": 2, "git/repo/tests/helper/src": 4,
		"stranger": 1,
	}
	dirs := map[string]bool{"a-1.0.0": true, "git/repo": true, "git/repo/sub": true, "git/repo/tests/helper": true}
	want := map[string]int64{"a-1.0.0": 11, "git/repo": 1, "git/repo/sub": 2, "git/repo/tests/helper": 4, ".": 1}
	if diff := cmp.Diff(want, sizes.PerPackage(dirs)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

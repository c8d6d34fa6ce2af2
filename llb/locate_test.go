package llb

import (
	"testing"

	"github.com/moby/buildkit/client/llb"

	"github.com/org/rust-frontend/plan"
)

// Where a step or a crate comes from is for errors: a line more above it changes no key.
func TestPlacesAreInNoKey(t *testing.T) {
	at := func(line int) *llb.Definition {
		p, in := fullPlan(), inputs()
		p.Deps.At, p.Source.At = plan.Place{File: "Cargo.toml", Line: line}, plan.Place{File: "Cargo.toml", Line: line}
		p.Source.Blame = []plan.Compiled{{Name: "app", Version: "1.0.0", At: p.Source.At}}
		smap := llb.NewSourceMap(nil, "Cargo.toml", "TOML", []byte("1\n2\n3\n"))
		in.Locate = func(_ string, line int) llb.ConstraintsOpt { return smap.Location(Ranges(line, line)) }
		def, err := Convert(p, in).Image.Marshal(t.Context(), llb.LinuxAmd64)
		if err != nil {
			t.Fatal(err)
		}
		return def
	}
	one, two := at(1), at(2)
	first, err := one.Head()
	if err != nil {
		t.Fatal(err)
	}
	if second, err := two.Head(); err != nil || first != second {
		t.Errorf("the digest is %s, then %s, %v", first, second, err)
	}
	lines := map[int32]int{}
	for _, locations := range one.Source.Locations {
		for _, l := range locations.Locations {
			lines[l.Ranges[0].Start.Line]++
		}
	}
	if lines[1] != 2 {
		t.Errorf("%d steps come from line 1, want the two that compile: %v", lines[1], lines)
	}
}

package answers

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/plan"
)

// The report tells the steps apart by their packages' directories.
func TestParseLookups(t *testing.T) {
	p := &plan.Plan{Layers: []plan.Layer{{Dir: "leaf-1.0.0"}, {Tree: true, Member: "a/b", Dir: "tree-a%2Fb"}}}
	got, err := ParseLookups(p, []byte(`{"tree-a%2Fb":{"failed":true,"missed":["x"]},"source":{"failed":true},"other":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]plan.Lookups{"a/b": {Failed: true, Missed: []string{"x"}}, plan.SourceStep: {Failed: true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if !got["a/b"].HasFailed() || got[plan.SourceStep].HasFailed() {
		t.Error("a step over one that has failed has not failed itself")
	}
	if _, err := ParseLookups(p, []byte("{")); err == nil {
		t.Error("half a report is no error")
	}
}

package planner

import (
	"bytes"
	"encoding/json"
	"sync"
	"testing"

	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// One selection serves all platforms at once, and one preparation many plans: nothing of
// either is changed by them.
func TestPhasesCanBeRepeated(t *testing.T) {
	s := newSettings(func(s *settings.Settings) { s.Layers = settings.EachCrate })
	selected, err := Select(load(t, project(t, "members")), s, "app")
	if err != nil {
		t.Fatal(err)
	}
	prepared, err := selected.Prepare(amd64().Facts)
	if err != nil {
		t.Fatal(err)
	}
	answers := Answers{Units: membersGraph(t)}
	found := map[string]plan.Found{plan.SourceStep: {Files: []string{"VERSION"}}}
	plans := make([][3][]byte, 4)
	var all sync.WaitGroup
	for i := range plans {
		all.Go(func() {
			for j, of := range []func() (*plan.Plan, error){
				func() (*plan.Plan, error) { return selected.Unasked(amd64().Facts) },
				func() (*plan.Plan, error) { return prepared.Finish(answers) },
				func() (*plan.Plan, error) { return prepared.Again(answers, found) },
			} {
				p, err := of()
				if err != nil {
					t.Error(err)
					return
				}
				if plans[i][j], err = json.Marshal(p); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for i := range plans {
		for j := range plans[i] {
			if !bytes.Equal(plans[i][j], plans[0][j]) {
				t.Errorf("plan %d of the kind %d differs from the first", i, j)
			}
		}
	}
	if bytes.Equal(plans[0][1], plans[0][2]) || bytes.Equal(plans[0][0], plans[0][1]) {
		t.Error("answers and what was found make no difference")
	}
}

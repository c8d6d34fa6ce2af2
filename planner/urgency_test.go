package planner

import (
	"bytes"
	"slices"
	"testing"

	"github.com/org/rust-frontend/graph"
	"github.com/org/rust-frontend/settings"
)

// By the urgencies that are guessed, the steps of real projects end sooner than in the
// order in which they become ready. What they take are the times that were measured, so
// this says how well the guess serves, in percent of that order's time; where there are
// few steps, or about as many processors as are of use, it makes little difference.
func TestUrgentStepsFirst(t *testing.T) {
	tests := []struct {
		project string
		percent map[int]int // at most, by the number of processors
	}{
		{"fd-find-10.5.0", map[int]int{2: 101, 4: 85, 8: 99, 16: 100}},
		{"miniserve-0.35.0", map[int]int{2: 96, 4: 88, 8: 80, 16: 100}},
	}
	for _, tt := range tests {
		_, guess, real := measured(t, tt.project)
		steps := graph.Group(graphOf(guess), settings.DefaultLayers, graph.Sparing(len(guess)))
		s, guessed, none := stepsOf(real, steps), graph.Weights(graphOf(guess), steps), make([]int, len(steps))
		for processors, percent := range tt.percent {
			before, got, best := s.run(processors, none), s.run(processors, graph.Urgencies(guessed, s.needs)), s.run(processors, graph.Urgencies(s.takes, s.needs))
			t.Logf("%s, %d steps, %d processors: %d s in order of arrival, %d by urgency, %d if all times were known",
				tt.project, len(s.takes), processors, before/100, got/100, best/100)
			if got*100 > percent*before {
				t.Errorf("%s, %d processors: %d hundredths of a second by urgency, %d in order of arrival, want %d %%",
					tt.project, processors, got, before, percent)
			}
		}
	}
}

// schedule is some steps, what each takes in hundredths of a second, and all steps
// that it needs.
type schedule struct {
	takes []int
	needs [][]int
}

func stepsOf(nodes []node, steps [][]int) schedule {
	s, of := schedule{takes: graph.Weights(graphOf(nodes), steps)}, map[int]int{}
	for i, step := range steps {
		s.takes[i] += 30 // a step takes 0.3 s around rustc
		needs := []int{}
		for _, n := range step {
			of[n] = i
		}
		for _, n := range step {
			for _, m := range nodes[n].needs {
				if j := of[m]; j != i {
					needs = append(append(needs, j), s.needs[j]...)
				}
			}
		}
		slices.Sort(needs)
		s.needs = append(s.needs, slices.Compact(needs))
	}
	return s
}

// run says when the last step ends. Of those that are ready the most urgent is
// started, and of several the one that was ready first.
func (s schedule) run(processors int, urgency []int) int {
	n := len(s.takes)
	started, end := make([]bool, n), make([]int, n)
	readyAt := func(i, now int) (int, bool) {
		at := 0
		for _, j := range s.needs[i] {
			if !started[j] || end[j] > now {
				return 0, false
			}
			at = max(at, end[j])
		}
		return at, true
	}
	now := 0
	for left := n; left > 0; {
		busy, next, nextReady, soonest := 0, -1, 0, 0
		for i := range n {
			if started[i] && end[i] > now {
				if busy++; soonest == 0 || end[i] < soonest {
					soonest = end[i]
				}
			}
			if started[i] {
				continue
			}
			at, ready := readyAt(i, now)
			if ready && (next < 0 || urgency[i] > urgency[next] || urgency[i] == urgency[next] && at < nextReady) {
				next, nextReady = i, at
			}
		}
		if busy == processors || next < 0 {
			now = soonest
			continue
		}
		started[next], end[next] = true, now+s.takes[next]
		left--
	}
	return slices.Max(end)
}

// How urgent a layer is depends on what lies above it, and so is in a step of its own
// alone: no layer's key has it.
func TestUrgencyIsInNoLayer(t *testing.T) {
	in := amd64()
	in.Units = layersGraph(t)
	p := newPlan(t, project(t, "layers"), newSettings(func(s *settings.Settings) { s.Layers = settings.EachCrate }), in)
	said := map[string]int{}
	for _, u := range p.Urgency.Task.Urgency {
		said[u.Step]++
	}
	for _, layer := range p.Layers {
		if said[layer.ID()] != 1 || bytes.Contains(layer.Document(), []byte("urgency")) {
			t.Errorf("the step does not say once how urgent %s is, or the layer says so: %+v", layer.Dir, p.Urgency.Task)
		}
	}
	if len(said) != len(p.Layers) || p.Urgency.Task.Build == "" {
		t.Errorf("of %d layers it says %+v", len(p.Layers), p.Urgency.Task)
	}
}

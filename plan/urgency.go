package plan

import (
	"crypto/sha256"
	"fmt"
	"slices"
)

// mostUrgent is the highest urgency of a layer, 0 the lowest.
const mostUrgent = 999

// urgencies says how soon each step should run, from 0 to [mostUrgent], when more are
// ready than there are processors. The steps with the longest way to the end of the
// build come first, or it would end on a chain of steps with one processor at work.
// What a step takes is a guess (see [compileTime]). Steps come after those that they
// need.
//
// It is no part of a layer, whose key would then depend on what lies above it.
func urgencies(takes []int, needs [][]int) []int {
	way := slices.Clone(takes)
	for i, below := range slices.Backward(needs) {
		for _, j := range below {
			way[j] = max(way[j], takes[j]+way[i])
		}
	}
	longest := slices.Max(append(way, 1))
	for i, w := range way {
		way[i] = w * mostUrgent / longest
	}
	return way
}

// urgency is the step of the layers that are made of some steps.
func (l *layering) urgency(layers []Layer, steps [][]int) *Step {
	needs := make([][]int, len(layers))
	for i := range layers {
		needs[i] = layers[i].Needs
	}
	return urgencyStep(layers, urgencies(weights(l.nodes, steps), needs))
}

// weights gives the weight of each step, that of its packages.
func weights(nodes []node, steps [][]int) []int {
	out := make([]int, len(steps))
	for i, step := range steps {
		for _, n := range step {
			out[i] += nodes[n].weight
		}
	}
	return out
}

// urgencyStep writes how urgent each layer is, and for which build, to where the layers
// look for it, which is no part of their keys: a cache mount. The step
// has no output, and no layer waits for it; one that comes too early, or finds nothing
// since the mount was dropped, takes itself for the last. That costs time and no more.
func urgencyStep(layers []Layer, urgencies []int) *Step {
	if len(layers) == 0 {
		return nil
	}
	t := Task{Do: "schedule"}
	sum := sha256.New()
	for i := range layers {
		id := layers[i].ID()
		t.Urgency = append(t.Urgency, Urgency{Step: id, Urgency: urgencies[i]})
		fmt.Fprintln(sum, id)
	}
	t.Build = fmt.Sprintf("%x", sum.Sum(nil))[:idLength]
	return &Step{Name: "schedule", Task: t}
}

package planner

import (
	"crypto/sha256"
	"fmt"

	"github.com/org/rust-frontend/graph"
	"github.com/org/rust-frontend/plan"
)

// urgency is the step of the layers that are made of some steps.
func (l *layering) urgency(layers []plan.Layer, steps [][]int) *plan.Step {
	needs := make([][]int, len(layers))
	for i := range layers {
		needs[i] = layers[i].Needs
	}
	return urgencyStep(layers, graph.Urgencies(graph.Weights(graphOf(l.nodes), steps), needs))
}

// urgencyStep writes how urgent each layer is, and for which build, to where the layers
// look for it, which is no part of their keys: a cache mount. The step
// has no output, and no layer waits for it; one that comes too early, or finds nothing
// since the mount was dropped, takes itself for the last. That costs time and no more.
func urgencyStep(layers []plan.Layer, urgencies []int) *plan.Step {
	if len(layers) == 0 {
		return nil
	}
	t := plan.Task{Do: "schedule"}
	sum := sha256.New()
	for i := range layers {
		id := layers[i].ID()
		t.Urgency = append(t.Urgency, plan.Urgency{Step: id, Urgency: urgencies[i]})
		fmt.Fprintln(sum, id)
	}
	t.Build = fmt.Sprintf("%x", sum.Sum(nil))[:plan.IDLength]
	return &plan.Step{Name: "schedule", Task: t}
}

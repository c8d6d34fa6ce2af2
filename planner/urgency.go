package planner

import (
	"crypto/sha256"
	"fmt"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/graph"
	"github.com/org/rust-frontend/plan"
)

// urgency is the step of the layers that are made of some steps.
func (l *layering) urgency(layers []plan.Layer, steps [][]int) *plan.Step {
	needs := make([][]int, len(layers))
	for i := range layers {
		needs[i] = layers[i].Needs
	}
	return urgencyStep(layers, l.cmd.env, graph.Urgencies(graph.Weights(graphOf(l.nodes), steps), needs))
}

// urgencyStep writes how urgent each layer is, and for which build, to where the layers
// look for it, which is no part of their keys: a cache mount. The step
// has no output, and no layer waits for it; one that comes too early, or finds nothing
// since the mount was dropped, takes itself for the last. That costs time and no more. It has the
// layers' environment, so that it is done again when they are: what it wrote may be gone from
// the mount by then.
func urgencyStep(layers []plan.Layer, env []plan.Env, urgencies []int) *plan.Step {
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
	return &plan.Step{Name: "schedule", Env: env, Task: t}
}

// compileTime guesses what one rustc call takes over so much code that needs so many
// other packages, in tenths of a second of a processor: about the mean of the 346
// packages below fd-find 10.5.0 and miniserve 0.35.0 that are of the same class, in a
// release build. The classes are few, so that a package's next version is in the same
// one. Those that put many others to use, whose generic code is compiled in them, take
// about three times as long. The largest have no end: very large packages are mostly
// code for other platforms.
func compileTime(size int64, needs int) int {
	tenths := 20
	switch {
	case size < 32<<10:
		tenths = 1
	case size < 128<<10:
		tenths = 3
	case size < 512<<10:
		tenths = 6
	}
	if needs >= 6 {
		tenths *= 3
	}
	return tenths
}

// weigh guesses what each package of the build takes to compile.
func (l *layering) weigh(sizes answers.Sizes) {
	dirs := map[string]bool{}
	for _, dir := range l.dirs {
		dirs[dir] = true
	}
	of := sizes.PerPackage(dirs)
	for i := range l.nodes {
		n := &l.nodes[i]
		n.weight = max(n.units, 1) * compileTime(of[l.dirs[n.locked]], len(n.needs))
	}
}

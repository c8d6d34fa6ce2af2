package graph

import "slices"

// MostUrgent is the highest urgency of a layer, 0 the lowest.
const MostUrgent = 999

// Urgencies says how soon each step should run, from 0 to [MostUrgent], when more are
// ready than there are processors. The steps with the longest way to the end of the
// build come first, or it would end on a chain of steps with one processor at work.
// What a step takes is a guess (see [compileTime]). Steps come after those that they
// need.
//
// It is no part of a layer, whose key would then depend on what lies above it.
func Urgencies(takes []int, needs [][]int) []int {
	way := slices.Clone(takes)
	for i, below := range slices.Backward(needs) {
		for _, j := range below {
			way[j] = max(way[j], takes[j]+way[i])
		}
	}
	longest := slices.Max(append(way, 1))
	for i, w := range way {
		way[i] = w * MostUrgent / longest
	}
	return way
}

// Weights gives the weight of each step, that of its packages.
func Weights(nodes []Node, steps [][]int) []int {
	out := make([]int, len(steps))
	for i, step := range steps {
		for _, n := range step {
			out[i] += nodes[n].Weight
		}
	}
	return out
}

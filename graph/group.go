package graph

import (
	"math"
	"math/bits"
)

// Node is a package of the crate graph.
type Node struct {
	// Weight is what compiling it is thought to take, in tenths of a second of one processor.
	Weight int
	// Needs are the nodes that it is compiled over, by index.
	Needs []int
}

// Group divides packages into at most limit steps. It merges, one pair at a
// time, the two steps whose union makes a version bump throw away the least
// compile time on top of what it must: a bump of a package compiles its own
// step again and every step above. Two steps can only become one when no third
// lies between them, so the steps never need each other in a circle. Below the limit
// too, it merges what adds no more than spare to what bumping each package once
// compiles; see [Sparing].
//
// What is weighed is a guess of the time of the rustc calls and who needs whom,
// and little that a new version of a package changes by itself; so a bump leaves
// the steps as they are. So does, mostly, a package that comes or goes: at first only
// what stands together is merged, at a price of few, and whatever the number of steps
// is then, so that one package more is not one merge more elsewhere. Only what is
// above the limit after that is merged down to it. Ties go to the earlier packages of
// Cargo.lock.
//
// The result are the steps with their packages, both sorted, a step after those
// that it needs.
func Group(nodes []Node, limit, spare int) [][]int {
	const dearest = 4 // times spare; with fewer steps yet it counts more which are merged
	g := newGrouping(nodes)
	limit = max(limit, 1)
	for price := spare; price > 0 && price <= dearest*spare; price *= 2 {
		if price == spare || len(g.live) > limit {
			g.mergeAll(g.together, 1, price)
		}
	}
	g.mergeAll(g.related, limit, math.MaxInt)
	g.mergeAll(func(int, int) bool { return true }, limit, math.MaxInt)
	return g.steps()
}

// mergeAll merges candidates, the cheapest first, down to limit steps and for as long
// as a merge costs no more than price.
func (g *grouping) mergeAll(candidate func(i, j int) bool, limit, price int) {
	if len(g.live) <= limit {
		return
	}
	g.offers = nil
	g.offerAll(candidate)
	for len(g.live) > limit {
		a, b, ok := g.next()
		if !ok || g.cost(a, b) > price {
			return
		}
		g.merge(a, b)
		for _, j := range g.live {
			if j != a && candidate(a, j) {
				g.offer(min(a, j), max(a, j))
			}
		}
	}
}

// Sparing is what a merge may add to what bumping each of n packages once
// compiles, since it spares a cold build a step. A step takes three tenths of a
// second around rustc, and at most ten bumps are thought to come on one cold build.
func Sparing(n int) int {
	const step, bumps = 3, 10
	return class(step * n / bumps)
}

// class rounds a cost up to a power of two.
func class(cost int) int {
	return 1 << bits.Len(uint(max(cost, 1)-1))
}

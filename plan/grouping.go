package plan

import (
	"cmp"
	"container/heap"
	"math"
	"math/bits"
	"slices"
)

// group divides packages into at most limit steps. It merges, one pair at a
// time, the two steps whose union makes a version bump throw away the least
// compile time on top of what it must: a bump of a package compiles its own
// step again and every step above. Two steps can only become one when no third
// lies between them, so the steps never need each other in a circle. Below the limit
// too, it merges what adds no more than spare to what bumping each package once
// compiles; see [sparing].
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
func group(nodes []node, limit, spare int) [][]int {
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

// sparing is what a merge may add to what bumping each of n packages once
// compiles, since it spares a cold build a step. A step takes three tenths of a
// second around rustc, and at most ten bumps are thought to come on one cold build.
func sparing(n int) int {
	const step, bumps = 3, 10
	return class(step * n / bumps)
}

// class rounds a cost up to a power of two.
func class(cost int) int {
	return 1 << bits.Len(uint(max(cost, 1)-1))
}

// bitset is a set of small numbers.
type bitset []uint64

func (s bitset) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }
func (s bitset) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s bitset) addAll(t bitset) {
	for i := range t {
		s[i] |= t[i]
	}
}

func (s bitset) empty() bool {
	return !slices.ContainsFunc(s, func(word uint64) bool { return word != 0 })
}

// each calls f for the members in order.
func (s bitset) each(f func(int)) {
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			f(i*64 + bits.TrailingZeros64(word))
		}
	}
}

// grouping is the graph of steps while it shrinks. A step goes by the number
// of one of its packages.
type grouping struct {
	live    []int
	members [][]int
	weight  []int
	// below and above are direct; under and over are all that a step reaches.
	below, above, under, over []bitset
	offers                    pairs
}

func newGrouping(nodes []node) *grouping {
	n := len(nodes)
	g := &grouping{weight: make([]int, n), members: make([][]int, n)}
	for _, sets := range []*[]bitset{&g.below, &g.above, &g.under, &g.over} {
		*sets = make([]bitset, n)
		for i := range *sets {
			(*sets)[i] = make(bitset, (n+63)/64)
		}
	}
	for i := range nodes {
		g.live = append(g.live, i)
		g.members[i], g.weight[i] = []int{i}, nodes[i].weight
		for _, j := range nodes[i].needs {
			g.below[i].add(j)
			g.above[j].add(i)
		}
	}
	g.close()
	return g
}

// close computes what every step reaches.
func (g *grouping) close() {
	order := g.order()
	for _, i := range order {
		clear(g.under[i])
		g.below[i].each(func(j int) { g.under[i].add(j); g.under[i].addAll(g.under[j]) })
	}
	for _, i := range slices.Backward(order) {
		clear(g.over[i])
		g.above[i].each(func(j int) { g.over[i].add(j); g.over[i].addAll(g.over[j]) })
	}
}

// order gives the live steps, each after those that it needs.
func (g *grouping) order() []int {
	var out []int
	done := make(bitset, (len(g.members)+63)/64)
	var visit func(int)
	visit = func(i int) {
		if done.has(i) {
			return
		}
		done.add(i)
		g.below[i].each(visit)
		out = append(out, i)
	}
	for _, i := range g.live {
		visit(i)
	}
	return out
}

// pair is two steps that may become one.
type pair struct{ cost, a, b int }

// pairs is a heap, cheapest first.
type pairs []pair

func (p pairs) Len() int      { return len(p) }
func (p pairs) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p pairs) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(p[i].cost, p[j].cost), cmp.Compare(p[i].a, p[j].a), cmp.Compare(p[i].b, p[j].b)) < 0
}
func (p *pairs) Push(x any) { *p = append(*p, x.(pair)) }
func (p *pairs) Pop() any {
	last := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return last
}

func (g *grouping) offerAll(candidate func(i, j int) bool) {
	for x, i := range g.live {
		for _, j := range g.live[x+1:] {
			if candidate(i, j) {
				g.offer(i, j)
			}
		}
	}
}

func (g *grouping) offer(i, j int) {
	if !g.between(i, j) {
		heap.Push(&g.offers, pair{g.cost(i, j), i, j})
	}
}

// next gives the cheapest pair. Merges make others dearer, so the cost is
// computed again before it counts.
func (g *grouping) next() (a, b int, ok bool) {
	for g.offers.Len() > 0 {
		p := heap.Pop(&g.offers).(pair)
		if g.members[p.a] == nil || g.members[p.b] == nil || g.between(p.a, p.b) {
			continue
		}
		if now := g.cost(p.a, p.b); now > p.cost {
			heap.Push(&g.offers, pair{now, p.a, p.b})
			continue
		}
		return p.a, p.b, true
	}
	return 0, 0, false
}

// related says whether one step needs the other directly, or both are needed by the
// same steps or need the same: merging others costs more.
func (g *grouping) related(i, j int) bool {
	return g.below[i].has(j) || g.below[j].has(i) ||
		slices.Equal(g.above[i], g.above[j]) || slices.Equal(g.below[i], g.below[j])
}

// together says whether one step needs the other directly, or both are needed, and
// by the same steps. Others may be cheap to merge, but by chance: the next package
// that needs one of them makes it dear.
func (g *grouping) together(i, j int) bool {
	return g.below[i].has(j) || g.below[j].has(i) ||
		!g.above[i].empty() && slices.Equal(g.above[i], g.above[j])
}

// between says whether a third step lies on a path from one to the other.
func (g *grouping) between(i, j int) bool {
	if g.under[j].has(i) {
		i, j = j, i
	}
	if !g.under[i].has(j) {
		return false
	}
	for k, word := range g.under[i] {
		if word&g.over[j][k] != 0 {
			return true
		}
	}
	return false
}

// cost is what a merge makes bumps compile needlessly, summed over all
// packages: for those of either step the other one and what is above it, for
// those below what they did not reach before.
func (g *grouping) cost(i, j int) int {
	up := slices.Clone(g.over[i])
	up.addAll(g.over[j])
	up.add(i)
	up.add(j)
	extra := func(k int) int {
		sum := 0
		for w, word := range up {
			word &^= g.over[k][w]
			if k/64 == w {
				word &^= 1 << (k % 64)
			}
			for ; word != 0; word &= word - 1 {
				sum += g.weight[w*64+bits.TrailingZeros64(word)]
			}
		}
		return sum * len(g.members[k])
	}
	total := extra(i) + extra(j)
	below := slices.Clone(g.under[i])
	below.addAll(g.under[j])
	below.each(func(k int) {
		if k != i && k != j {
			total += extra(k)
		}
	})
	return total
}

// merge puts step b into step a.
func (g *grouping) merge(a, b int) {
	g.members[a], g.members[b] = append(g.members[a], g.members[b]...), nil
	g.weight[a] += g.weight[b]
	g.live = slices.DeleteFunc(g.live, func(i int) bool { return i == b })
	drop := func(s bitset, i int) { s[i/64] &^= 1 << (i % 64) }
	g.below[b].each(func(j int) { drop(g.above[j], b); g.above[j].add(a) })
	g.above[b].each(func(j int) { drop(g.below[j], b); g.below[j].add(a) })
	g.below[a].addAll(g.below[b])
	g.above[a].addAll(g.above[b])
	for _, s := range []bitset{g.below[a], g.above[a]} {
		drop(s, a)
		drop(s, b)
	}
	g.close()
}

func (g *grouping) steps() [][]int {
	var out [][]int
	for _, i := range g.order() {
		slices.Sort(g.members[i])
		out = append(out, g.members[i])
	}
	return out
}

package graph

import (
	"cmp"
	"container/heap"
	"iter"
	"slices"

	"github.com/bits-and-blooms/bitset"
)

// grouping is the graph of steps while it shrinks. A step goes by the number
// of one of its packages.
type grouping struct {
	live    []int
	members [][]int
	weight  []int
	// below and above are direct; under and over are all that a step reaches.
	below, above, under, over []*bitset.BitSet
	offers                    pairs
}

func newGrouping(nodes []Node) *grouping {
	n := len(nodes)
	g := &grouping{weight: make([]int, n), members: make([][]int, n)}
	for _, sets := range []*[]*bitset.BitSet{&g.below, &g.above, &g.under, &g.over} {
		*sets = make([]*bitset.BitSet, n)
		for i := range *sets {
			(*sets)[i] = bitset.New(uint(n))
		}
	}
	for i := range nodes {
		g.live = append(g.live, i)
		g.members[i], g.weight[i] = []int{i}, nodes[i].Weight
		for _, j := range nodes[i].Needs {
			g.below[i].Set(uint(j))
			g.above[j].Set(uint(i))
		}
	}
	g.close()
	return g
}

// close computes what every step reaches.
func (g *grouping) close() {
	order := g.order()
	for _, i := range order {
		reach(g.under, g.below[i], i)
	}
	for _, i := range slices.Backward(order) {
		reach(g.over, g.above[i], i)
	}
}

// reach computes what a step reaches of what its neighbours do.
func reach(all []*bitset.BitSet, next *bitset.BitSet, i int) {
	all[i].ClearAll()
	all[i].InPlaceUnion(next)
	for j := range each(next) {
		all[i].InPlaceUnion(all[j])
	}
}

// each gives the members of a set in order.
func each(s *bitset.BitSet) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range s.EachSet() {
			if !yield(int(i)) {
				return
			}
		}
	}
}

// has says whether a step is in a set.
func has(s *bitset.BitSet, i int) bool { return s.Test(uint(i)) }

// order gives the live steps, each after those that it needs.
func (g *grouping) order() []int {
	var out []int
	done := make([]bool, len(g.members))
	var visit func(int)
	visit = func(i int) {
		if done[i] {
			return
		}
		done[i] = true
		for j := range each(g.below[i]) {
			visit(j)
		}
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
	return has(g.below[i], j) || has(g.below[j], i) ||
		g.above[i].Equal(g.above[j]) || g.below[i].Equal(g.below[j])
}

// together says whether one step needs the other directly, or both are needed, and
// by the same steps. Others may be cheap to merge, but by chance: the next package
// that needs one of them makes it dear.
func (g *grouping) together(i, j int) bool {
	return has(g.below[i], j) || has(g.below[j], i) ||
		g.above[i].Any() && g.above[i].Equal(g.above[j])
}

// between says whether a third step lies on a path from one to the other.
func (g *grouping) between(i, j int) bool {
	if has(g.under[j], i) {
		i, j = j, i
	}
	return has(g.under[i], j) && g.under[i].IntersectionCardinality(g.over[j]) > 0
}

// cost is what a merge makes bumps compile needlessly, summed over all
// packages: for those of either step the other one and what is above it, for
// those below what they did not reach before.
func (g *grouping) cost(i, j int) int {
	up := g.over[i].Union(g.over[j]).Set(uint(i)).Set(uint(j))
	more := bitset.New(up.Len())
	extra := func(k int) int {
		up.CopyFull(more)
		more.Clear(uint(k)).InPlaceDifference(g.over[k])
		sum := 0
		for step := range each(more) {
			sum += g.weight[step]
		}
		return sum * len(g.members[k])
	}
	total := extra(i) + extra(j)
	for k := range each(g.under[i].Union(g.under[j])) {
		if k != i && k != j {
			total += extra(k)
		}
	}
	return total
}

// merge puts step b into step a.
func (g *grouping) merge(a, b int) {
	g.members[a], g.members[b] = append(g.members[a], g.members[b]...), nil
	g.weight[a] += g.weight[b]
	g.live = slices.DeleteFunc(g.live, func(i int) bool { return i == b })
	for j := range each(g.below[b]) {
		g.above[j].Clear(uint(b)).Set(uint(a))
	}
	for j := range each(g.above[b]) {
		g.below[j].Clear(uint(b)).Set(uint(a))
	}
	g.below[a].InPlaceUnion(g.below[b])
	g.above[a].InPlaceUnion(g.above[b])
	for _, s := range []*bitset.BitSet{g.below[a], g.above[a]} {
		s.Clear(uint(a)).Clear(uint(b))
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

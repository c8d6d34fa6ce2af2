package main

import (
	"cmp"
	"slices"
)

// level gives the packages in the order in which a scenario tries to bump
// them. What counts is how many packages that are not the workspace's own are
// over a package, directly or not: low is the package with the most, top the
// one with the fewest, mid the one nearest to the median. Equals go by name.
func level(scenario string, crates []crate) []crate {
	var middle int
	if len(crates) > 0 {
		middle = median(crates, func(c crate) int { return c.over })
	}
	distance := func(c crate) int {
		switch scenario {
		case scenarioBumpLow:
			return -c.over
		case scenarioBumpTop:
			return c.over
		default:
			return max(c.over-middle, middle-c.over)
		}
	}
	out := slices.Clone(crates)
	slices.SortFunc(out, func(a, b crate) int {
		return cmp.Or(cmp.Compare(distance(a), distance(b)),
			cmp.Compare(a.name, b.name), cmp.Compare(a.version, b.version))
	})
	return out
}

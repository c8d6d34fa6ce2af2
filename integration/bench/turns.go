package main

import (
	"context"
	"slices"
)

// turn is one build that is measured: the number of a run, from 1, of a
// scenario of a peer.
type turn struct {
	scenario, peer string
	run            int
}

// turns are all builds to measure, in order. The peers take turns in each
// scenario, and every second time in the opposite order: the speed of a machine
// drifts, and what was built an hour apart cannot be compared. The cold build
// comes first even if it is not asked for, since the others start from it; then
// it is made once.
func turns(scenarios, peers []string, runs int) []turn {
	var out []turn
	reversed := slices.Clone(peers)
	slices.Reverse(reversed)
	for _, scenario := range allScenarios() {
		asked := slices.Contains(scenarios, scenario)
		for run := 1; run <= runs; run++ {
			order := peers
			if run%2 == 0 {
				order = reversed
			}
			for _, peer := range order {
				if asked || scenario == scenarioCold && run == 1 {
					out = append(out, turn{scenario: scenario, peer: peer, run: run})
				}
			}
		}
	}
	return out
}

// measure makes all the builds. A peer that cannot build at all has rows that
// say so, in every scenario asked for.
func (b *bench) measure(ctx context.Context, scenarios, peers []string, runs int) []row {
	courses := map[string]*course{}
	for _, name := range peers {
		courses[name] = b.newCourse(name, scenarios)
		defer courses[name].close()
	}
	for _, t := range turns(scenarios, peers, runs) {
		if ctx.Err() != nil {
			break
		}
		courses[t.peer].take(ctx, t)
	}
	var rows []row
	for _, name := range peers {
		rows = append(rows, courses[name].rows...)
	}
	return rows
}

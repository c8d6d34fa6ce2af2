package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTurns(t *testing.T) {
	for _, tc := range []struct {
		reason, scenarios, peers string
		runs                     int
		want                     string
	}{
		{"the peers take turns in each scenario", "cold,nochange", "cargo,this", 1,
			"cold cargo 1, cold this 1, nochange cargo 1, nochange this 1"},
		{"the last to build is the first of the next run, for a cold build too", "cold,edit", "cargo,this", 3,
			"cold cargo 1, cold this 1, cold this 2, cold cargo 2, cold cargo 3, cold this 3, " +
				"edit cargo 1, edit this 1, edit this 2, edit cargo 2, edit cargo 3, edit this 3"},
		{"a cold build that is not asked for is made once", "edit", "cargo,this", 2,
			"cold cargo 1, cold this 1, edit cargo 1, edit this 1, edit this 2, edit cargo 2"},
		{"what drops a peer's state comes last", "import,edit", "this", 1,
			"cold this 1, edit this 1, import this 1"},
	} {
		var got []string
		for _, turn := range turns(strings.Split(tc.scenarios, ","), strings.Split(tc.peers, ","), tc.runs) {
			got = append(got, fmt.Sprintf("%s %s %d", turn.scenario, turn.peer, turn.run))
		}
		if !slices.Equal(got, strings.Split(tc.want, ", ")) {
			t.Errorf("%s: got\n%s, want\n%s", tc.reason, strings.Join(got, ", "), tc.want)
		}
	}
}

// A peer whose cold build fails has a row for each scenario that was asked for,
// and builds nothing more.
func TestPeerThatCannotBuild(t *testing.T) {
	b := &bench{project: &project{label: "app"}, work: t.TempDir()}
	rows := b.measure(t.Context(), []string{scenarioCold, scenarioEdit}, []string{"nobody"}, 2)
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%s %d: %s", r.Scenario, r.Run, r.Error))
	}
	want := []string{`cold 1: no peer "nobody"`, `edit 1: no peer "nobody"`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func testRows() []row {
	return []row{
		{Peer: peerCargo, Scenario: scenarioCold, Run: 1, Seconds: 10, ImageBytes: 1_000_000, DownloadSeconds: 2.5, Compiled: 5, CPUSeconds: 15, PeakMemory: 70_000_000},
		{Peer: peerCargo, Scenario: scenarioEdit, Run: 1, Seconds: 2, ImageBytes: 1_000_000},
		{Peer: peerCargo, Scenario: scenarioEdit, Run: 2, Seconds: 4, ImageBytes: 1_000_000},
		{Peer: peerThis, Scenario: scenarioCold, Run: 1, Seconds: 11, ImageBytes: 1_200_000, CompressedBytes: 500_000, CacheBytes: 9_000_000, Vertices: 20, Compiled: 5, CPUSeconds: 16.5, Layers: 1},
		{Peer: peerThis, Scenario: scenarioEdit, Run: 1, Seconds: 9, Vertices: 3},
		{Peer: peerThis, Scenario: scenarioEdit, Run: 2, Seconds: 3, Vertices: 2, CacheGrowth: 1500},
		{Peer: peerThis, Scenario: scenarioEdit, Run: 3, Seconds: 3, Vertices: 2, CacheGrowth: 1500},
		{Peer: peerSeed, Scenario: scenarioCold, Run: 1, Error: "no src"},
		{Peer: peerSeed, Scenario: scenarioEdit, Run: 1, Error: "no src"},
	}
}

func TestSummarise(t *testing.T) {
	rows := testRows()
	for _, tc := range []struct {
		reason, scenario, peer string
		want                   row
		ok                     bool
	}{
		{"the median of an even number is the mean of the middle two", scenarioEdit, peerCargo,
			row{Peer: peerCargo, Scenario: scenarioEdit, Run: 2, Seconds: 3, ImageBytes: 1_000_000}, true},
		{"each figure has its own median", scenarioEdit, peerThis,
			row{Peer: peerThis, Scenario: scenarioEdit, Run: 3, Seconds: 3, Vertices: 2, CacheGrowth: 1500}, true},
		{"a failure keeps its error", scenarioEdit, peerSeed,
			row{Peer: peerSeed, Scenario: scenarioEdit, Run: 1, Error: "no src"}, true},
		{"what was not measured is not there", scenarioBump, peerCargo, row{}, false},
	} {
		got, ok := summarise(rows, tc.scenario, tc.peer)
		if diff := cmp.Diff(tc.want, got); diff != "" || ok != tc.ok {
			t.Errorf("%s: ok %v (-want +got):\n%s", tc.reason, ok, diff)
		}
	}
}

func TestFillRatios(t *testing.T) {
	rows := testRows()
	fillRatios(rows)
	var got []float64
	for _, r := range rows {
		got = append(got, r.Ratio)
	}
	want := []float64{1, 2.0 / 3, 4.0 / 3, 1.1, 3, 1, 1, 0, 0}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Errorf("ratios are to plain cargo's median in the same scenario (-want +got):\n%s", diff)
	}
	alone := []row{{Peer: peerThis, Scenario: scenarioCold, Seconds: 1}}
	if fillRatios(alone); alone[0].Ratio != 0 {
		t.Errorf("without plain cargo there is no ratio, got %v", alone[0].Ratio)
	}
}

func TestWriteTable(t *testing.T) {
	rows := testRows()
	fillRatios(rows)
	var b strings.Builder
	if err := writeTable(&b, rows, []string{scenarioCold, scenarioEdit, scenarioBump}, []string{peerCargo, peerThis, peerSeed}); err != nil {
		t.Fatal(err)
	}
	const want = `
  scenario   peer  runs  seconds  x cargo  CPU s      memory      image  compressed      cache  new cache  vertices  compiled
      cold  cargo     1    10.00     1.00  15.00  70000.0 kB  1000.0 kB           -          -          -         -         5
      cold   this     1    11.00     1.10  16.50           -  1200.0 kB    500.0 kB  9000.0 kB          -        20         5
      cold   seed     0   failed        -      -           -          -           -          -          -         -         -
      edit  cargo     2     3.00     1.00   0.00           -  1000.0 kB           -          -          -         -         0
      edit   this     3     3.00     1.00   0.00           -          -           -          -     1.5 kB         2         0
      edit   seed     0   failed        -      -           -          -           -          -          -         -         -

seed (cold, edit): no src
`
	if diff := cmp.Diff(want, "\n"+b.String()); diff != "" {
		t.Errorf("every peer has its line, the failed one too (-want +got):\n%s", diff)
	}
	if got := downloadNote(rows); !strings.Contains(got, "2.5 s") {
		t.Errorf("download note: %s", got)
	}
}

func TestDigests(t *testing.T) {
	rows := []row{
		{Peer: peerThis, Scenario: scenarioCold, ImageDigest: "sha256:0123456789abcdef"},
		{Peer: peerBefore, Scenario: scenarioCold, ImageDigest: "sha256:fedcba9876543210"},
	}
	want := []string{"image digests, cold: this sha256:0123456789ab before sha256:fedcba987654"}
	if diff := cmp.Diff(want, digests(rows, []string{scenarioCold}, []string{peerThis, peerBefore})); diff != "" {
		t.Errorf("each image is named (-want +got):\n%s", diff)
	}
	if got := digests(rows, []string{scenarioCold}, []string{peerThis, peerSeed}); got != nil {
		t.Errorf("a Dockerfile makes another image: %q", got)
	}
}

func TestStepNotes(t *testing.T) {
	cold := func(peer string, cpu float64, layers int) row {
		return row{Peer: peer, Scenario: scenarioCold, Run: 1, Seconds: 1, CPUSeconds: cpu, Layers: layers}
	}
	failed := row{Peer: "this:24", Scenario: scenarioCold, Error: "no space"}
	one, many := cold("this:1", 20, 1), cold(peerThis, 25, 11)
	for _, tc := range []struct {
		reason string
		rows   []row
		want   []string
	}{
		{
			"what the steps need more, for each that is more", []row{one, many, cold("this:3", 19, 3)},
			[]string{
				"this:3 (cold): -0.500 s of CPU around rustc for each further step: (19.00 - 20.00) / (3 - 1)",
				"this (cold): 0.500 s of CPU around rustc for each further step: (25.00 - 20.00) / (11 - 1)",
			},
		},
		{"nothing to compare with", []row{many}, nil},
		{"no step more", []row{one, cold("this:crate", 25, 1)}, nil},
		{"a failure has no figure", []row{one, failed}, nil},
		{"other scenarios and peers do not count", []row{one, {Peer: "this:crate", Scenario: scenarioBump, Layers: 9}, cold(peerChef, 30, 0)}, nil},
	} {
		got := stepNotes(tc.rows, []string{"this:1", "this:3", "this:24", peerThis, "this:crate", peerChef})
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}
}

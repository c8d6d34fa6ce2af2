package main

import (
	"os"
	"slices"
	"testing"
)

func TestParseStat(t *testing.T) {
	const rest = " S 7 40 40 0 -1 4194560 100 200 0 0 11 22 33 44 20 0 1 0 500 1000 50"
	for _, tc := range []struct {
		reason, text string
		want         processStat
		ok           bool
	}{
		{"its own time and that of children it waited for", "42 (rustc)" + rest, processStat{parent: 7, ticks: 110}, true},
		{"a name may look like the end of one", "42 (a) S 9 (b)" + rest, processStat{parent: 7, ticks: 110}, true},
		{"a line that is cut short", "42 (rustc) S 7 40", processStat{}, false},
		{"no numbers", "42 (rustc) S 7 a b c d e f g h i j k l m n", processStat{}, false},
		{"nothing", "", processStat{}, false},
	} {
		got, err := parseStat(tc.text)
		if (err == nil) != tc.ok || tc.ok && got != tc.want {
			t.Errorf("%s: %v, %v", tc.reason, got, err)
		}
	}
}

func TestParseRollup(t *testing.T) {
	const rollup = "00400000-7fff00000000 ---p 00000000 00:00 0 [rollup]\nRss:    900 kB\nPss:    12 kB\nPss_Anon:  4 kB\n"
	if got := parseRollup(rollup); got != 12*1024 {
		t.Errorf("the proportional set size in bytes: %d", got)
	}
	if got := parseRollup(""); got != 0 {
		t.Errorf("a process that ended holds nothing: %d", got)
	}
}

// The test's own process is at least there.
func TestMemory(t *testing.T) {
	self := os.Getpid()
	if !slices.Contains(newProcesses(os.Getppid()).list(), self) {
		t.Errorf("a process is below its parent")
	}
	if slices.Contains(newProcesses(self).list(), os.Getppid()) {
		t.Errorf("a parent is not below its child")
	}
	resident, proportional := newProcesses(self).memory(0)
	if resident <= 0 || proportional <= 0 {
		t.Errorf("memory of a running process: %d, %d", resident, proportional)
	}
	if _, proportional := newProcesses(self).memory(1 << 60); proportional != 0 {
		t.Errorf("below the limit the share is not read: %d", proportional)
	}
	if peak := watchLoad(self).stop(); peak <= 0 {
		t.Errorf("a build shorter than a sample has one: %d", peak)
	}
}

func TestBelow(t *testing.T) {
	p := &processes{root: 10, parents: map[int]int{10: 1, 11: 10, 12: 11, 20: 1, 30: 31, 31: 30}}
	for _, tc := range []struct {
		reason string
		pid    int
		want   bool
	}{
		{"the root itself", 10, true},
		{"a grandchild", 12, true},
		{"a neighbour", 20, false},
		{"one never seen", 40, false},
		{"numbers that were used twice", 30, false},
	} {
		if got := p.below(tc.pid); got != tc.want {
			t.Errorf("%s: got %v", tc.reason, got)
		}
	}
}

package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// difference says in what two images differ, a line for each finding.
func difference(a, b *image) []string {
	var out []string
	if diff := cmp.Diff(a.config, b.config); diff != "" {
		out = append(out, "the configurations differ (-first +second):", strings.TrimRight(diff, "\n"))
	}
	if len(a.layers) != len(b.layers) {
		out = append(out, fmt.Sprintf("the first image has %d layers, the second %d", len(a.layers), len(b.layers)))
	}
	for i := range min(len(a.layers), len(b.layers)) {
		x, y := a.layers[i], b.layers[i]
		if x.digest == y.digest {
			continue
		}
		found := files(x.files, y.files)
		if len(found) == 0 {
			found = []string{"  the same files in another order or compressed in another way"}
		}
		out = append(append(out, fmt.Sprintf("layer %d of %d differs:", i+1, len(a.layers))), found...)
	}
	return out
}

// files compares two sets of files by path.
func files(a, b map[string]file) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	var out []string
	for _, path := range slices.Sorted(maps.Keys(all)) {
		x, inFirst := a[path]
		y, inSecond := b[path]
		switch {
		case !inSecond:
			out = append(out, "  "+path+" is in the first image only")
		case !inFirst:
			out = append(out, "  "+path+" is in the second image only")
		default:
			out = append(out, oneFile(path, x, y)...)
		}
	}
	return out
}

// oneFile compares two files of one path.
func oneFile(path string, a, b file) []string {
	all := maps.Clone(a.about)
	maps.Copy(all, b.about)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if a.about[name] != b.about[name] {
			out = append(out, fmt.Sprintf("  %s: %s is %q and %q", path, name, a.about[name], b.about[name]))
		}
	}
	if bytes.Equal(a.data, b.data) {
		return out
	}
	out = append(out, fmt.Sprintf("  %s: %s", path, extent(a.data, b.data)))
	for _, line := range contents(a.data, b.data) {
		out = append(out, "    "+line)
	}
	return out
}

// extent says how much of two texts differs.
func extent(a, b []byte) string {
	at := firstDifference(a, b)
	if len(a) != len(b) {
		return fmt.Sprintf("%d and %d bytes, which differ from byte %d on", len(a), len(b), at)
	}
	n := 0
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return fmt.Sprintf("%d of %d bytes differ, the first is byte %d", n, len(a), at)
}

// firstDifference is the index of the first byte that differs, or where the
// shorter text ends.
func firstDifference(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"slices"
	"strings"
)

const (
	// shortestText is the length from which printable bytes are taken for a text.
	shortestText = 6
	// mostTexts is how many different texts are shown of a section.
	mostTexts = 5
	// around is how many equal bytes are shown on each side of a difference.
	around = 24
	// mostShown is how much of a differing text is shown.
	mostShown = 80
)

// contents says what in two files differs: for programs by section, and in it by
// text. A text that differs mostly tells where it comes from, so sections with one
// come first.
func contents(a, b []byte) []string {
	x, y := sections(a), sections(b)
	if x == nil || y == nil {
		lines, _ := texts(a, b)
		return lines
	}
	var out, bytewise, after []string
	for _, s := range x {
		i := slices.IndexFunc(y, func(o section) bool { return o.name == s.name })
		if i < 0 {
			out = append(out, "section "+s.name+" is in the first one only")
			continue
		}
		o := y[i]
		y = slices.Delete(y, i, i+1)
		if bytes.Equal(s.data, o.data) {
			continue
		}
		found := []string{"section " + s.name + ": " + extent(s.data, o.data)}
		lines, plain := texts(s.data, o.data)
		for _, line := range lines {
			found = append(found, "  "+line)
		}
		switch {
		case follows(s.name):
			after = append(after, found...)
		case plain:
			out = append(out, found...)
		default:
			bytewise = append(bytewise, found...)
		}
	}
	for _, o := range y {
		out = append(out, "section "+o.name+" is in the second one only")
	}
	return slices.Concat(out, bytewise, after)
}

// follows says whether a section is a sum over the others, or over a file beside
// this one: it is a consequence, not a cause.
func follows(name string) bool { return name == ".note.gnu.build-id" || name == ".gnu_debuglink" }

type section struct {
	name string
	data []byte
}

// sections are those of a program that have bytes in the file, nil for what is no
// program.
func sections(data []byte) []section {
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	var out []section
	for _, s := range f.Sections {
		if s.Type == elf.SHT_NOBITS || s.Type == elf.SHT_NULL {
			continue
		}
		if bytes, err := s.Data(); err == nil {
			out = append(out, section{s.Name, bytes})
		}
	}
	return out
}

// texts shows what differs, and says whether it is text. What is none is shown as
// bytes.
func texts(a, b []byte) (lines []string, plain bool) {
	x, y := printable(a), printable(b)
	x, y = only(x, y), only(y, x)
	var out []string
	for i := range max(len(x), len(y)) {
		if i == mostTexts {
			out = append(out, fmt.Sprintf("and %d more texts", max(len(x), len(y))-i))
			break
		}
		var one, two string
		if i < len(x) {
			one = x[i]
		}
		if i < len(y) {
			two = y[i]
		}
		one, two = narrow(one, two)
		out = append(out, fmt.Sprintf("first:  %q", one), fmt.Sprintf("second: %q", two))
	}
	if len(out) == 0 {
		at := max(0, firstDifference(a, b)-4)
		return []string{"first:  " + hex(a, at), "second: " + hex(b, at)}, false
	}
	return out, true
}

// printable gives the texts in some bytes.
func printable(data []byte) []string {
	var out []string
	for _, text := range bytes.FieldsFunc(data, func(r rune) bool { return r < ' ' || r > '~' }) {
		if len(text) >= shortestText {
			out = append(out, string(text))
		}
	}
	return out
}

// only gives the texts that a second list does not have as often, in their order.
func only(texts, others []string) []string {
	left := map[string]int{}
	for _, text := range others {
		left[text]++
	}
	var out []string
	for _, text := range texts {
		if left[text]--; left[text] < 0 {
			out = append(out, text)
		}
	}
	return out
}

// narrow cuts two texts down to where they differ, with a little on each side:
// compilers put texts together without a mark between them.
func narrow(a, b string) (string, string) {
	start := 0
	for start < min(len(a), len(b)) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < min(len(a), len(b))-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	cut := func(text string) string {
		from, to := max(0, start-around), min(len(text), len(text)-end+around)
		shown := text[from:to]
		if len(shown) > mostShown {
			shown = shown[:mostShown] + "..."
		}
		return strings.TrimSpace(shown)
	}
	return cut(a), cut(b)
}

// hex shows some bytes from a place on.
func hex(data []byte, at int) string {
	at = min(at, len(data))
	return fmt.Sprintf("% x", data[at:min(len(data), at+16)])
}

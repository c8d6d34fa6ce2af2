package plan

import (
	"strings"
	"unicode"
)

// Pattern matches a directory and all below it.
func Pattern(dir string) string {
	if dir == "." {
		return "**"
	}
	return Escape(dir)
}

// Escape makes a pattern that matches a path literally. One character of any kind stands for
// white space at its ends, which is cut off (moby/patternmatcher), and for what no header of a
// transfer may have (session/filesync).
func Escape(name string) string {
	var b strings.Builder
	inner := strings.TrimLeftFunc(name, unicode.IsSpace)
	begins := len(name) - len(inner)
	ends := begins + len(strings.TrimRightFunc(inner, unicode.IsSpace))
	for i, r := range name {
		if i < begins || i >= ends || unicode.IsControl(r) {
			b.WriteByte('?')
			continue
		}
		if strings.ContainsRune(`*?[]\`, r) || i == 0 && (r == '!' || r == '#') {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Literally gives patterns that match paths and what is below them.
func Literally(paths []string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = Pattern(p)
	}
	return out
}

package plan

import "strings"

// Pattern matches a directory and all below it.
func Pattern(dir string) string {
	if dir == "." {
		return "**"
	}
	return Escape(dir)
}

// Escape makes a pattern that matches a path literally.
func Escape(name string) string {
	var b strings.Builder
	for i, r := range name {
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

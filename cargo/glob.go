package cargo

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/org/rust-frontend/cargo/document"
)

// maxGlobDepth bounds how deep `**` descends.
const maxGlobDepth = 64

// isGlob says whether cargo's glob patterns treat a path specially.
func isGlob(p string) bool { return strings.ContainsAny(p, "*?[") }

// glob gives the directories that a pattern matches, sorted. As with cargo *,
// ? and [...] match within one path element, hidden ones too, and ** any
// number of elements. The second result is what is wrong with the pattern.
//
// A ** does not go through symbolic links: they may lead back.
func (t *tree) glob(pattern string) (dirs []string, problem string) {
	dirs = []string{"."}
	elements := strings.Split(pattern, "/")
	for i, element := range elements {
		var next []string
		m, problem := compileGlob(element)
		if problem != "" {
			return nil, problem
		}
		for _, dir := range dirs {
			switch {
			case element == "**":
				next = t.below(next, dir, i == len(elements)-1, 0)
			case !isGlob(element):
				if name := path.Join(dir, element); t.isDir(name) {
					next = append(next, name)
				}
			default:
				next = append(next, t.matching(dir, m)...)
			}
		}
		slices.Sort(next)
		dirs = slices.Compact(next)
	}
	return dirs, ""
}

// matching gives the directories in dir whose names match.
func (t *tree) matching(dir string, m globMatcher) []string {
	entries, err := t.list(dir)
	if err != nil {
		return nil // reported when the directory is needed
	}
	var out []string
	for _, name := range document.Keys(entries) {
		if utf8.ValidString(name) && m.match(name) && t.isDir(path.Join(dir, name)) {
			out = append(out, path.Join(dir, name))
		}
	}
	return out
}

// below adds dir, unless it is left out, and all directories below it.
func (t *tree) below(out []string, dir string, without bool, depth int) []string {
	if !without {
		out = append(out, dir)
	}
	entries, err := t.list(dir)
	if err != nil || depth == maxGlobDepth {
		return out
	}
	for _, name := range document.Keys(entries) {
		if entries[name].Type() == fs.ModeDir && utf8.ValidString(name) {
			out = t.below(out, path.Join(dir, name), false, depth+1)
		}
	}
	return out
}

// globMatcher is a compiled path element.
type globMatcher []globToken

// globToken matches one character, or any number of them.
type globToken struct {
	star, any bool
	// negated and ranges are those of [...]; a literal is a range of one.
	negated bool
	ranges  [][2]rune
}

func (t globToken) matches(r rune) bool {
	if t.any {
		return true
	}
	in := slices.ContainsFunc(t.ranges, func(x [2]rune) bool { return x[0] <= r && r <= x[1] })
	return in != t.negated
}

// compileGlob reads one path element of a pattern.
func compileGlob(element string) (m globMatcher, problem string) {
	runes := []rune(element)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; r {
		case '*':
			if i > 0 && runes[i-1] == '*' && element != "**" {
				return nil, "** must stand alone between slashes"
			}
			m = append(m, globToken{star: true})
		case '?':
			m = append(m, globToken{any: true})
		case '[':
			token, n := globClass(runes[i+1:])
			if n < 0 {
				return nil, "a [ is not closed by ]"
			}
			m = append(m, token)
			i += n
		default:
			m = append(m, globToken{ranges: [][2]rune{{r, r}}})
		}
	}
	return m, ""
}

// globClass reads behind a "[" and gives the number of characters up to the
// "]", which may itself be the first of the class, or -1.
func globClass(runes []rune) (t globToken, n int) {
	i := 0
	if len(runes) > 0 && runes[0] == '!' {
		t.negated = true
		i++
	}
	end := slices.Index(runes[min(i+1, len(runes)):], ']')
	if end < 0 {
		return t, -1
	}
	end += i + 1
	for i < end {
		if i+2 < end && runes[i+1] == '-' {
			t.ranges = append(t.ranges, [2]rune{runes[i], runes[i+2]})
			i += 3
			continue
		}
		t.ranges = append(t.ranges, [2]rune{runes[i], runes[i]})
		i++
	}
	return t, end + 1
}

// match goes back to the last star alone, so that it takes no more than the
// product of both lengths.
func (m globMatcher) match(name string) bool {
	runes := []rune(name)
	star, from := -1, 0
	i, j := 0, 0
	for j < len(runes) {
		switch {
		case i < len(m) && m[i].star:
			star, from = i, j
			i++
		case i < len(m) && m[i].matches(runes[j]):
			i++
			j++
		case star >= 0:
			from++
			i, j = star+1, from
		default:
			return false
		}
	}
	for i < len(m) && m[i].star {
		i++
	}
	return i == len(m)
}

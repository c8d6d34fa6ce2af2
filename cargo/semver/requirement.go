package semver

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Requirement is a version requirement: a list of comparisons that must all
// hold.
// https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html#version-requirement-syntax
type Requirement struct {
	text        string
	comparators []comparator
}

// String gives the requirement as it was written.
func (r Requirement) String() string { return r.text }

type comparator struct {
	op string // "^", "~", "=", "<", "<=", ">" or ">="
	partial
}

// partial is a version whose later numbers may be missing.
type partial struct {
	Version
	numbers  int // how many of the three numbers there are
	wildcard bool
}

// maxComparators is what cargo's own parser accepts.
const maxComparators = 32

// ParseRequirement reads a version requirement: "1.2" is the same as "^1.2",
// "*" matches everything but pre-releases, "" is an error. The error is a
// sentence without a position.
func ParseRequirement(text string) (Requirement, error) {
	r := Requirement{text: text}
	rest := strings.Trim(text, " ")
	if rest == "" {
		return r, fmt.Errorf("a version requirement must not be empty: write \"*\" for any version")
	}
	if isWildcard(rest) {
		return r, nil
	}
	for part := range strings.SplitSeq(rest, ",") {
		c, err := parseComparator(strings.Trim(part, " "))
		if err != nil {
			return r, fmt.Errorf("%q is not a version requirement: %w", text, err)
		}
		if len(r.comparators) == maxComparators {
			return r, fmt.Errorf("the version requirement has more than %d comparisons", maxComparators)
		}
		r.comparators = append(r.comparators, c)
	}
	return r, nil
}

func parseComparator(text string) (comparator, error) {
	c := comparator{op: "^"}
	number := strings.TrimLeft(text, "^~=<>")
	written := text[:len(text)-len(number)]
	switch written {
	case "":
	case "^", "~", "=", "<", "<=", ">", ">=":
		c.op = written
	default:
		return c, fmt.Errorf("%q is no operator; there are ^ ~ = < <= > >=", written)
	}
	number = strings.TrimLeft(number, " ")
	switch {
	case number == "":
		return c, fmt.Errorf("a version is missing")
	case isWildcard(number):
		return c, fmt.Errorf("* must stand alone")
	}
	var rest string
	var err error
	if c.partial, rest, err = parsePartial(number); err != nil {
		return c, err
	}
	if rest != "" {
		return c, fmt.Errorf("%q is out of place; a comma separates comparisons", rest)
	}
	if c.wildcard && written == "" {
		c.op = "="
	}
	return c, nil
}

func isWildcard(s string) bool { return s == "*" || s == "x" || s == "X" }

// parsePartial reads the longest version that text begins with.
func parsePartial(text string) (p partial, rest string, err error) {
	numbers := []*uint64{&p.Major, &p.Minor, &p.Patch}
	rest = text
	for i, n := range numbers {
		if i > 0 {
			after, ok := strings.CutPrefix(rest, ".")
			if !ok {
				return p, rest, nil
			}
			rest = after
			if rest != "" && isWildcard(rest[:1]) {
				p.wildcard, rest = true, rest[1:]
				continue
			}
			if p.wildcard {
				return p, rest, fmt.Errorf("a number after a wildcard")
			}
		}
		if *n, rest, err = cutNumber(rest); err != nil {
			return p, rest, err
		}
		p.numbers++
	}
	if p.wildcard {
		return p, rest, nil
	}
	if after, ok := strings.CutPrefix(rest, "-"); ok {
		if p.Pre, rest, err = cutIdentifiers(after, true); err != nil {
			return p, rest, fmt.Errorf("the pre-release is not valid: %w", err)
		}
	}
	if after, ok := strings.CutPrefix(rest, "+"); ok {
		if p.Build, rest, err = cutIdentifiers(after, false); err != nil {
			return p, rest, fmt.Errorf("the build metadata is not valid: %w", err)
		}
	}
	return p, rest, nil
}

func cutNumber(text string) (uint64, string, error) {
	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	digits := text[:end]
	switch {
	case digits == "" && text == "":
		return 0, text, fmt.Errorf("it ends where a number must be")
	case digits == "":
		return 0, text, fmt.Errorf("%q is not a number", text)
	case len(digits) > 1 && digits[0] == '0':
		return 0, text, fmt.Errorf("the number %s has a leading zero", digits)
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return 0, text, fmt.Errorf("the number %s is too large", digits)
	}
	return n, text[end:], nil
}

// cutIdentifiers reads identifiers with dots between them.
func cutIdentifiers(text string, pre bool) (ids, rest string, err error) {
	end := 0
	for end < len(text) && (isAlphanumeric(text[end]) || text[end] == '-' || text[end] == '.') {
		end++
	}
	for id := range strings.SplitSeq(text[:end], ".") {
		switch {
		case id == "":
			return "", text, fmt.Errorf("an identifier is empty")
		case pre && len(id) > 1 && id[0] == '0' && isDigits(id):
			return "", text, fmt.Errorf("the number %s has a leading zero", id)
		}
	}
	return text[:end], text[end:], nil
}

func isAlphanumeric(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// Matches says whether a version fulfils the requirement. A pre-release does
// only when a comparison names a pre-release of the same three numbers.
// https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html#pre-releases
func (r Requirement) Matches(v Version) bool {
	named := v.Pre == ""
	for _, c := range r.comparators {
		if !c.matches(v) {
			return false
		}
		named = named || c.Pre != "" && c.Major == v.Major && c.Minor == v.Minor && c.Patch == v.Patch
	}
	return named
}

func (c comparator) matches(v Version) bool {
	switch c.op {
	case "=":
		return c.equal(v)
	case "<":
		return c.compare(v) < 0
	case "<=":
		return c.equal(v) || c.compare(v) < 0
	case ">":
		return c.compare(v) > 0
	case ">=":
		return c.equal(v) || c.compare(v) > 0
	}
	// Caret and tilde: some numbers must stay, and it must not be older.
	fixed := min(2, c.numbers)
	if c.op == "^" {
		fixed = c.caretFixed()
	}
	have, want := v.three(), c.three()
	return slices.Equal(have[:fixed], want[:fixed]) && v.Compare(c.Version) >= 0
}

// caretFixed is how many numbers a compatible update keeps: up to the leftmost
// one that is not zero.
func (c comparator) caretFixed() int {
	switch {
	case c.Major > 0 || c.numbers == 1:
		return 1
	case c.Minor > 0 || c.numbers == 2:
		return 2
	}
	return 3
}

// equal compares the numbers that are there, and the pre-release.
func (c comparator) equal(v Version) bool {
	have, want := v.three(), c.three()
	return slices.Equal(have[:c.numbers], want[:c.numbers]) && v.Pre == c.Pre
}

// compare orders v by the numbers that are there: 1.2.3 is not greater than
// 1.2.
func (c comparator) compare(v Version) int {
	if c.numbers == 3 {
		return v.Compare(c.Version)
	}
	have, want := v.three(), c.three()
	return slices.Compare(have[:c.numbers], want[:c.numbers])
}

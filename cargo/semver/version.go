// Package semver reads versions and version requirements as cargo does.
package semver

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Version is a semantic version. https://semver.org/spec/v2.0.0.html
type Version struct {
	Major, Minor, Patch uint64
	// Pre is the pre-release without its dash, Build the build metadata
	// without its plus; "" for none.
	Pre, Build string
}

// Parse reads a version such as "1.2.3-beta.1+build.7". All three
// numbers must be there. The error is a sentence without a position.
// https://doc.rust-lang.org/cargo/reference/manifest.html#the-version-field
func Parse(text string) (Version, error) {
	c, rest, err := parsePartial(text)
	switch {
	case err != nil:
		return Version{}, fmt.Errorf("%q is not a version: %w", text, err)
	case rest != "" || c.wildcard:
		return Version{}, fmt.Errorf("%q is not a version: it has the form MAJOR.MINOR.PATCH", text)
	case c.numbers < 3:
		return Version{}, fmt.Errorf("%q is not a version: it needs all of MAJOR.MINOR.PATCH", text)
	}
	return c.Version, nil
}

// String gives the version as it is written.
func (v Version) String() string {
	s := fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch)
	if v.Pre != "" {
		s += "-" + v.Pre
	}
	if v.Build != "" {
		s += "+" + v.Build
	}
	return s
}

// Compare orders versions by precedence, which ignores build metadata; it
// gives -1, 0 or 1.
func (v Version) Compare(w Version) int {
	return cmp.Or(
		cmp.Compare(v.Major, w.Major),
		cmp.Compare(v.Minor, w.Minor),
		cmp.Compare(v.Patch, w.Patch),
		comparePre(v.Pre, w.Pre),
	)
}

// comparePre orders pre-releases: none is the highest, numbers are lower than
// words, and a longer one is higher than its own beginning.
func comparePre(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == "":
		return 1
	case b == "":
		return -1
	}
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(a, b string) int {
		switch aNumber, bNumber := isDigits(a), isDigits(b); {
		case aNumber && bNumber:
			return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) // no leading zeros
		case aNumber:
			return -1
		case bNumber:
			return 1
		}
		return cmp.Compare(a, b)
	})
}

func (v Version) three() []uint64 { return []uint64{v.Major, v.Minor, v.Patch} }

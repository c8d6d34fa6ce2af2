package cargo

import "strings"

// Name is the name of a source in the configuration: its text in Cargo.lock without the
// commit.
func (s Source) Name() string {
	name, _, _ := strings.Cut(s.Raw, "#")
	return name
}

// SameSource compares a source of a unit with one of Cargo.lock: cargo may
// order or drop what follows the URL.
func SameSource(a, b string) bool {
	a, _, _ = strings.Cut(a, "?")
	b, _, _ = strings.Cut(b, "?")
	return SameRepository(a, b)
}

// SameRepository compares as cargo does: without a slash or ".git" at the end.
func SameRepository(a, b string) bool {
	trim := func(s string) string {
		return strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(s, "/"), ".git"))
	}
	return trim(a) == trim(b)
}

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// crate is a registry package of the lock file that the binary is built from.
type crate struct {
	name, version string
	// dependents is how many packages of the build depend on it, over how many
	// that are not the workspace's own do so directly or not.
	dependents, over int
}

// bump is one change of one locked package to another published version.
type bump struct {
	name, from, to string
	// over is the crate's; lock is Cargo.lock afterwards.
	over int
	lock string
}

func (b bump) String() string {
	return fmt.Sprintf("%s %s -> %s, %d packages over it", b.name, b.from, b.to, b.over)
}

// bumpOrder sorts the packages by how good they are to bump: memchr first,
// since published figures use it, then those that most depend on.
func bumpOrder(crates []crate) []crate {
	out := slices.Clone(crates)
	slices.SortFunc(out, func(a, b crate) int {
		first := func(c crate) int {
			if c.name == "memchr" {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(first(a), first(b)), cmp.Compare(b.dependents, a.dependents),
			cmp.Compare(a.name, b.name), cmp.Compare(a.version, b.version))
	})
	return out
}

// candidates gives the published versions that a requirement on the current
// one may accept as well: compatible in Cargo's sense, no pre-releases, the
// nearest older ones first, then the nearest newer ones.
func candidates(current string, published []string) []string {
	cur, ok := parseVersion(current)
	if !ok {
		return nil
	}
	var older, newer []version
	for _, p := range published {
		v, ok := parseVersion(p)
		switch c := v.compare(cur); {
		case !ok || !v.compatible(cur) || c == 0:
		case c < 0:
			older = append(older, v)
		default:
			newer = append(newer, v)
		}
	}
	slices.SortFunc(older, func(a, b version) int { return b.compare(a) })
	slices.SortFunc(newer, version.compare)
	var out []string
	for _, v := range append(older, newer...) {
		out = append(out, v.text)
	}
	return out
}

type version struct {
	numbers [3]int
	text    string
}

// parseVersion takes a full version; pre-releases are refused, build metadata
// is kept in the text alone.
func parseVersion(text string) (version, bool) {
	core, _, _ := strings.Cut(text, "+")
	parts := strings.Split(core, ".")
	if len(parts) != 3 {
		return version{}, false
	}
	v := version{text: text}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil {
			return version{}, false
		}
		v.numbers[i] = n
	}
	return v, true
}

func (v version) compare(w version) int { return slices.Compare(v.numbers[:], w.numbers[:]) }

// compatible is Cargo's rule: the leftmost number that is not zero is equal.
func (v version) compatible(w version) bool {
	for i := range v.numbers {
		if v.numbers[i] != w.numbers[i] {
			return false
		}
		if v.numbers[i] != 0 {
			return true
		}
	}
	return true
}

// indexVersions reads the versions of a package from the file in which cargo
// keeps the answer of the registry's index: NUL-separated fields, those of a
// version being one JSON object. Yanked versions are left out.
func indexVersions(cached []byte) []string {
	var out []string
	for _, field := range bytes.Split(cached, []byte{0}) {
		var entry struct {
			Vers   string
			Yanked bool
		}
		if len(field) == 0 || field[0] != '{' || json.Unmarshal(field, &entry) != nil {
			continue
		}
		if entry.Vers != "" && !entry.Yanked {
			out = append(out, entry.Vers)
		}
	}
	return out
}

// indexPath is where a registry's index has the file of a package, by the
// layout of the Cargo book's chapter on registry indexes.
func indexPath(name string) string {
	name = strings.ToLower(name)
	switch len(name) {
	case 1, 2:
		return fmt.Sprintf("%d/%s", len(name), name)
	case 3:
		return fmt.Sprintf("3/%s/%s", name[:1], name)
	default:
		return fmt.Sprintf("%s/%s/%s", name[:2], name[2:4], name)
	}
}

// onlyBumped tells whether two lock files differ in nothing but the version,
// checksum and dependencies of one package, with no package more or less.
func onlyBumped(before, after string, b bump) bool {
	was, is := strings.Split(before, "[[package]]\n"), strings.Split(after, "[[package]]\n")
	if len(was) != len(is) {
		return false
	}
	// References by name and version are part of the bump.
	from, to := fmt.Sprintf("%q", b.name+" "+b.from), fmt.Sprintf("%q", b.name+" "+b.to)
	bumped := 0
	for i := range was {
		if strings.ReplaceAll(was[i], from, to) == is[i] {
			continue
		}
		if !strings.Contains(is[i], fmt.Sprintf("name = %q\nversion = %q\n", b.name, b.to)) {
			return false
		}
		bumped++
	}
	return bumped == 1
}

// parseBump takes "name@version"; the current version is found later.
func parseBump(s string) (bump, error) {
	name, to, ok := strings.Cut(s, "@")
	if !ok || name == "" || to == "" {
		return bump{}, fmt.Errorf("-bump %q: want name@version", s)
	}
	return bump{name: name, to: to}, nil
}

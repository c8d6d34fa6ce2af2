package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCandidates(t *testing.T) {
	for _, tc := range []struct {
		reason, current string
		published, want []string
	}{
		{
			"older ones first, the nearest first of each", "1.2.1",
			[]string{"1.0.0", "1.3.0", "1.2.0", "1.2.1", "1.2.10", "1.2.9"},
			[]string{"1.2.0", "1.0.0", "1.2.9", "1.2.10", "1.3.0"},
		},
		{
			"below 1.0 the minor number must be equal", "0.2.3",
			[]string{"0.1.9", "0.2.2", "0.3.0", "1.2.3"}, []string{"0.2.2"},
		},
		{
			"below 0.1 each version is for itself", "0.0.3",
			[]string{"0.0.2", "0.0.3", "0.0.4"}, nil,
		},
		{
			"pre-releases are not taken, build metadata does not matter", "1.0.1+spec-2",
			[]string{"1.0.2-rc.1", "1.0.1+spec-1", "1.0.0+spec-1"}, []string{"1.0.0+spec-1"},
		},
		{"a current pre-release has no neighbours", "1.0.0-rc.1", []string{"1.0.0"}, nil},
	} {
		if diff := cmp.Diff(tc.want, candidates(tc.current, tc.published)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}
}

func TestBumpOrder(t *testing.T) {
	got := bumpOrder([]crate{{"b", "1.0.0", 3, 0}, {"a", "1.0.0", 3, 0}, {"c", "1.0.0", 9, 0}, {"memchr", "2.7.0", 1, 0}})
	want := []string{"memchr", "c", "a", "b"}
	var names []string
	for _, c := range got {
		names = append(names, c.name)
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("memchr first, then the most depended upon, then by name (-want +got):\n%s", diff)
	}
}

func TestIndexVersions(t *testing.T) {
	cached := "\x03\x02\x00\x00\x00etag: \"x\"\x001.0.0\x00{\"name\":\"a\",\"vers\":\"1.0.0\"}\x00" +
		"1.0.1\x00{\"name\":\"a\",\"vers\":\"1.0.1\",\"yanked\":true}\x001.0.2\x00{\"name\":\"a\",\"vers\":\"1.0.2\",\"yanked\":false}\x00{broken\x00"
	if diff := cmp.Diff([]string{"1.0.0", "1.0.2"}, indexVersions([]byte(cached))); diff != "" {
		t.Errorf("yanked and broken entries are left out (-want +got):\n%s", diff)
	}
	for name, want := range map[string]string{
		"a": "1/a", "cc": "2/cc", "Syn": "3/s/syn", "memchr": "me/mc/memchr",
	} {
		if got := indexPath(name); got != want {
			t.Errorf("indexPath(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestOnlyBumped(t *testing.T) {
	const lock = `version = 4

[[package]]
name = "a"
version = "1.0.0"
dependencies = [
 "b 1.0.0",
]

[[package]]
name = "b"
version = "1.0.0"
checksum = "00"

[[package]]
name = "b"
version = "2.0.0"
checksum = "22"
`
	b := bump{name: "b", from: "1.0.0", to: "1.0.1"}
	good := strings.NewReplacer("\"b 1.0.0\"", "\"b 1.0.1\"", "version = \"1.0.0\"\nchecksum = \"00\"", "version = \"1.0.1\"\nchecksum = \"01\"").Replace(lock)
	for _, tc := range []struct {
		reason, after string
		want          bool
	}{
		{"the package and references to it may change", good, true},
		{"nothing changed is no bump", lock, false},
		{"another package changed too", strings.Replace(good, "\"22\"", "\"33\"", 1), false},
		{"a package came in addition", good + "\n[[package]]\nname = \"c\"\nversion = \"1.0.0\"\n", false},
	} {
		if got := onlyBumped(lock, tc.after, b); got != tc.want {
			t.Errorf("%s: got %v", tc.reason, got)
		}
	}
}

func TestParseBump(t *testing.T) {
	if got, err := parseBump("memchr@2.7.5"); err != nil || got != (bump{name: "memchr", to: "2.7.5"}) {
		t.Errorf("parseBump: %v, %v", got, err)
	}
	for _, bad := range []string{"memchr", "@1.0.0", "memchr@"} {
		if _, err := parseBump(bad); err == nil {
			t.Errorf("parseBump(%q): want an error", bad)
		}
	}
}

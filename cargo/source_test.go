package cargo

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseSource(t *testing.T) {
	for _, c := range []struct {
		text    string
		version int
		want    Source
	}{
		{"registry+https://github.com/rust-lang/crates.io-index", 4, Source{Kind: RegistrySource, URL: "https://github.com/rust-lang/crates.io-index"}},
		{"sparse+https://example.com/index/", 4, Source{Kind: SparseSource, URL: "https://example.com/index/"}},
		{"git+https://example.com/a.git#abc", 4, Source{Kind: GitSource, URL: "https://example.com/a.git", Commit: "abc"}},
		{"git+https://example.com/a?branch=f%2Fx%2By#abc", 4, Source{Kind: GitSource, URL: "https://example.com/a", Branch: "f/x+y", Commit: "abc"}},
		{"git+https://example.com/a?branch=f/x+y#abc", 3, Source{Kind: GitSource, URL: "https://example.com/a", Branch: "f/x+y", Commit: "abc"}},
		{"git+https://example.com/a?tag=v1%2B2#abc", 3, Source{Kind: GitSource, URL: "https://example.com/a", Tag: "v1%2B2", Commit: "abc"}},
		{"git+https://example.com/a?tag=v1#abc", 4, Source{Kind: GitSource, URL: "https://example.com/a", Tag: "v1", Commit: "abc"}},
		{"git+ssh://git@example.com/a?rev=abc#abcd", 4, Source{Kind: GitSource, URL: "ssh://git@example.com/a", Rev: "abc", Commit: "abcd"}},
	} {
		c.want.Raw = c.text
		got, err := parseSource(c.text, c.version)
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.text, diff)
		}
	}
}

func TestParseSourceErrors(t *testing.T) {
	for text, reason := range map[string]string{
		"":                           "has no kind",
		"https://example.com":        "has no kind",
		"registry+":                  "has no kind",
		"svn+https://example.com":    "there are registry, sparse and git",
		"git+relative/path":          "no valid URL",
		"registry+https://a b:x/%zz": "no valid URL",
	} {
		if _, err := ParseSource(text); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: error %v, want one with %q", text, err, reason)
		}
	}
}

func TestSameSource(t *testing.T) {
	for _, c := range []struct {
		reason, a, b string
		same         bool
	}{
		{"a slash at the end", "git+https://example.com/a/", "git+https://example.com/a", true},
		{".git at the end", "git+https://example.com/a.git", "git+https://example.com/a", true},
		{"GitHub in any case", "git+https://GitHub.com/Org/A.git", "git+https://github.com/org/a", true},
		{"GitHub by any protocol", "git+http://github.com/org/a", "git+https://github.com/org/a", true},
		{"others tell cases apart", "git+https://example.com/A", "git+https://example.com/a", false},
		{"the commit does not count", "git+https://example.com/a#1", "git+https://example.com/a#2", true},
		{"the reference counts", "git+https://example.com/a?tag=1", "git+https://example.com/a?branch=1", false},
		{"kinds differ", "sparse+https://example.com/a/", "registry+https://example.com/a/", false},
		{"crates.io has two indexes", "sparse+https://index." + cratesIO + "/", "registry+https://github.com/rust-lang/crates.io-index", true},
	} {
		a, err := ParseSource(c.a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := ParseSource(c.b)
		if err != nil {
			t.Fatal(err)
		}
		if a.same(b) != c.same {
			t.Errorf("%s: %s and %s: same is %v", c.reason, c.a, c.b, !c.same)
		}
	}
}

func TestIsCratesIO(t *testing.T) {
	for text, want := range map[string]bool{
		"registry+https://github.com/rust-lang/crates.io-index":     true,
		"registry+https://github.com/rust-lang/crates.io-index.git": true,
		"sparse+https://index." + cratesIO + "/":                    true,
		"sparse+https://github.com/rust-lang/crates.io-index":       false,
		"git+https://github.com/rust-lang/crates.io-index":          false,
		"sparse+https://example.com/":                               false,
	} {
		s, err := ParseSource(text)
		if err != nil {
			t.Fatal(err)
		}
		if s.IsCratesIO() != want {
			t.Errorf("%s: %v", text, !want)
		}
	}
	if (Source{}).IsCratesIO() {
		t.Error("a path source is crates.io")
	}
}

func TestDownloadURL(t *testing.T) {
	const sum = "abcd"
	for _, c := range []struct{ template, name, want string }{
		{"https://example.com/api", "Serde", "https://example.com/api/Serde/1.0.0/download"},
		{"https://example.com/{crate}-{version}.crate", "Serde", "https://example.com/Serde-1.0.0.crate"},
		{"https://example.com/{prefix}/{crate}", "Serde", "https://example.com/Se/rd/Serde"},
		{"https://example.com/{lowerprefix}/{crate}", "Serde", "https://example.com/se/rd/Serde"},
		{"https://example.com/{lowerprefix}", "Abc", "https://example.com/3/a"},
		{"https://example.com/{prefix}", "ab", "https://example.com/2"},
		{"https://example.com/{prefix}", "a", "https://example.com/1"},
		{"https://example.com/{sha256-checksum}", "a", "https://example.com/abcd"},
		{"https://example.com/{other}", "a", "https://example.com/{other}/a/1.0.0/download"},
	} {
		if got := DownloadURL(c.template, c.name, "1.0.0", sum); got != c.want {
			t.Errorf("%s: %s, want %s", c.template, got, c.want)
		}
	}
	if got, want := CratesIODownload("serde", "1.0.0"), "https://static."+cratesIO+"/crates/serde/1.0.0/download"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestIndexConfigURL(t *testing.T) {
	for text, want := range map[string]string{
		"sparse+https://example.com/i/":  "https://example.com/i/config.json",
		"registry+https://example.com/i": "",
		"git+https://example.com/i":      "",
	} {
		s, err := ParseSource(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := IndexConfigURL(s); got != want || ok != (want != "") {
			t.Errorf("%s: %q %v", text, got, ok)
		}
	}
}

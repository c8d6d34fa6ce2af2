package cargo

import (
	"fmt"
	"net/url"
	"strings"
)

// cratesIO is the default registry's name. Its index by git is what Cargo.lock
// names it by, whichever way cargo talks to it.
const (
	cratesIO      = "crates.io"
	cratesIOName  = "crates-io" // in configuration
	cratesIOIndex = "https://github.com/rust-lang/crates.io-index"
)

// ParseSource reads the `source` of a package as Cargo.lock of format 4 has
// it: "registry+URL", "sparse+URL" or "git+URL?branch=NAME#COMMIT". A sparse
// URL keeps its slash at the end, which is part of its name. The error is a
// sentence without a position.
func ParseSource(text string) (Source, error) { return parseSource(text, 4) }

// parseSource reads a source of a lock file format. Only the fourth encodes
// what a git reference may contain.
func parseSource(text string, version int) (Source, error) {
	s := Source{Raw: text}
	kind, rest, ok := strings.Cut(text, "+")
	switch s.Kind = SourceKind(kind); {
	case !ok || rest == "":
		return s, fmt.Errorf("the source %q has no kind; there are registry+URL, sparse+URL and git+URL", text)
	case s.Kind == RegistrySource || s.Kind == SparseSource:
		s.URL, _, _ = strings.Cut(rest, "#") // old cargos wrote #locked
	case s.Kind == GitSource:
		rest, s.Commit, _ = strings.Cut(rest, "#")
		var query string
		s.URL, query, _ = strings.Cut(rest, "?")
		s.reference(query, version)
	default:
		return s, fmt.Errorf("the kind of the source %q is not known; there are registry, sparse and git", text)
	}
	if u, err := url.Parse(s.URL); err != nil || u.Scheme == "" {
		return s, fmt.Errorf("the source %q has no valid URL", text)
	}
	return s, nil
}

// reference reads branch, tag or rev; the last one counts, as with cargo.
func (s *Source) reference(query string, version int) {
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		if version >= 4 {
			if decoded, err := url.QueryUnescape(value); err == nil {
				value = decoded
			}
		}
		switch key {
		case "branch", "ref":
			s.Branch, s.Tag, s.Rev = value, "", ""
		case "tag":
			s.Branch, s.Tag, s.Rev = "", value, ""
		case "rev":
			s.Branch, s.Tag, s.Rev = "", "", value
		}
	}
}

// IsCratesIO says whether the source is the default registry, by either of its
// indexes.
func (s Source) IsCratesIO() bool {
	switch s.Kind {
	case RegistrySource:
		return canonicalURL(s.URL) == cratesIOIndex
	case SparseSource:
		return canonicalURL(s.URL) == "https://index."+cratesIO
	}
	return false
}

// same says whether two sources are one and the same for cargo, apart from the
// commit that a git source is locked to.
func (s Source) same(t Source) bool {
	if s.IsCratesIO() && t.IsCratesIO() {
		return true
	}
	return s.Kind == t.Kind && canonicalURL(s.URL) == canonicalURL(t.URL) &&
		s.Branch == t.Branch && s.Tag == t.Tag && s.Rev == t.Rev
}

// String names the source for people: without the commit.
func (s Source) String() string {
	switch {
	case s.Kind == PathSource:
		return "the context"
	case s.IsCratesIO():
		return cratesIO
	}
	for _, ref := range []struct{ kind, name string }{{"branch", s.Branch}, {"tag", s.Tag}, {"rev", s.Rev}} {
		if ref.name != "" {
			return fmt.Sprintf("%s (%s %s)", s.URL, ref.kind, ref.name)
		}
	}
	return s.URL
}

// canonicalURL makes URLs of the same repository equal, with the rules of
// cargo: no slash and no .git at the end, GitHub in lower case.
func canonicalURL(text string) string {
	text = strings.TrimPrefix(text, "sparse+")
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" {
		return strings.TrimSuffix(strings.TrimSuffix(text, "/"), ".git")
	}
	u.Host = strings.ToLower(u.Host)
	u.Path = strings.TrimSuffix(u.Path, "/")
	if u.Host == "github.com" {
		u.Scheme = "https"
		u.Path = strings.ToLower(u.Path)
	}
	u.Path = strings.TrimSuffix(u.Path, ".git")
	u.RawPath = ""
	return u.String()
}

// CratesIODownload is where the default registry serves the archive of a
// package. It is the one place that knows: fetching the `dl` of its index for
// each build would cost a round trip, and what is fetched is verified by its
// checksum.
func CratesIODownload(name, version string) string {
	return DownloadURL("https://static."+cratesIO+"/crates", name, version, "")
}

// DownloadURL fills the download template (`dl`) of a registry's config.json.
// https://doc.rust-lang.org/cargo/reference/registry-index.html#index-configuration
func DownloadURL(template, name, version, checksum string) string {
	prefix := indexPrefix(name)
	markers := []string{
		"{crate}", name,
		"{version}", version,
		"{prefix}", prefix,
		"{lowerprefix}", strings.ToLower(prefix),
		"{sha256-checksum}", checksum,
	}
	out := strings.NewReplacer(markers...).Replace(template)
	for i := 0; i < len(markers); i += 2 {
		if strings.Contains(template, markers[i]) {
			return out
		}
	}
	return template + "/" + name + "/" + version + "/download"
}

// indexPrefix is the directory of a package in an index.
// https://doc.rust-lang.org/cargo/reference/registry-index.html#index-files
func indexPrefix(name string) string {
	switch r := []rune(name); len(r) {
	case 0, 1, 2:
		return fmt.Sprint(len(r))
	case 3:
		return "3/" + string(r[:1])
	default:
		return string(r[:2]) + "/" + string(r[2:4])
	}
}

// IndexConfigURL is the URL of config.json in a sparse index. It is false for
// every other source: a git index is a repository with that file.
func IndexConfigURL(source Source) (string, bool) {
	if source.Kind != SparseSource {
		return "", false
	}
	return strings.TrimSuffix(source.URL, "/") + "/config.json", true
}

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

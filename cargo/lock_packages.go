package cargo

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/cargo/semver"
)

// packages reads everything of the packages but what refers to others.
func (r *lockReader) packages() error {
	r.detectFormat()
	lines := r.headers()
	r.Packages = make([]LockedPackage, 0, len(r.doc.Package))
	seen := make(map[[3]string]bool, len(r.doc.Package))
	for i, e := range r.doc.Package {
		p := LockedPackage{Name: e.Name, Version: e.Version, Replace: -1}
		if lines != nil {
			p.Position = document.Position{File: r.File, Line: lines[i], Column: 1}
		} else {
			p.Position = r.packageAt(i)
		}
		if err := r.checkName(i, e); err != nil {
			return err
		}
		if e.Source != "" {
			var err error
			if p.Source, err = r.source(e.Source); err != nil {
				return document.Errorf(r.packageAt(i, "source"), "%v", err)
			}
			if p.Source.Kind == GitSource && !isCommit(p.Source.Commit) {
				return document.Errorf(r.packageAt(i, "source"), "the git package %s %s is not locked to a commit: its source must end with # and the full hash", e.Name, e.Version)
			}
		}
		id := [3]string{e.Name, e.Version, e.Source}
		if seen[id] {
			return document.Errorf(p.Position, "the package %s %s is in the lock file twice: run `cargo generate-lockfile`", e.Name, e.Version)
		}
		seen[id] = true
		r.byName[e.Name] = append(r.byName[e.Name], i)
		r.Packages = append(r.Packages, p)
	}
	return nil
}

// detectFormat tells format 1 from format 2, neither of which says which it
// is, as cargo does: by checksums, and by how dependencies are written.
func (r *lockReader) detectFormat() {
	r.Version = r.doc.Version
	if r.Version != 0 {
		return
	}
	r.Version = 1
	for _, e := range r.doc.Package {
		if e.Checksum != "" {
			r.Version = 2
		}
		for _, d := range e.Dependencies {
			if !strings.Contains(d, " ") {
				r.Version = 2
			}
		}
	}
}

// headers gives the lines of [[package]] and [root] by scanning for them, which
// is much cheaper than decoding positions; nil when they are written otherwise.
func (r *lockReader) headers() []int {
	root := 0
	var lines []int
	line := 0
	for text := range bytes.Lines(r.text) {
		line++
		if text[0] != '[' {
			continue
		}
		switch string(bytes.TrimSpace(text)) {
		case "[[package]]":
			lines = append(lines, line)
		case "[root]":
			root = line
		}
	}
	if r.doc.Root != nil {
		lines = slices.Insert(lines, 0, root)
	}
	if len(lines) != len(r.doc.Package) || slices.Contains(lines, 0) {
		return nil
	}
	return lines
}

// checkName refuses what cannot be a package: name and version make file names
// and URLs.
func (r *lockReader) checkName(i int, e lockEntry) error {
	bad := strings.IndexFunc(e.Name, func(c rune) bool {
		return c != '-' && c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c)
	})
	switch {
	case e.Name == "":
		return document.Errorf(r.packageAt(i), "a package has no name")
	case bad >= 0:
		return document.Errorf(r.packageAt(i, "name"), "%q is not a package name: it has letters, digits, - and _", e.Name)
	}
	if _, err := semver.Parse(e.Version); err != nil {
		return document.Errorf(r.packageAt(i, "version"), "package %s: %v", e.Name, err)
	}
	return nil
}

// source parses a source, each text once.
func (r *lockReader) source(text string) (Source, error) {
	s, ok := r.sources[text]
	if !ok {
		var err error
		if s, err = parseSource(text, r.Version); err != nil {
			return s, err
		}
		r.sources[text] = s
	}
	return s, nil
}

// edges resolves dependencies and replacements.
func (r *lockReader) edges() error {
	for i, e := range r.doc.Package {
		p := &r.Packages[i]
		for k, text := range e.Dependencies {
			j, err := r.find(text)
			if err != nil {
				return document.Errorf(r.packageAt(i, "dependencies", strconv.Itoa(k)), "the dependency %q of %s %s %v: run `cargo update --workspace` and commit Cargo.lock", text, e.Name, e.Version, err)
			}
			p.Dependencies = append(p.Dependencies, j)
		}
		slices.Sort(p.Dependencies)
		p.Dependencies = slices.Compact(p.Dependencies)
		if e.Replace == "" {
			continue
		}
		j, err := r.find(e.Replace)
		if err != nil {
			return document.Errorf(r.packageAt(i, "replace"), "the replacement %q of %s %s %v", e.Replace, e.Name, e.Version, err)
		}
		p.Replace = j
	}
	return r.replaceLoops()
}

// replaceLoops refuses a package that replaces itself in the end.
func (r *lockReader) replaceLoops() error {
	for i := range r.Packages {
		j := r.Packages[i].Replace
		for n := 0; j >= 0; n++ {
			if n > len(r.Packages) {
				return document.Errorf(r.packageAt(i, "replace"), "the package %s %s is replaced with itself", r.Packages[i].Name, r.Packages[i].Version)
			}
			j = r.Packages[j].Replace
		}
	}
	return nil
}

// find resolves "NAME", "NAME VERSION" or "NAME VERSION (SOURCE)". Without a
// source a package of the tree wins over others of that version, since it has
// none to be named by.
func (r *lockReader) find(text string) (int, error) {
	name, rest, _ := strings.Cut(text, " ")
	version, source, hasSource := strings.Cut(rest, " ")
	var want Source
	if hasSource {
		var err error
		if want, err = r.source(strings.TrimSuffix(strings.TrimPrefix(source, "("), ")")); err != nil {
			return 0, fmt.Errorf("is not valid: %w", err)
		}
	}
	var found []int
	for _, i := range r.byName[name] {
		p := &r.Packages[i]
		switch {
		case version != "" && p.Version != version:
		case hasSource && !p.Source.same(want):
		case want.Commit != "" && p.Source.Commit != want.Commit:
		case version != "" && !hasSource && p.Source.Kind == PathSource:
			return i, nil
		default:
			found = append(found, i)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return 0, errors.New("is not in the lock file")
	}
	return 0, fmt.Errorf("is ambiguous, there are %d such packages in the lock file", len(found))
}

// checksums reads them from the packages, or from [metadata] in format 1.
func (r *lockReader) checksums() error {
	for i, e := range r.doc.Package {
		if e.Checksum == "" {
			continue
		}
		sum, ok := hexSHA256(e.Checksum)
		if !ok {
			return document.Errorf(r.packageAt(i, "checksum"), "the checksum of %s %s is not a SHA-256 in hex", e.Name, e.Version)
		}
		r.Packages[i].Checksum = sum
	}
	for _, key := range document.Keys(r.doc.Metadata) {
		id, ok := strings.CutPrefix(key, "checksum ")
		value := r.doc.Metadata[key]
		if !ok || value == "<none>" {
			continue
		}
		i, err := r.find(id)
		if err != nil {
			continue // left over from a package that was removed
		}
		sum, ok := hexSHA256(value)
		switch p := &r.Packages[i]; {
		case !ok:
			return document.Errorf(r.at("metadata", key), "the checksum of %s is not a SHA-256 in hex", id)
		case p.Checksum == "":
			p.Checksum = sum
		case p.Checksum != sum:
			return document.Errorf(r.at("metadata", key), "there are two checksums of %s", id)
		}
	}
	return nil
}

// unused reads [[patch.unused]].
func (r *lockReader) unused() error {
	for i, e := range r.doc.Patch.Unused {
		p := LockedPackage{Name: e.Name, Version: e.Version, Replace: -1}
		p.Position = r.at("patch", "unused", strconv.Itoa(i))
		if e.Source != "" {
			var err error
			if p.Source, err = r.source(e.Source); err != nil {
				return document.Errorf(p.Position, "%v", err)
			}
		}
		r.UnusedPatches = append(r.UnusedPatches, p)
	}
	return nil
}

// hexSHA256 gives a checksum in lower case.
func hexSHA256(text string) (string, bool) {
	text = strings.ToLower(text)
	return text, len(text) == 64 && isHex(text)
}

// isCommit says whether a text is a full hash of git, SHA-1 or SHA-256.
func isCommit(text string) bool {
	return (len(text) == 40 || len(text) == 64) && isHex(text)
}

func isHex(text string) bool { return strings.Trim(text, "0123456789abcdef") == "" }

package lint

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/moby/patternmatcher"

	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/settings"
)

// ignoredLockFile looks for the line of .gitignore that decides over Cargo.lock:
// the last one that fits.
// https://git-scm.com/docs/gitignore
func ignoredLockFile(in *Subject) []match {
	lock := path.Join(in.Workspace.Dir, "Cargo.lock")
	ignored, at := "", 0
	for i, line := range strings.Split(string(in.Gitignore), "\n") {
		pattern, keep := strings.CutPrefix(strings.TrimRight(line, " \t\r"), "!")
		if pattern == "" || pattern[0] == '#' || strings.HasSuffix(pattern, "/") && pattern != "/" {
			continue // a slash at the end: folders only
		}
		if !fits(pattern, lock) {
			continue
		}
		ignored, at = pattern, i+1
		if keep {
			ignored = ""
		}
	}
	if ignored == "" {
		return nil
	}
	return []match{{document.Position{File: ".gitignore", Line: at, Column: 1},
		fmt.Sprintf("the pattern %q keeps %s out of git: whoever builds a checkout gets other versions, or an error, since the build wants the lock file", ignored, lock)}}
}

// fits says whether a pattern of a .gitignore at the root is about a file. A
// pattern without a slash fits at every depth.
func fits(pattern, file string) bool {
	if !strings.Contains(pattern, "/") {
		pattern = "**/" + pattern
	}
	m, err := patternmatcher.New([]string{strings.TrimPrefix(pattern, "/")})
	if err != nil {
		return false
	}
	ok, err := m.MatchesOrParentMatches(file)
	return err == nil && ok
}

// misplacedSyntaxLine looks for a syntax line among the comments at the top of
// the entry file that BuildKit does not see: it stops at the first line that is
// no directive (frontend/dockerfile/parser/directives.go).
func misplacedSyntaxLine(in *Subject) []match {
	directive := regexp.MustCompile(`(?i)^#[ \t]*(syntax|escape|check)[ \t]*=[ \t]*\S`)
	text := strings.TrimPrefix(string(in.Entry.Data), "\ufeff")
	seen := true // whether BuildKit still looks
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, " \t\r")
		name := directive.FindStringSubmatch(line)
		switch {
		case i == 0 && strings.HasPrefix(line, "#!"):
		case name != nil && seen:
		case name != nil && strings.EqualFold(name[1], "syntax"):
			return []match{{document.Position{File: in.entryFile(), Line: i + 1, Column: 1},
				"BuildKit does not see this line: put it on line 1; a blank line or a comment above is enough to hide it"}}
		case line != "" && line[0] != '#':
			return nil
		default:
			seen = false
		}
	}
	return nil
}

// entryFile is the entry file's path in the context: a client sends its name
// without the directory.
func (in *Subject) entryFile() string {
	for _, m := range in.manifests() {
		if string(m.Raw) == string(in.Entry.Data) && path.Base(m.File) == path.Base(in.Entry.Name) {
			return m.File
		}
	}
	return in.Entry.Name
}

func (in *Subject) manifests() []*document.Document {
	out := []*document.Document{in.Workspace.Root}
	for _, p := range in.Workspace.Packages {
		out = append(out, p.Manifest)
	}
	return out
}

// settingWithoutEffect collects what reading and planning have seen, and looks
// at settings that others make void.
func settingWithoutEffect(in *Subject) []match {
	var out []match
	for _, w := range append(in.Warnings[:len(in.Warnings):len(in.Warnings)], in.Plan.Warnings...) {
		if w.Rule == settings.NoEffect {
			out = append(out, match{document.Position{File: w.File, Line: w.Line}, w.Msg})
		}
	}
	s := in.Settings
	if s.AllFeatures {
		own := 0
		for _, f := range s.Features {
			if !strings.Contains(f, "/") {
				own++
			}
		}
		if own > 0 && own == len(s.Features) {
			out = append(out, match{s.Where("features"), "features has no effect: all-features enables all of them"})
		}
		if !s.DefaultFeatures {
			out = append(out, match{s.Where("default-features"), "default-features has no effect: all-features enables the default feature too"})
		}
	}
	return append(out, in.syntaxWords()...)
}

// syntaxWords are the words of the syntax line that are no settings.
func (in *Subject) syntaxWords() []match {
	var out []match
	for i, word := range strings.Fields(in.Entry.Cmdline) {
		if i > 0 && !strings.Contains(word, "=") {
			out = append(out, match{in.syntaxLine(),
				fmt.Sprintf("the word %q in the syntax line has no effect: settings are written KEY=VALUE, without blanks", word)})
		}
	}
	return out
}

func (in *Subject) syntaxLine() document.Position {
	for i, line := range strings.Split(string(in.Entry.Data), "\n") {
		if strings.HasPrefix(line, "#") && strings.Contains(line, in.Entry.Cmdline) {
			return document.Position{File: in.entryFile(), Line: i + 1, Column: 1}
		}
	}
	return document.Position{}
}

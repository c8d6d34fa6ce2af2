package cargosuite

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Revision is the commit of cargo whose tests are listed.
const Revision = "af373f761aa4e42b093c2e453078fd73c8ce54dd"

// LeftOut are the tests of a file that are no project here, by the reason.
type LeftOut struct {
	File    string
	Reasons map[string][]string
}

// ReadLeftOut reads left-out.txt: lines "FILE.rs: REASON: TEST TEST...".
func ReadLeftOut(fsys fs.FS) ([]LeftOut, error) {
	data, err := fs.ReadFile(fsys, "left-out.txt")
	if err != nil {
		return nil, err
	}
	var out []LeftOut
	for line := range strings.Lines(string(data)) {
		parts := strings.SplitN(strings.TrimSpace(line), ": ", 3)
		if len(parts) != 3 {
			return nil, fmt.Errorf("left-out.txt: %q is not FILE: REASON: TESTS", line)
		}
		if len(out) == 0 || out[len(out)-1].File != parts[0] {
			out = append(out, LeftOut{File: parts[0], Reasons: map[string][]string{}})
		}
		out[len(out)-1].Reasons[parts[1]] = strings.Fields(parts[2])
	}
	return out, nil
}

// Document is docs/cargo-suite.md.
func Document(cases []Case, left []LeftOut) string {
	tests, differ := map[string]int{}, 0
	for _, c := range cases {
		for _, t := range c.Tests {
			file, _, _ := strings.Cut(t, "::")
			tests[file]++
		}
		if c.Differs != "" {
			differ++
		}
	}
	all := 0
	for _, n := range tests {
		all += n
	}
	var b strings.Builder
	fmt.Fprintf(&b, `# Cargo's own tests

<!-- Written by go test ./integration/cargosuite -update, from the scripts and left-out.txt. -->

%d projects promise what %d tests of cargo promise of a build: what it makes, what it
compiles again and what is an error. They are rewritten, with no code of cargo's, after the
tests of %s. Each is a script of
[testdata/cargo](../integration/testdata/cargo), which builds the project with this frontend,
edits it and builds it again; where it says `+"`oracle`"+`, `+"`make cargo-suite`"+` has plain cargo
(`+"`cargo build --release`"+`) build the same, and demands that the program prints the same, or that
both fail. %d differ from cargo. CI runs every %s project, without plain cargo.

| area | project | of cargo | promise | result |
|---|---|---|---|---|
`, len(cases), all, Revision[:12], differ, ordinal(Fraction))
	for _, c := range cases {
		name := strings.TrimSuffix(c.File[len(c.Area)+1:], ".txtar")
		result := "pass"
		if c.Differs != "" {
			result = "DIFFERS: " + c.Differs
		}
		names := strings.ReplaceAll(strings.Join(c.Tests, ", "), "_", "\\_")
		fmt.Fprintf(&b, "| %s | [%s](../integration/testdata/cargo/%s) | %s | %s | %s |\n", c.Area, name, c.File, names, c.Promise, result)
	}
	b.WriteString("\n## What is left out\n\n" +
		"Of these files of cargo's suite, by count; [left-out.txt](../integration/cargosuite/left-out.txt) has the names.\n" +
		"Files that are not here are about other things than a build: publishing, registries' protocols,\n" +
		"logins, new packages, the words of messages, unstable features.\n\n" +
		"| file | tests | here | left out, and why |\n|---|---|---|---|\n")
	for _, l := range left {
		n := tests[l.File]
		var why []string
		for _, reason := range slices.Sorted(maps.Keys(l.Reasons)) {
			n += len(l.Reasons[reason])
			why = append(why, strconv.Itoa(len(l.Reasons[reason]))+" "+reason)
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %s |\n", strings.ReplaceAll(l.File, "_", "\\_"), n, tests[l.File], strings.Join(why, "; "))
	}
	return b.String()
}

func ordinal(n int) string {
	if n < 5 {
		return []string{"", "", "second", "third", "fourth"}[n]
	}
	return strconv.Itoa(n) + "th"
}

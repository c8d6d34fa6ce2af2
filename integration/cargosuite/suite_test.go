package cargosuite

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite docs/cargo-suite.md")

const document = "../../docs/cargo-suite.md"

func read(t *testing.T) ([]Case, []LeftOut) {
	t.Helper()
	cases, err := Read(os.DirFS("../testdata/cargo"))
	if err != nil {
		t.Fatal(err)
	}
	left, err := ReadLeftOut(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	return cases, left
}

// The document lists the projects as their scripts begin.
func TestDocument(t *testing.T) {
	cases, left := read(t)
	want := Document(cases, left)
	if *update {
		if err := os.WriteFile(document, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("run go test ./integration/cargosuite -update: %s", diff)
	}
}

// No test of cargo is counted twice: by two projects, or as left out too.
func TestEachOnce(t *testing.T) {
	cases, left := read(t)
	where := map[string]string{}
	files := map[string]bool{}
	add := func(test, place string) {
		if other := where[test]; other != "" {
			t.Errorf("%s is in %s and in %s", test, other, place)
		}
		where[test] = place
	}
	for _, l := range left {
		files[l.File] = true
		for reason, tests := range l.Reasons {
			for _, test := range tests {
				add(l.File+"::"+test, "left-out.txt, "+reason)
			}
		}
	}
	for _, c := range cases {
		for _, test := range c.Tests {
			add(test, c.File)
			if file, _, _ := strings.Cut(test, "::"); !files[file] {
				t.Errorf("%s: %s has no line in left-out.txt", c.File, file)
			}
		}
	}
	if len(cases) < 150 {
		t.Errorf("%d projects, want 150 or more", len(cases))
	}
}

// Each script builds, and what plain cargo does is asked where it can be.
func TestScripts(t *testing.T) {
	cases, _ := read(t)
	for _, c := range cases {
		data, err := os.ReadFile("../testdata/cargo/" + c.File)
		if err != nil {
			t.Fatal(err)
		}
		script, _, _ := strings.Cut(string(data), "\n-- ")
		if !regexp.MustCompile(`(?m)^(! )?build\b`).MatchString(script) {
			t.Errorf("%s builds nothing", c.File)
		}
	}
}

package sbom

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/plan"
)

var update = flag.Bool("update", false, "write the golden files")

// parse reads a source as Cargo.lock writes it.
func parse(t *testing.T, text string) cargo.Source {
	t.Helper()
	if text == "" {
		return cargo.Source{}
	}
	s, err := cargo.ParseSource(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const (
	defaultRegistry = "registry+https://github.com/rust-lang/crates.io-index"
	fork            = "git+https://git.example.com/team/fork?branch=main#0123456789abcdef0123456789abcdef01234567"
)

// components have every kind of package: of the tree, of registries, of a repository;
// on either side and on both.
func components(t *testing.T) *plan.SBOM {
	registry, git := parse(t, defaultRegistry), parse(t, fork)
	sum := strings.Repeat("a1", 32)
	return &plan.SBOM{Scoped: true, Components: []plan.Component{
		{Name: "app", Version: "1.0.0", Dir: "crates/app", Target: true, License: plan.License{File: "LICENCE.txt"},
			Bins:         []plan.Bin{{Name: "app", Path: "/usr/local/bin/app"}, {Name: "app_two", Path: "/usr/local/bin/app_two"}},
			Dependencies: []plan.Dependency{{Component: 1, Scope: plan.Linked}, {Component: 2, Scope: plan.Linked}, {Component: 3, Scope: plan.Macro}, {Component: 4, Scope: plan.BuildOnly}}},
		{Name: "both_sides", Version: "0.1.0+build", Source: registry, Target: true, Host: true, Checksum: sum,
			URL: "https://files.example.com/both_sides", License: plan.License{Text: "MIT/Apache-2.0"}},
		{Name: "forked", Version: "2.0.0", Source: git, Dir: "libs/forked", Target: true, License: plan.License{Text: "MIT"}},
		{Name: "macros", Version: "0.0.0", Dir: "macros", Host: true, Dependencies: []plan.Dependency{{Component: 1, Scope: plan.BuildOnly}}},
		{Name: "maker", Version: "1.0.0", Source: registry, Host: true, Checksum: sum, License: plan.License{Text: "Our own"}},
	}}
}

// about is what the tests' documents say of the build.
func about() Build {
	return Build{
		Triple: "x86_64-unknown-linux-musl", Profile: "release", Created: time.Unix(1700000000, 0),
		Binaries: map[string][]byte{"/usr/local/bin/app": []byte("one"), "/usr/local/bin/app_two": []byte("two")},
	}
}

func write(t *testing.T, b *plan.SBOM, of Build) []byte {
	t.Helper()
	text, err := Write(b, of)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestWrite(t *testing.T) {
	withoutScopes := components(t)
	withoutScopes.Scoped = false
	for name, b := range map[string]*plan.SBOM{"sides": components(t), "no-sides": withoutScopes} {
		got, file := write(t, b, about()), filepath.Join("testdata", name+".golden.json")
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got, -update writes it):\n%s", file, diff)
		}
	}
}

// The document's name changes with what it says, and with nothing else.
func TestNamespace(t *testing.T) {
	name := func(b *plan.SBOM, of Build) string {
		doc := &v2_3.Document{}
		if err := json.ReadInto(bytes.NewReader(write(t, b, of)), doc); err != nil {
			t.Fatal(err)
		}
		return doc.DocumentNamespace
	}
	first := name(components(t), about())
	if again := name(components(t), about()); again != first {
		t.Errorf("the same input gives %s and %s", first, again)
	}
	later, other, fewer := about(), about(), components(t)
	later.Created = later.Created.Add(time.Second)
	other.Binaries["/usr/local/bin/app"] = []byte("another")
	fewer.Components[3].Dependencies = nil
	for reason, got := range map[string]string{
		"another time": name(components(t), later), "another binary": name(components(t), other), "a relationship less": name(fewer, about()),
	} {
		if got == first {
			t.Errorf("%s: the name is the same", reason)
		}
	}
}

// DEPENDS_ON leads to what is compiled into the binaries, the other two to all
// the rest.
func TestRelationships(t *testing.T) {
	doc := &v2_3.Document{}
	if err := json.ReadInto(bytes.NewReader(write(t, components(t), about())), doc); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range doc.Relationships {
		got = append(got, string(r.RefA.ElementRefID)+" "+r.Relationship+" "+string(r.RefB.ElementRefID))
	}
	slices.Sort(got)
	want := []string{
		"DOCUMENT DESCRIBES Package-app-1.0.0",
		"File-0-app GENERATED_FROM Package-app-1.0.0",
		"File-1-app-two GENERATED_FROM Package-app-1.0.0",
		"Package-app-1.0.0 DEPENDS_ON Package-both-sides-0.1.0-build",
		"Package-app-1.0.0 DEPENDS_ON Package-forked-2.0.0",
		"Package-both-sides-0.1.0-build BUILD_DEPENDENCY_OF Package-macros-0.0.0",
		"Package-macros-0.0.0 BUILD_TOOL_OF Package-app-1.0.0",
		"Package-maker-1.0.0 BUILD_DEPENDENCY_OF Package-app-1.0.0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A binary that nobody handed over is an error and not a hole.
func TestWriteWantsBinaries(t *testing.T) {
	of := about()
	delete(of.Binaries, "/usr/local/bin/app_two")
	if _, err := Write(components(t), of); err == nil || !strings.Contains(err.Error(), "/usr/local/bin/app_two") {
		t.Errorf("error %v, want one that names the binary", err)
	}
}

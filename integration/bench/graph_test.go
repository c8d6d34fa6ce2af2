package main

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testMetadata is a workspace: app is over lib, ui and mac (a macro), ui over
// lib, lib over core, and build-only is a build script's. Of the registry, a
// is over b, b over c, and t is a dev-dependency.
func testMetadata() *metadata {
	const index = "registry+https://github.com/rust-lang/crates.io-index"
	meta := &metadata{}
	node := func(id, source string, kinds []string, deps ...string) {
		n := metaNode{ID: id}
		for i := 0; i < len(deps); i += 2 {
			n.Deps = append(n.Deps, dependency(deps[i], deps[i+1]))
		}
		meta.Packages = append(meta.Packages, metaPackage{
			ID: id, Name: id, Version: "1.0.0", Source: source, Targets: []metaTarget{{Name: id, Kind: kinds}},
		})
		meta.Resolve.Nodes = append(meta.Resolve.Nodes, n)
		if source == "" {
			meta.WorkspaceMembers = append(meta.WorkspaceMembers, id)
		}
	}
	lib := []string{"lib"}
	node("app", "", []string{"bin"}, "lib", "", "ui", "", "mac", "", "build-only", "build", "a", "", "t", "dev")
	node("ui", "", lib, "lib", "")
	node("lib", "", lib, "core", "", "b", "")
	node("core", "", lib, "c", "")
	node("mac", "", []string{"proc-macro"}, "alpha", "")
	node("alpha", "", lib)
	node("build-only", "", lib)
	node("unused", "", lib)
	node("a", index, lib, "b", "")
	node("b", index, lib, "c", "build")
	node("c", index, lib)
	node("t", index, lib)
	return meta
}

func dependency(id, kind string) metaDep {
	return metaDep{Pkg: id, DepKinds: []metaDepKind{{Kind: kind}}}
}

func TestCrates(t *testing.T) {
	want := []crate{{"b", "1.0.0", 2, 1}, {"c", "1.0.0", 2, 2}, {"a", "1.0.0", 1, 0}}
	if diff := cmp.Diff(want, newGraph(testMetadata(), "app").crates(), cmp.AllowUnexported(crate{})); diff != "" {
		t.Errorf("members and dev-dependencies are left out, build dependencies are not, "+
			"and members do not count as packages over one (-want +got):\n%s", diff)
	}
}

func TestMembers(t *testing.T) {
	g := newGraph(testMetadata(), "app")
	leaf, err := g.leafMember()
	if err != nil || leaf.Name != "core" {
		t.Errorf("the leaf is linked, so neither a build script's nor a macro's: %q, %v", leaf.Name, err)
	}
	mid, err := g.midMember()
	if err != nil || mid.Name != "lib" {
		t.Errorf("the mid is over a member and under one that is not the binary's: %q, %v", mid.Name, err)
	}
	for _, tc := range []struct {
		root  string
		leaf  string
		noMid bool
	}{
		{"ui", "core", true}, // lib is under the root alone
		{"lib", "core", true},
		{"core", "", true},
	} {
		g := newGraph(testMetadata(), tc.root)
		leaf, err := g.leafMember()
		if leaf.Name != tc.leaf || (tc.leaf == "") != errors.Is(err, errNoLeaf) {
			t.Errorf("leaf below %s: %q, %v; want %q", tc.root, leaf.Name, err, tc.leaf)
		}
		if _, err := g.midMember(); tc.noMid != errors.Is(err, errNoMid) {
			t.Errorf("mid below %s: %v", tc.root, err)
		}
	}
}

func TestLevel(t *testing.T) {
	crates := []crate{
		{"most", "1.0.0", 1, 9}, {"many", "1.0.0", 1, 5}, {"zmid", "1.0.0", 1, 3}, {"amid", "1.0.0", 1, 3}, {"few", "1.0.0", 1, 1},
		{"ztop", "1.0.0", 1, 0}, {"atop", "1.0.0", 1, 0},
	}
	for _, tc := range []struct {
		reason, scenario string
		want             []string
	}{
		{"the most are over the lowest", scenarioBumpLow, []string{"most", "many", "amid", "zmid", "few", "atop", "ztop"}},
		{"nothing is over the top; equals go by name", scenarioBumpTop, []string{"atop", "ztop", "few", "amid", "zmid", "many", "most"}},
		{"the median, and what is near to it", scenarioBumpMid, []string{"amid", "zmid", "few", "many", "atop", "ztop", "most"}},
	} {
		var got []string
		for _, c := range level(tc.scenario, crates) {
			got = append(got, c.name)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}
	if got := level(scenarioBumpMid, nil); len(got) != 0 {
		t.Errorf("a project without dependencies has nothing to bump, got %v", got)
	}
}

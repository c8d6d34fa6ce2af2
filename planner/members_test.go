package planner

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// membersGraph is the unit graph of testdata/members.txtar.
func membersGraph(t *testing.T) *answers.UnitGraph {
	t.Helper()
	g, err := answers.ParseUnitGraph(unitsOf(t,
		"app tree=crates/app bin target > 1 3",
		"app tree=crates/app run target > 2",
		"app tree=crates/app build host > 7",
		"mid tree=crates/mid lib target > 4",
		"base tree=crates/base lib target loud > 5 6",
		"base tree=crates/base run target > 9",
		"leaf 1.0.0 lib target",
		"base tree=crates/base lib host > 8 10",
		"leaf 1.0.0 lib host",
		"base tree=crates/base build host",
		"base tree=crates/base run host > 9",
	))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// A package of the tree that another one needs has a step; it sees its own
// files, those that its inputs name, and those of what it is compiled over.
func TestMembers(t *testing.T) {
	p := membersPlan(t)
	type step struct {
		packages string
		sees     []string
	}
	want := []step{
		{"leaf 1.0.0", nil},
		{"base 1.0.0", []string{"crates/base"}},
		{"mid 1.0.0", []string{"crates/base", "crates/mid", "proto/mid.proto"}},
	}
	if len(p.Layers) != len(want) {
		t.Fatalf("%d steps, want %d", len(p.Layers), len(want))
	}
	for i, l := range p.Layers {
		var sees []string
		for _, c := range l.Copy {
			sees = append(sees, c.Include...)
		}
		if got := strings.Join(l.Packages, ", "); got != want[i].packages || !slices.Equal(sees, want[i].sees) {
			t.Errorf("step %d compiles %s over %q, want %v", i, got, sees, want[i])
		}
		if l.Tree != (i > 0) || (l.Task.Watch != "") != (i == 1) {
			t.Errorf("%s: of the tree %t, with a build script %t", want[i].packages, l.Tree, (l.Task.Watch != ""))
		}
	}
	if got := p.Source.Copy[0].Include; !slices.Contains(got, "proto/mid.proto") {
		t.Errorf("the source step sees %q, but not what the inputs of mid name", got)
	}
}

// A member that comes compiles no other: nothing of it is in their keys.
func TestMembersWithAnother(t *testing.T) {
	files := edit(t, project(t, "members"), "crates/another/Cargo.toml", "", "[package]\nname = \"another\"\nversion = \"1.0.0\"\n")
	files = edit(t, files, "crates/another/src/lib.rs", "", "pub fn unused() {}\n")
	files = edit(t, files, "Cargo.lock", "[[package]]\nname = \"app\"", "[[package]]\nname = \"another\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"app\"")
	before, after := membersPlan(t), membersPlanOf(t, files)
	for i, l := range before.Layers {
		if diff := cmp.Diff(l.Key, after.Layers[i].Key); diff != "" {
			t.Errorf("the key of %s (-before +after):\n%s", strings.Join(l.Packages, ", "), diff)
		}
	}
}

func membersPlan(t *testing.T) *plan.Plan {
	t.Helper()
	return membersPlanOf(t, project(t, "members"))
}

func membersPlanOf(t *testing.T, files fstest.MapFS) *plan.Plan {
	t.Helper()
	ws := load(t, files)
	s, _, err := settings.Load(ws, settings.Source{Target: "app"})
	if err != nil {
		t.Fatal(err)
	}
	in := amd64()
	in.Target, in.Units = "app", membersGraph(t)
	p, err := makePlan(ws, s, in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The synthetic workspace has what cargo reads and no more: what a member may
// need in another build is there as a stub.
func TestMembersFiles(t *testing.T) {
	base := membersPlan(t).Layers[1]
	files := map[string]string{}
	for _, f := range base.Files {
		files[f.Path] = string(f.Data)
	}
	tests := []struct {
		reason, file, has string
		not               bool
	}{
		{"the synthetic package is a member", "Cargo.toml", unitDir, false},
		{"a member that has nothing to do with it is none", "Cargo.toml", "crates/mid", true},
		{"the profile of a package in it stays", "Cargo.toml", "[profile.release.package.base]", false},
		{"that of another one goes", "Cargo.toml", "[profile.release.package.other]", true},
		{"the target side has its features", unitDir + "/Cargo.toml", "features = ['loud']", false},
		{"the host side is a build-dependency", unitDir + "/Cargo.toml", "[build-dependencies]", false},
		{"a package is where it is", unitDir + "/Cargo.toml", "path = '/src/crates/base'", false},
		{"its own version is in its manifest", "crates/base/Cargo.toml", "version = '1.0.0'", false},
		{"what is not compiled is a stub", "crates/optional/Cargo.toml", manifest.StubVersion, false},
		{"and has an empty source", "crates/optional/src/lib.rs", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			text, ok := files[tt.file]
			if !ok {
				t.Fatalf("there is no %s", tt.file)
			}
			if strings.Contains(text, tt.has) == tt.not {
				t.Errorf("%s:\n%s", tt.file, text)
			}
		})
	}
	for _, name := range []string{"crates/base/src/lib.rs", "crates/mid/Cargo.toml", "crates/other/Cargo.toml"} {
		if _, ok := files[name]; ok {
			t.Errorf("the step writes %s", name)
		}
	}
}

// Variables for the project's own packages are in their steps and the last one, and in no crate's.
func TestMemberEnv(t *testing.T) {
	in := amd64()
	in.Target, in.Units = "app", membersGraph(t)
	set := func(env map[string]string) *settings.Settings {
		return newSettings(func(s *settings.Settings) {
			s.Layers, s.Env, s.MemberEnv = settings.EachCrate, env, map[string]string{"COMMIT": "a1"}
		})
	}
	has := func(s plan.Step) bool { return slices.Contains(s.Env, plan.Env{Name: "COMMIT", Value: "a1"}) }
	p := newPlan(t, project(t, "members"), set(nil), in)
	trees := 0
	for _, l := range p.Layers {
		if has(l.Step) != l.Tree {
			t.Errorf("%v has the variable: %v", l.Packages, has(l.Step))
		}
		if l.Tree {
			trees++
		}
	}
	if !has(p.Source) || has(*p.Units) || trees == 0 || trees == len(p.Layers) {
		t.Errorf("%d of %d layers are of the project; the last step has the variable: %v, planning: %v", trees, len(p.Layers), has(p.Source), has(*p.Units))
	}
	for _, s := range []*settings.Settings{set(map[string]string{"COMMIT": "b"}), newSettings(func(s *settings.Settings) { s.MemberEnv = map[string]string{"CARGO_HOME": "/"} })} {
		if _, err := makePlan(load(t, project(t, "members")), s, in); err == nil || !strings.Contains(err.Error(), "leave it out in one place") {
			t.Errorf("error %v, want one that names both places", err)
		}
	}
}

// A wrapper of the user's leaves no place for that of members' steps.
func TestMembersWithWrapper(t *testing.T) {
	in := amd64()
	in.Target, in.Units = "app", membersGraph(t)
	s := newSettings(func(s *settings.Settings) {
		s.Layers, s.Env = settings.EachCrate, map[string]string{wrapperVariable: "/usr/bin/sccache"}
	})
	for _, l := range newPlan(t, project(t, "members"), s, in).Layers {
		if l.Tree {
			t.Errorf("%v has a step", l.Packages)
		}
	}
}

func TestUnitOfNoPackage(t *testing.T) {
	g, err := answers.ParseUnitGraph(unitsOf(t, "app tree=crates/nowhere bin target"))
	if err != nil {
		t.Fatal(err)
	}
	in := amd64()
	in.Target, in.Units = "app", g
	s := newSettings(func(s *settings.Settings) { s.Layers = settings.EachCrate })
	if _, err := makePlan(load(t, project(t, "members")), s, in); err == nil || !strings.Contains(err.Error(), "crates/nowhere") {
		t.Errorf("error %v, want one that names the directory", err)
	}
}

package answers

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/plan"
)

// UnitGraph is what cargo would compile, as `cargo build --unit-graph` prints
// it: every unit once, with the units that it needs.
// https://doc.rust-lang.org/cargo/reference/unstable.html#unit-graph
type UnitGraph struct {
	Units []Unit
	Roots []int // indices into Units
}

// Unit is one call of rustc, or one run of a build script.
type Unit struct {
	Package PackageID
	// Kinds and CrateTypes are those of the target: "lib", "proc-macro",
	// "custom-build", "bin"; "rlib", "cdylib" and so on.
	Kinds      []string
	CrateTypes []string
	// Host is true for what runs while compiling: the unit is compiled for the
	// machine that compiles, without --target.
	Host bool
	// Run is true for the run of a build script.
	Run bool
	// Check is true for what is compiled to metadata alone, Test for a test: a
	// program, whatever its target is else.
	Check, Test bool
	// Abort is true for what aborts in a panic and does not unwind.
	Abort bool
	// Features are the features of the package that are on, sorted.
	Features []string
	// Needs are indices into Units.
	Needs []int
}

// Is says whether the unit's target is of a kind.
func (u *Unit) Is(kind string) bool { return slices.Contains(u.Kinds, kind) }

// PackageID tells packages apart as cargo does.
type PackageID struct {
	Name, Version string
	// Source is the kind and URL of the source: "registry+https://...",
	// "path+file:///src/crates/x".
	Source string
}

// Dir gives the directory of a package of the tree, as seen from the root of
// the context. The result is false for an external package.
func (id PackageID) Dir() (string, bool) {
	source, ok := strings.CutPrefix(id.Source, "path+file://")
	if !ok {
		return "", false
	}
	dir, err := url.PathUnescape(source)
	if err != nil {
		dir = source
	}
	return cargo.Relative(strings.TrimPrefix(plan.SourceDir, "/"), strings.Trim(dir, "/")), true
}

// ParseUnitGraph reads version 1 of the format, the only one so far, with
// package ids as cargo writes them since 1.77 and as it did before. It fails
// for text that is not JSON, for another version, and for ids or indices that
// make no sense.
func ParseUnitGraph(data []byte) (*UnitGraph, error) {
	var doc struct {
		Version int
		Units   []struct {
			ID     string `json:"pkg_id"`
			Target struct {
				Kind       []string
				CrateTypes []string `json:"crate_types"`
			}
			Platform     *string
			Mode         string
			Profile      struct{ Panic string }
			Features     []string
			Dependencies []struct{ Index int }
		}
		Roots []int
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("read cargo's unit graph: %w", err)
	}
	if doc.Version != 1 {
		return nil, fmt.Errorf("read cargo's unit graph: version %d is not known", doc.Version)
	}
	g := &UnitGraph{Units: make([]Unit, 0, len(doc.Units)), Roots: doc.Roots}
	for _, in := range doc.Units {
		id, err := parsePackageID(in.ID)
		if err != nil {
			return nil, fmt.Errorf("read cargo's unit graph: %w", err)
		}
		u := Unit{
			Package: id, Kinds: in.Target.Kind, CrateTypes: in.Target.CrateTypes,
			Host: in.Platform == nil, Run: in.Mode == "run-custom-build", Features: in.Features,
			Check: in.Mode == "check", Test: in.Mode == "test" || in.Mode == "doctest",
			Abort: in.Profile.Panic == "abort",
		}
		slices.Sort(u.Features)
		for _, d := range in.Dependencies {
			u.Needs = append(u.Needs, d.Index)
		}
		g.Units = append(g.Units, u)
	}
	return g, g.check()
}

// check makes sure that every index is one.
func (g *UnitGraph) check() error {
	lists := [][]int{g.Roots}
	for i := range g.Units {
		lists = append(lists, g.Units[i].Needs)
	}
	for _, list := range lists {
		for _, i := range list {
			if i < 0 || i >= len(g.Units) {
				return fmt.Errorf("read cargo's unit graph: there is no unit %d", i)
			}
		}
	}
	return nil
}

// parsePackageID reads "SOURCE#NAME@VERSION", "SOURCE#VERSION" (the name is the
// last part of the source's path) and, from before cargo 1.77,
// "NAME VERSION (SOURCE)".
// https://doc.rust-lang.org/cargo/reference/pkgid-spec.html
func parsePackageID(id string) (PackageID, error) {
	if words := strings.Fields(id); len(words) == 3 && strings.HasPrefix(words[2], "(") {
		source, _, _ := strings.Cut(strings.Trim(words[2], "()"), "#")
		return PackageID{Name: words[0], Version: words[1], Source: source}, nil
	}
	source, rest, ok := strings.Cut(id, "#")
	if !ok || rest == "" {
		return PackageID{}, fmt.Errorf("%q is no package id", id)
	}
	name, version, ok := strings.Cut(rest, "@")
	if !ok {
		url, _, _ := strings.Cut(source, "?")
		url = strings.TrimSuffix(strings.TrimRight(url, "/"), ".git")
		name, version = url[strings.LastIndexByte(url, '/')+1:], rest
	}
	return PackageID{Name: name, Version: version, Source: source}, nil
}

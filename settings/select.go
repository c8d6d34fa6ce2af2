package settings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
)

// Selection is what cargo is asked to build: binaries, the packages that they
// belong to, and the features of the command line.
type Selection struct {
	// Bins in the order that was asked for; the first is the image's main one.
	Bins []SelectedBin
	// Packages of Bins, or of a goal without binaries, each once, sorted by name.
	Packages []*cargo.Package
	// Features as --features takes them: PACKAGE/FEATURE when several packages
	// are selected, since cargo wants each feature to belong to one of them.
	Features []string
}

// SelectedBin is one binary target of a package.
type SelectedBin struct {
	Package *cargo.Package
	Target  cargo.Target
}

// String gives "name (package)".
func (b SelectedBin) String() string {
	return fmt.Sprintf("%s (%s)", b.Target.Name, b.Package.Name)
}

// Select decides which binaries are built. The first of these that applies
// decides: target (a binary's name, or a package with one evident binary), the
// settings' bins, the settings' package, the only binary of the default
// members, the only default-run among them. Anything ambiguous is an error
// that lists the choices: to guess would be to ship a wrong binary. Unknown
// names and features, and required-features that are not enabled, are errors.
// https://doc.rust-lang.org/cargo/commands/cargo-build.html#target-selection
//
// A goal without binaries has none; its packages are the settings' one or those
// that cargo takes when none is named.
func Select(ws *cargo.Workspace, s *Settings, target string) (*Selection, error) {
	if !s.Goal.Traits().Image {
		packages, err := goalPackages(ws, s)
		if err != nil {
			return nil, err
		}
		sel := &Selection{Packages: sortedByName(packages)}
		return sel, sel.enable(ws, s)
	}
	picked, err := pick(ws, s, target)
	if err != nil {
		return nil, err
	}
	sel := &Selection{}
	byName := map[string]SelectedBin{}
	for _, b := range picked {
		if other, ok := byName[b.Target.Name]; ok {
			if other.Package == b.Package {
				continue
			}
			return nil, document.Errorf(s.Where("bins"),
				"the binaries %s and %s have the same name, and would be the same file of the image", other, b)
		}
		byName[b.Target.Name] = b
		sel.Bins = append(sel.Bins, b)
		if !slices.Contains(sel.Packages, b.Package) {
			sel.Packages = append(sel.Packages, b.Package)
		}
	}
	sel.Packages = sortedByName(sel.Packages)
	return sel, sel.enable(ws, s)
}

func sortedByName(packages []*cargo.Package) []*cargo.Package {
	return slices.SortedFunc(slices.Values(packages), func(a, b *cargo.Package) int { return strings.Compare(a.Name, b.Name) })
}

// pick applies the rules of [Select] in order.
func pick(ws *cargo.Workspace, s *Settings, target string) ([]SelectedBin, error) {
	scope := members(ws)
	if s.Package != "" {
		p, err := member(ws, s)
		if err != nil {
			return nil, err
		}
		scope = []*cargo.Package{p}
	}
	switch {
	case target != "":
		return pickTarget(ws, s, scope, target)
	case len(s.Bins) > 0:
		return pickNamed(scope, s)
	case s.Package != "":
		return pickEvident(ws, s, scope, s.Where("package"))
	}
	defaults := ws.DefaultMembers
	if len(defaults) == 0 {
		defaults = scope
	}
	return pickEvident(ws, s, defaults, RootPosition(ws))
}

// pickTarget reads --target.
func pickTarget(ws *cargo.Workspace, s *Settings, scope []*cargo.Package, target string) ([]SelectedBin, error) {
	all := BinsOf(scope)
	found := named(all, target)
	switch len(found) {
	case 1:
		return found, nil
	case 0:
	default:
		return nil, document.Errorf(RootPosition(ws),
			"--target %s fits several binaries: %s; say which with `package`", target, titles(found))
	}
	for _, p := range scope {
		if p.Name != target {
			continue
		}
		if own := BinsOf([]*cargo.Package{p}); len(own) > 0 {
			return pickEvident(ws, s, []*cargo.Package{p}, p.Manifest.At("package"))
		}
		return nil, noBinary(p)
	}
	if len(all) == 0 {
		return pickEvident(ws, s, scope, RootPosition(ws))
	}
	names := BinNames(all)
	for _, goal := range Goals() {
		names = append(names, string(goal.Goal))
	}
	return nil, document.Errorf(RootPosition(ws), "--target %s is no binary or stage of this project%s; binaries are %s, stages what `--call targets` lists",
		target, DidYouMean(target, names), titles(all))
}

// pickNamed reads the settings' bins.
func pickNamed(scope []*cargo.Package, s *Settings) ([]SelectedBin, error) {
	all := BinsOf(scope)
	var picked []SelectedBin
	for _, name := range s.Bins {
		found := named(all, name)
		switch {
		case len(found) == 1:
			picked = append(picked, found[0])
		case len(found) > 1:
			return nil, document.Errorf(s.Where("bins"),
				"the binary %q is in several packages: %s; say which with `package`", name, titles(found))
		case len(all) == 0 && len(scope) == 1:
			return nil, noBinary(scope[0])
		case len(all) == 0:
			return nil, document.Errorf(s.Where("bins"), "there is no binary %q: no package of the workspace has a binary", name)
		default:
			return nil, document.Errorf(s.Where("bins"), "there is no binary %q%s; there are: %s",
				name, DidYouMean(name, BinNames(all)), titles(all))
		}
	}
	return picked, nil
}

// pickEvident takes the only binary of some packages that cargo would build, or the
// default-run one. Cargo leaves out those whose required-features are off.
// https://doc.rust-lang.org/cargo/reference/cargo-targets.html#the-required-features-field
func pickEvident(ws *cargo.Workspace, s *Settings, scope []*cargo.Package, at document.Position) ([]SelectedBin, error) {
	all := BinsOf(scope)
	if on := slices.DeleteFunc(slices.Clone(all), func(b SelectedBin) bool { return len(s.lacks(b)) > 0 }); len(on) > 0 {
		all = on
	}
	switch {
	case len(all) == 1:
		return all, nil
	case len(all) == 0 && len(scope) == 1:
		return nil, noBinary(scope[0])
	case len(all) == 0:
		return nil, document.Errorf(at, "no package of the workspace has a binary: add src/main.rs or a [[bin]] to one")
	}
	var run []SelectedBin
	for _, p := range scope {
		if p.DefaultRun == "" {
			continue
		}
		found := named(BinsOf([]*cargo.Package{p}), p.DefaultRun)
		if len(found) == 0 {
			return nil, document.Errorf(p.Manifest.At("package", "default-run"),
				"default-run names the binary %q, which the package %s does not have", p.DefaultRun, p.Name)
		}
		run = append(run, found...)
	}
	if len(run) == 1 {
		return run, nil
	}
	if at.File == "" {
		at = RootPosition(ws)
	}
	return nil, document.Errorf(at, "there are several binaries: %s; choose with --target NAME, with the setting `bins = [...]` or `package`, or with default-run in [package]", titles(all))
}

// member finds the settings' package among the members.
func member(ws *cargo.Workspace, s *Settings) (*cargo.Package, error) {
	var names []string
	for _, p := range members(ws) {
		if p.Name == s.Package {
			return p, nil
		}
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return nil, document.Errorf(s.Where("package"), "there is no package %q in the workspace%s; there are: %s",
		s.Package, DidYouMean(s.Package, names), strings.Join(names, ", "))
}

func members(ws *cargo.Workspace) []*cargo.Package {
	var out []*cargo.Package
	for _, p := range ws.Packages {
		if p.Member {
			out = append(out, p)
		}
	}
	return out
}

// BinsOf gives the binaries of some packages, by package and then by name.
func BinsOf(packages []*cargo.Package) []SelectedBin {
	var out []SelectedBin
	for _, p := range packages {
		for _, t := range p.Targets {
			if t.Kind == cargo.Bin {
				out = append(out, SelectedBin{p, t})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b SelectedBin) int {
		if c := strings.Compare(a.Package.Name, b.Package.Name); c != 0 {
			return c
		}
		return strings.Compare(a.Target.Name, b.Target.Name)
	})
	return out
}

func named(bins []SelectedBin, name string) []SelectedBin {
	var out []SelectedBin
	for _, b := range bins {
		if b.Target.Name == name {
			out = append(out, b)
		}
	}
	return out
}

// BinNames gives the names of some binaries, in their order.
func BinNames(bins []SelectedBin) []string {
	var out []string
	for _, b := range bins {
		out = append(out, b.Target.Name)
	}
	return out
}

func titles(bins []SelectedBin) string {
	var out []string
	for _, b := range bins {
		out = append(out, b.String())
	}
	return strings.Join(out, ", ")
}

func noBinary(p *cargo.Package) error {
	return document.Errorf(p.Manifest.At("package"),
		"the package %s has no binary: add src/main.rs or a [[bin]] to it, or choose another package", p.Name)
}

// RootPosition is where a sentence about the project as a whole belongs.
func RootPosition(ws *cargo.Workspace) document.Position {
	for _, table := range []string{"workspace", "package"} {
		if _, ok := ws.Root.Doc[table]; ok {
			return ws.Root.At(table)
		}
	}
	return document.Position{File: ws.Root.File}
}

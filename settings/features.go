package settings

import (
	"slices"
	"sort"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
)

// enable checks the settings' features, writes them as the command line needs
// them, and checks the required-features of the chosen binaries.
// https://doc.rust-lang.org/cargo/reference/features.html#command-line-feature-options
func (sel *Selection) enable(ws *cargo.Workspace, s *Settings) error {
	own := map[*cargo.Package][]string{}
	for _, f := range s.Features {
		if err := sel.enableOne(ws, s, f, own); err != nil {
			return err
		}
	}
	slices.Sort(sel.Features)
	sel.Features = slices.Compact(sel.Features)
	for _, b := range sel.Bins {
		if s.AllFeatures {
			continue
		}
		chosen := own[b.Package]
		if len(sel.Packages) > 1 {
			chosen = append(chosen, askedByOthers(ws, b.Package)...)
		}
		if missing := missingFeatures(b, chosen, s.DefaultFeatures); len(missing) > 0 {
			return document.Errorf(b.Target.Position, "the binary %s needs features that are not enabled: set `features = [%s]`",
				b, quoteList(missing))
		}
	}
	return nil
}

// lacks gives the required-features of a binary that the settings alone do not enable.
func (s *Settings) lacks(b SelectedBin) []string {
	if s.AllFeatures {
		return nil
	}
	var chosen []string
	for _, f := range s.Features {
		chosen = append(chosen, strings.TrimPrefix(f, b.Package.Name+"/"))
	}
	return missingFeatures(b, chosen, s.DefaultFeatures)
}

// missingFeatures gives the required-features of a binary that are off when some of its
// package's are chosen, sorted.
func missingFeatures(b SelectedBin, chosen []string, defaults bool) []string {
	on := Enabled(b.Package, chosen, defaults)
	var missing []string
	for _, f := range b.Target.RequiredFeatures {
		if !on[f] && !asksItself(b.Package, f, on) {
			missing = append(missing, f)
		}
	}
	slices.Sort(missing)
	return missing
}

// asksItself tells whether a package's own manifest asks a dependency for DEPENDENCY/FEATURE,
// which cargo counts for required-features too.
func asksItself(p *cargo.Package, f string, on map[string]bool) bool {
	name, feature, _ := strings.Cut(f, "/")
	return slices.ContainsFunc(p.Dependencies, func(d cargo.Dependency) bool {
		active := !d.Optional || on[d.Key] || on["dep:"+d.Key]
		return d.Kind != cargo.Dev && d.Key == name && active && slices.Contains(d.Features, feature)
	})
}

// enableOne reads one feature: FEATURE, PACKAGE/FEATURE or DEPENDENCY/FEATURE.
func (sel *Selection) enableOne(ws *cargo.Workspace, s *Settings, f string, own map[*cargo.Package][]string) error {
	name, feature, qualified := strings.Cut(f, "/")
	if !qualified {
		ok := false
		for _, p := range sel.Packages {
			if !HasFeature(p, f) {
				continue
			}
			ok = true
			own[p] = append(own[p], f)
			sel.Features = append(sel.Features, sel.argument(p, f))
		}
		if !ok {
			return sel.unknownFeature(s, f, sel.Packages)
		}
		return nil
	}
	for _, p := range sel.Packages {
		for _, d := range p.Dependencies {
			// A feature of a dependency: cargo knows which there are.
			if d.Kind != cargo.Dev && d.Key == strings.TrimSuffix(name, "?") {
				own[p] = append(own[p], f)
				sel.Features = append(sel.Features, f)
				return nil
			}
		}
	}
	for _, p := range sel.Packages {
		if p.Name != name {
			continue
		}
		if !HasFeature(p, feature) {
			return sel.unknownFeature(s, f, []*cargo.Package{p})
		}
		own[p] = append(own[p], feature)
		sel.Features = append(sel.Features, sel.argument(p, feature))
		return nil
	}
	var names []string
	for _, p := range sel.Packages {
		names = append(names, p.Name)
	}
	for _, p := range members(ws) {
		if p.Name == name {
			return document.Errorf(s.Where("features"), "the feature %q is one of the package %s, which is not built; selected: %s",
				f, name, strings.Join(names, ", "))
		}
	}
	return document.Errorf(s.Where("features"), "the feature %q names neither a selected package (%s) nor a dependency of one",
		f, strings.Join(names, ", "))
}

// argument writes a feature of a package for --features.
func (sel *Selection) argument(p *cargo.Package, feature string) string {
	if len(sel.Packages) == 1 {
		return feature
	}
	return p.Name + "/" + feature
}

func (sel *Selection) unknownFeature(s *Settings, f string, packages []*cargo.Package) error {
	var known, names []string
	for _, p := range packages {
		names = append(names, p.Name)
		for _, k := range FeaturesOf(p) {
			if !slices.Contains(known, k) {
				known = append(known, k)
			}
		}
	}
	slices.Sort(known)
	have := "it has none"
	if len(known) > 0 {
		have = "there are: " + strings.Join(known, ", ")
	}
	_, short, ok := strings.Cut(f, "/")
	if !ok {
		short = f
	}
	return document.Errorf(s.Where("features"), "there is no feature %q in the package %s%s; %s",
		f, strings.Join(names, ", "), DidYouMean(short, known), have)
}

// Implicit gives the features that optional dependencies declare by
// themselves: those that no feature names with "dep:".
// https://doc.rust-lang.org/cargo/reference/features.html#optional-dependencies
func Implicit(p *cargo.Package) map[string]bool {
	explicit := map[string]bool{}
	for _, values := range p.Features {
		for _, v := range values {
			if dep, ok := strings.CutPrefix(v, "dep:"); ok {
				explicit[dep] = true
			}
		}
	}
	out := map[string]bool{}
	for _, d := range p.Dependencies {
		if _, declared := p.Features[d.Key]; d.Optional && !explicit[d.Key] && !declared {
			out[d.Key] = true
		}
	}
	return out
}

// FeaturesOf lists all features of a package, sorted, without "default".
func FeaturesOf(p *cargo.Package) []string {
	var out []string
	for f := range p.Features {
		if f != "default" {
			out = append(out, f)
		}
	}
	for f := range Implicit(p) {
		out = append(out, f)
	}
	sort.Strings(out)
	return out
}

// HasFeature says whether a package has a feature, one of an optional dependency too.
func HasFeature(p *cargo.Package, f string) bool {
	_, ok := p.Features[f]
	return ok || f == "default" || Implicit(p)[f]
}

// askedByOthers gives the features that packages of the tree want of p. Cargo
// counts them for required-features when such a package is built as well; it
// has the last word, so a few too many do no harm.
func askedByOthers(ws *cargo.Workspace, p *cargo.Package) []string {
	var out []string
	for _, q := range ws.Packages {
		for _, d := range q.Dependencies {
			if d.Kind == cargo.Dev || d.Package != p.Name {
				continue
			}
			out = append(out, d.Features...)
			if d.DefaultFeatures {
				out = append(out, "default")
			}
		}
	}
	return out
}

// Enabled follows a package's own feature table from the chosen features.
func Enabled(p *cargo.Package, chosen []string, defaults bool) map[string]bool {
	todo := slices.Clone(chosen)
	if defaults {
		todo = append(todo, "default")
	}
	on := map[string]bool{}
	byDependency := Implicit(p)
	for len(todo) > 0 {
		f := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if on[f] {
			continue
		}
		on[f] = true
		if dep, _, ok := strings.Cut(f, "/"); ok && byDependency[dep] {
			todo = append(todo, dep) // "x?/f" is not in byDependency
		}
		todo = append(todo, p.Features[f]...)
	}
	return on
}

func quoteList(names []string) string {
	return `"` + strings.Join(names, `", "`) + `"`
}

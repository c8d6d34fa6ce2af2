package planner

import (
	"maps"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/settings"
)

// Used is what a build compiles into its binaries, as far as the manifests of the
// tree tell. Cargo.lock alone does not: it holds what the whole workspace needs
// with all features on all platforms, and packages that nothing ever compiles,
// such as those of weak features (rust-lang/cargo#10801).
type Used struct {
	// Tree are the packages of the tree that the build may need, by directory.
	Tree []*cargo.Package
	// Direct are the dependencies on external packages that the features
	// of the build enable, for the program itself: no build-dependencies. Each
	// of them is certainly compiled.
	Direct []UsedDependency
	// Possible are the names of all locked packages that the build may need.
	Possible map[string]bool
}

// UsedDependency is a dependency with the locked package that fulfils it.
type UsedDependency struct {
	Package    *cargo.Package
	Dependency *cargo.Dependency
	Locked     int
	// Features that the package of the tree asks for, "default" among them.
	Features map[string]bool
}

// Used finds out what a build for a target uses.
func (of *Selected) Used(triple string) *Used {
	c := of.closure
	u := &usedFinder{
		c: c, triple: triple, chosen: map[*cargo.Package]map[string]bool{},
		Used: &Used{Tree: c.Tree, Possible: map[string]bool{}},
	}
	for _, i := range c.Locked {
		u.Possible[c.Workspace.Lock.Packages[i].Name] = true
	}
	u.followTree(of.settings)
	return u.Used
}

type usedFinder struct {
	c *manifest.Closure
	*Used
	triple string
	// chosen are the features that are asked for of each package of the tree.
	chosen map[*cargo.Package]map[string]bool
}

// followTree follows the features of the build through the tree.
func (u *usedFinder) followTree(s *settings.Settings) {
	todo := slices.Clone(u.c.Selection.Packages)
	for _, p := range todo {
		u.chosen[p] = u.rootFeatures(p, s)
	}
	for len(todo) > 0 {
		p := todo[0]
		todo = todo[1:]
		for _, r := range u.requests(p, u.on(p)) {
			if q := u.c.PackageOf[r.Locked]; q != nil && u.choose(q, r.Features) {
				todo = append(todo, q)
			}
		}
	}
	for _, p := range u.c.Tree {
		if u.chosen[p] == nil {
			continue
		}
		for _, r := range u.requests(p, u.on(p)) {
			if !u.ofTree(r.Locked) {
				u.Direct = append(u.Direct, r)
			}
		}
	}
}

// on are the features of a package that are on, with what they enable.
func (u *usedFinder) on(p *cargo.Package) map[string]bool {
	return settings.Enabled(p, slices.Sorted(maps.Keys(u.chosen[p])), false)
}

// rootFeatures are the features of the command line for a selected package.
func (u *usedFinder) rootFeatures(p *cargo.Package, s *settings.Settings) map[string]bool {
	out := map[string]bool{}
	if s.DefaultFeatures || s.AllFeatures {
		out["default"] = true
	}
	if s.AllFeatures {
		for _, f := range settings.FeaturesOf(p) {
			out[f] = true
		}
	}
	for _, f := range u.c.Selection.Features {
		name, own, qualified := strings.Cut(f, "/")
		switch {
		case qualified && name == p.Name:
			out[own] = true
		case qualified || settings.HasFeature(p, f):
			out[f] = true
		}
	}
	return out
}

// choose adds features and tells whether the package has to be looked at again.
func (u *usedFinder) choose(p *cargo.Package, features map[string]bool) bool {
	changed := u.chosen[p] == nil
	if changed {
		u.chosen[p] = map[string]bool{}
	}
	for f := range features {
		changed = changed || !u.chosen[p][f]
		u.chosen[p][f] = true
	}
	return changed
}

// requests are the dependencies of a package that features enable for the
// program. What a procedural macro needs runs while compiling.
func (u *usedFinder) requests(p *cargo.Package, on map[string]bool) []UsedDependency {
	if slices.ContainsFunc(p.Targets, func(t cargo.Target) bool { return t.ProcMacro }) {
		return nil
	}
	var out []UsedDependency
	for k := range p.Dependencies {
		d := &p.Dependencies[k]
		locked := u.c.Graph.Edges[p][k]
		if locked < 0 || d.Kind != cargo.Normal || !Applies(d.Target, u.triple) {
			continue
		}
		if features, active := asks(p, d, on); active {
			out = append(out, UsedDependency{p, d, locked, features})
		}
	}
	return out
}

// asks gives the features that a package wants of a dependency when some of its
// own are on, and whether the dependency is enabled at all.
func asks(p *cargo.Package, d *cargo.Dependency, on map[string]bool) (map[string]bool, bool) {
	features := map[string]bool{}
	for _, f := range d.Features {
		features[f] = true
	}
	if d.DefaultFeatures {
		features["default"] = true
	}
	active := !d.Optional || on["dep:"+d.Key] || on[d.Key] && settings.Implicit(p)[d.Key]
	for f := range on {
		dep, feature, ok := strings.Cut(f, "/")
		weak := strings.HasSuffix(dep, "?")
		if ok && strings.TrimSuffix(dep, "?") == d.Key {
			features[feature] = true
			active = active || !weak
		}
	}
	return features, active
}

// ofTree says whether a locked package is one of the tree, needed or not.
func (u *usedFinder) ofTree(i int) bool {
	return u.c.Workspace.Lock.Packages[i].Source.Kind == cargo.PathSource
}

// Applies says whether the dependencies below [target.CFG] are certainly those
// of a Linux triple. It knows the plain forms and no for all others.
// https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html#platform-specific-dependencies
func Applies(cfg, triple string) bool {
	switch strings.ReplaceAll(cfg, " ", "") {
	case "", triple, "cfg(unix)", "cfg(not(windows))", `cfg(target_os="linux")`, `cfg(target_family="unix")`, `cfg(not(target_env="msvc"))`:
		return true
	case `cfg(target_env="musl")`:
		return isMusl(triple)
	case `cfg(not(target_env="musl"))`:
		return !isMusl(triple)
	}
	return false
}

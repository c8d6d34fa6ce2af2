package planner

import (
	"cmp"
	"slices"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// writeSBOM makes the list, from the unit graph when there is one and it
// belongs to Cargo.lock.
func (p draft) writeSBOM(c *manifest.Closure, in known, f *manifest.Fetched) {
	if in.Units != nil {
		packages, err := p.compiled(c, in, f)
		if err == nil {
			p.SBOM = &plan.SBOM{Components: packages, Scoped: true}
			return
		}
		p.Warnings = append(p.Warnings, NoScopes(err))
	}
	b := newSBOMWriter(c, in, f, p.Bins)
	b.needsOfLock()
	p.SBOM = &plan.SBOM{Components: b.sorted(func(plan.Component) bool { return true })}
}

// compiled lists what the unit graph has. It fails when that does not belong to
// Cargo.lock.
func (p draft) compiled(c *manifest.Closure, in known, f *manifest.Fetched) ([]plan.Component, error) {
	b := newSBOMWriter(c, in, f, p.Bins)
	if err := b.needsOfUnits(in.Units); err != nil {
		return nil, err
	}
	return b.sorted(func(m plan.Component) bool { return m.Target || m.Host }), nil
}

// NoScopes is the warning of an SBOM without scopes.
func NoScopes(why error) settings.Warning {
	return settings.Warning{Msg: "the SBOM lists all packages that Cargo.lock has for the binaries, and does not tell apart " +
		"those that only run while compiling: " + why.Error()}
}

func newSBOMWriter(c *manifest.Closure, in known, f *manifest.Fetched, bins []plan.Bin) *sbomWriter {
	b := &sbomWriter{c: c, fetched: f, index: map[int]int{}}
	for _, i := range c.Locked {
		if !c.IsReplaced(i) {
			b.index[i] = len(b.found)
			b.found = append(b.found, plan.Component{})
			b.describe(i, in, bins)
		}
	}
	return b
}

// sbomWriter makes an SBOM.
type sbomWriter struct {
	c       *manifest.Closure
	fetched *manifest.Fetched
	// found are the components, index maps locked packages to them.
	found []plan.Component
	index map[int]int
}

// describe writes what is known of a locked package by itself.
func (b *sbomWriter) describe(i int, in known, bins []plan.Bin) {
	l, m := b.c.Workspace.Lock.Packages[i], &b.found[b.index[i]]
	m.Name, m.Version, m.Source, m.Checksum = l.Name, l.Version, l.Source, l.Checksum
	if known := metadataOf(in.Metadata, l); known != nil {
		m.License = known.License
	}
	switch p := b.c.PackageOf[i]; {
	case p != nil:
		m.Version, m.Dir, m.License = p.Version, p.Dir, licenseOf(p)
		for n, bin := range b.c.Selection.Bins {
			if bin.Package == p {
				m.Bins = append(m.Bins, bins[n])
			}
		}
	case l.Source.Kind == cargo.GitSource:
		for _, p := range in.Git[manifest.Repository(l.Source)] {
			if p.Name == l.Name && p.Version == l.Version {
				m.Dir = p.Dir
			}
		}
	default:
		for _, crate := range b.fetched.Crates {
			if crate.Name == l.Name && crate.Version == l.Version {
				m.URL = crate.URL
			}
		}
		if m.URL == "" && l.Source.IsCratesIO() {
			m.URL = cargo.CratesIODownload(l.Name, l.Version)
		}
	}
}

// needsOfLock takes the needs from Cargo.lock, which has no kinds.
func (b *sbomWriter) needsOfLock() {
	for i, k := range b.index {
		needs := b.c.Workspace.Lock.Packages[i].Dependencies
		if p := b.c.PackageOf[i]; p != nil {
			needs = nil
			for d, j := range b.c.Graph.Edges[p] {
				if p.Dependencies[d].Kind != cargo.Dev || b.c.HasDev(p) {
					needs = append(needs, j)
				}
			}
		}
		for _, j := range needs {
			for j >= 0 && b.c.IsReplaced(j) {
				j = b.c.Workspace.Lock.Packages[j].Replace
			}
			if to, ok := b.index[j]; ok && to != k {
				b.found[k].Dependencies = append(b.found[k].Dependencies, plan.Dependency{Component: to, Scope: plan.Linked})
			}
		}
	}
}

// needsOfUnits takes scopes and needs from the unit graph.
func (b *sbomWriter) needsOfUnits(g *answers.UnitGraph) error {
	of, err := lockedUnits(b.c, g)
	if err != nil {
		return err
	}
	for i, l := range of {
		of[i] = b.index[l]
	}
	for i := range g.Units {
		u, m := &g.Units[i], &b.found[of[i]]
		if u.Run {
			continue // what it needs are other runs and its own program
		}
		switch {
		case u.Is("custom-build"):
		case u.Host:
			m.Host = true
		default:
			m.Target = true
		}
		for _, j := range u.Needs {
			if v := &g.Units[j]; !v.Run && of[j] != of[i] {
				m.Dependencies = append(m.Dependencies, plan.Dependency{Component: of[j], Scope: scopeOf(u, v)})
			}
		}
	}
	return nil
}

// scopeOf says what one unit needs another for.
func scopeOf(u, v *answers.Unit) plan.Scope {
	switch {
	case v.Is("proc-macro"):
		return plan.Macro
	case u.Host || v.Host:
		return plan.BuildOnly
	}
	return plan.Linked
}

// sorted gives those components that are wanted, in the order of an SBOM, with
// each need once.
func (b *sbomWriter) sorted(want func(plan.Component) bool) []plan.Component {
	var order []int
	for i, m := range b.found {
		if want(m) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int {
		x, y := &b.found[i], &b.found[j]
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Version, y.Version),
			cmp.Compare(x.Source.Raw, y.Source.Raw), cmp.Compare(x.Dir, y.Dir))
	})
	place := map[int]int{}
	for to, from := range order {
		place[from] = to
	}
	out := make([]plan.Component, 0, len(order))
	for _, from := range order {
		m := b.found[from]
		var deps []plan.Dependency
		for _, n := range m.Dependencies {
			if to, ok := place[n.Component]; ok {
				deps = append(deps, plan.Dependency{Component: to, Scope: n.Scope})
			}
		}
		m.Dependencies = deps
		slices.SortFunc(m.Dependencies, func(x, y plan.Dependency) int {
			return cmp.Or(cmp.Compare(x.Component, y.Component), cmp.Compare(x.Scope, y.Scope))
		})
		m.Dependencies = slices.Compact(m.Dependencies)
		out = append(out, m)
	}
	return out
}

// metadataOf gives that of a locked external package, nil when cargo has not read
// it.
func metadataOf(list answers.Metadata, l cargo.LockedPackage) *answers.PackageMetadata {
	var out *answers.PackageMetadata
	for i := range list {
		m := &list[i]
		if m.Package.Name != l.Name || m.Package.Version != l.Version || !cargo.SameSource(m.Package.Source, l.Source.Name()) {
			continue
		}
		if out = m; m.Package.Source == l.Source.Name() {
			break // not the same repository by another reference
		}
	}
	return out
}

// licenseOf gives the licence of a package of the tree, which the skeleton's
// manifests do not have.
func licenseOf(p *cargo.Package) plan.License {
	table, _ := p.Resolved()["package"].(map[string]any)
	text, _ := table["license"].(string)
	file, _ := table["license-file"].(string)
	return plan.License{Text: text, File: file}
}

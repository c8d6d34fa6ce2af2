package plan

import (
	"cmp"
	"slices"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/settings"
)

// writeBill makes the list, from the unit graph when there is one and it
// belongs to Cargo.lock.
func (p draft) writeBill(c *closure, in Inputs, f *fetched) {
	if in.Units != nil {
		packages, err := p.compiled(c, in, f)
		if err == nil {
			p.Bill = &Bill{Packages: packages, Sides: true}
			return
		}
		p.Warnings = append(p.Warnings, NoSides(err))
	}
	b := newBiller(c, in, f, p.Bins)
	b.needsOfLock()
	p.Bill = &Bill{Packages: b.sorted(func(Material) bool { return true })}
}

// compiled lists what the unit graph has. It fails when that does not belong to
// Cargo.lock.
func (p draft) compiled(c *closure, in Inputs, f *fetched) ([]Material, error) {
	b := newBiller(c, in, f, p.Bins)
	if err := b.needsOfUnits(in.Units); err != nil {
		return nil, err
	}
	return b.sorted(func(m Material) bool { return m.Target || m.Host }), nil
}

// NoSides is the warning of a bill without sides.
func NoSides(why error) settings.Warning {
	return settings.Warning{Msg: "the SBOM lists all packages that Cargo.lock has for the binaries, and does not tell apart " +
		"those that only run while compiling: " + why.Error()}
}

func newBiller(c *closure, in Inputs, f *fetched, bins []Bin) *biller {
	b := &biller{closure: c, fetched: f, index: map[int]int{}}
	for _, i := range c.locked {
		if !c.replaced(i) {
			b.index[i] = len(b.found)
			b.found = append(b.found, Material{})
			b.describe(i, in, bins)
		}
	}
	return b
}

// biller makes a bill.
type biller struct {
	*closure
	*fetched
	// found are the materials, index maps locked packages to them.
	found []Material
	index map[int]int
}

// describe writes what is known of a locked package by itself.
func (b *biller) describe(i int, in Inputs, bins []Bin) {
	l, m := b.ws.Lock.Packages[i], &b.found[b.index[i]]
	m.Name, m.Version, m.Source, m.Checksum = l.Name, l.Version, l.Source, l.Checksum
	if known := metadataOf(in.Metadata, l); known != nil {
		m.License = known.License
	}
	switch p := b.of[i]; {
	case p != nil:
		m.Version, m.Dir, m.License = p.Version, p.Dir, licenseOf(p)
		for n, bin := range b.sel.Bins {
			if bin.Package == p {
				m.Bins = append(m.Bins, bins[n])
			}
		}
	case l.Source.Kind == cargo.GitSource:
		for _, p := range in.Git[repository(l.Source)] {
			if p.Name == l.Name && p.Version == l.Version {
				m.Dir = p.Dir
			}
		}
	default:
		for _, crate := range b.fetched.crates {
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
func (b *biller) needsOfLock() {
	for i, k := range b.index {
		needs := b.ws.Lock.Packages[i].Dependencies
		if p := b.of[i]; p != nil {
			needs = nil
			for d, j := range b.graph.Edges[p] {
				if p.Dependencies[d].Kind != cargo.Dev || b.devOf(p) {
					needs = append(needs, j)
				}
			}
		}
		for _, j := range needs {
			for j >= 0 && b.replaced(j) {
				j = b.ws.Lock.Packages[j].Replace
			}
			if to, ok := b.index[j]; ok && to != k {
				b.found[k].Needs = append(b.found[k].Needs, Need{to, Linked})
			}
		}
	}
}

// needsOfUnits takes sides and needs from the unit graph.
func (b *biller) needsOfUnits(g *UnitGraph) error {
	of, err := b.lockedUnits(g)
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
		case u.is("custom-build"):
		case u.Host:
			m.Host = true
		default:
			m.Target = true
		}
		for _, j := range u.Needs {
			if v := &g.Units[j]; !v.Run && of[j] != of[i] {
				m.Needs = append(m.Needs, Need{of[j], needKind(u, v)})
			}
		}
	}
	return nil
}

// needKind says what one unit needs another for.
func needKind(u, v *Unit) NeedKind {
	switch {
	case v.is("proc-macro"):
		return Macro
	case u.Host || v.Host:
		return BuildOnly
	}
	return Linked
}

// sorted gives those materials that are wanted, in the order of a bill, with
// each need once.
func (b *biller) sorted(want func(Material) bool) []Material {
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
	out := make([]Material, 0, len(order))
	for _, from := range order {
		m := b.found[from]
		var needs []Need
		for _, n := range m.Needs {
			if to, ok := place[n.Package]; ok {
				needs = append(needs, Need{to, n.Kind})
			}
		}
		m.Needs = needs
		slices.SortFunc(m.Needs, func(x, y Need) int {
			return cmp.Or(cmp.Compare(x.Package, y.Package), cmp.Compare(x.Kind, y.Kind))
		})
		m.Needs = slices.Compact(m.Needs)
		out = append(out, m)
	}
	return out
}

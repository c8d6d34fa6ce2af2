package plan

import (
	"cmp"
	"slices"

	"github.com/org/rust-frontend/cargo"
)

// fetched is what the closure takes from elsewhere.
type fetched struct {
	crates []Crate
	git    []Git
	// vendored is the project's own directory of vendored sources, or "".
	vendored string
	// apart maps a repository to the directory below VendorDir that is a
	// source of its own. See [closure.gitPackages].
	apart map[string]string
}

// fetch lists what the closure takes from elsewhere: registry packages with
// their checksum, git repositories with their packages.
func (c *closure) fetch(in Inputs) (*fetched, error) {
	f := &fetched{apart: map[string]string{}}
	var err error
	if f.vendored, err = c.vendored(); err != nil || f.vendored != "" {
		return f, err
	}
	if f.crates, err = c.crates(in); err != nil {
		return nil, err
	}
	if f.git, err = c.gitPackages(in, f); err != nil {
		return nil, err
	}
	return f, nil
}

// vendored gives the directory of the context that replaces the closure's
// sources. Either all of them are in one directory or none is.
// https://doc.rust-lang.org/cargo/commands/cargo-vendor.html
func (c *closure) vendored() (string, error) {
	dir, from, first := "", "", true
	for _, i := range c.locked {
		l := c.ws.Lock.Packages[i]
		if l.Source.Kind == cargo.PathSource {
			continue
		}
		r, replaced, err := c.replacement(l.Source)
		if err != nil {
			return "", err
		}
		switch here := r.Directory; {
		case replaced && r.LocalRegistry != "":
			return "", cargo.Errorf(r.Position, "the source %q is a local registry, which is not supported; use a directory as `cargo vendor` makes it", r.Name)
		case replaced && r.Git != "":
			return "", cargo.Errorf(r.Position, "the source %q puts a git repository in place of %s, which is not supported", r.Name, sourceTitle(l.Source))
		case !first && here != dir && here == "":
			return "", cargo.Errorf(l.Position, "%s is vendored in %s, but %s, from which %s comes, is not: run `cargo vendor` again", from, dir, sourceTitle(l.Source), l.Name)
		case !first && here != dir && dir == "":
			return "", cargo.Errorf(r.Position, "%s is vendored in %s, but %s is not: run `cargo vendor` again", sourceTitle(l.Source), here, from)
		case !first && here != dir:
			return "", cargo.Errorf(r.Position, "the vendored sources are in several directories (%s, %s): put them into one", dir, here)
		default:
			dir, from, first = here, sourceTitle(l.Source), false
		}
	}
	return dir, nil
}

// replacement follows source replacement for a source of Cargo.lock.
func (c *closure) replacement(src cargo.Source) (cargo.SourceConfig, bool, error) {
	if c.ws.Config == nil {
		return cargo.SourceConfig{}, false, nil
	}
	name := sourceName(src)
	if src.IsCratesIO() {
		name = "crates-io"
	}
	return c.ws.Config.Replacement(name)
}

// sourceTitle names a source in a sentence.
func sourceTitle(src cargo.Source) string {
	if src.IsCratesIO() {
		return "crates-io"
	}
	return src.URL
}

// index gives the index that a registry package is downloaded by, after source
// replacement, as Cargo.lock would write it, or "" for crates.io.
func (c *closure) index(src cargo.Source) (string, error) {
	r, replaced, err := c.replacement(src)
	if err != nil {
		return "", err
	}
	switch {
	case replaced && r.Registry != "" && r.Name != "crates-io":
		if kind, _, ok := cutKind(r.Registry); ok {
			return kind + "+" + r.Registry[len(kind)+1:], nil
		}
		return string(cargo.RegistrySource) + "+" + r.Registry, nil
	case src.IsCratesIO():
		return "", nil
	}
	return sourceName(src), nil
}

// cutKind splits "sparse+URL" and "registry+URL".
func cutKind(index string) (kind, url string, ok bool) {
	for _, k := range []cargo.SourceKind{cargo.SparseSource, cargo.RegistrySource} {
		prefix := string(k) + "+"
		if len(index) > len(prefix) && index[:len(prefix)] == prefix {
			return string(k), index[len(prefix):], true
		}
	}
	return "", index, false
}

// crates lists the registry packages by name and version.
func (c *closure) crates(in Inputs) ([]Crate, error) {
	var out []Crate
	byDir := map[string]cargo.LockedPackage{}
	for _, i := range c.locked {
		l := c.ws.Lock.Packages[i]
		if l.Source.Kind != cargo.RegistrySource && l.Source.Kind != cargo.SparseSource {
			continue
		}
		if c.replaced(i) && l.Checksum == "" {
			continue
		}
		if l.Checksum == "" {
			return nil, cargo.Errorf(l.Position, "%s %s has no checksum, so what is fetched could not be verified: run `cargo update -p %s --precise %s` with a current cargo",
				l.Name, l.Version, l.Name, l.Version)
		}
		crate := Crate{Name: l.Name, Version: l.Version, Checksum: l.Checksum, Dir: l.Name + "-" + l.Version, Line: l.Position.Line}
		if other, ok := byDir[crate.Dir]; ok {
			return nil, cargo.Errorf(l.Position, "%s %s comes from two registries, %s and %s, which is not supported yet",
				l.Name, l.Version, sourceTitle(other.Source), sourceTitle(l.Source))
		}
		byDir[crate.Dir] = l
		if !l.Source.IsCratesIO() {
			crate.Index = sourceName(l.Source)
		}
		index, err := c.index(l.Source)
		if err != nil {
			return nil, err
		}
		if index == "" {
			crate.URL = cargo.CratesIODownload(l.Name, l.Version)
		} else if template := in.Downloads[index]; template != "" {
			crate.URL = cargo.DownloadURL(template, l.Name, l.Version, l.Checksum)
		}
		out = append(out, crate)
	}
	slices.SortFunc(out, func(a, b Crate) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	return out, nil
}

// replaced says whether [replace] puts another package in the place of a
// locked one, which is then never compiled. Cargo looks it up all the same.
func (c *closure) replaced(i int) bool { return c.ws.Lock.Packages[i].Replace >= 0 }

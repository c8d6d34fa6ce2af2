package planner

import (
	"cmp"
	"slices"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
)

// fetch lists the external packages of the closure: registry packages with
// their checksum, git repositories with their packages.
func fetch(c *manifest.Closure, in Facts) (*manifest.Fetched, error) {
	f := &manifest.Fetched{Apart: map[string]string{}}
	var err error
	if f.Vendored, err = vendoredDir(c); err != nil || f.Vendored != "" {
		return f, err
	}
	if f.Crates, err = registryCrates(c, in); err != nil {
		return nil, err
	}
	if f.Git, err = gitPackages(c, in, f); err != nil {
		return nil, err
	}
	return f, nil
}

// vendoredDir gives the directory of the context that replaces the closure's
// sources. Either all of them are in one directory or none is.
// https://doc.rust-lang.org/cargo/commands/cargo-vendor.html
func vendoredDir(c *manifest.Closure) (string, error) {
	dir, from, first := "", "", true
	for _, i := range c.Locked {
		l := c.Workspace.Lock.Packages[i]
		if l.Source.Kind == cargo.PathSource {
			continue
		}
		r, replaced, err := replacementOf(c, l.Source)
		if err != nil {
			return "", err
		}
		switch here := r.Directory; {
		case replaced && r.LocalRegistry != "":
			return "", document.Errorf(r.Position, "the source %q is a local registry, which is not supported; use a directory as `cargo vendor` makes it", r.Name)
		case replaced && r.Git != "":
			return "", document.Errorf(r.Position, "the source %q puts a git repository in place of %s, which is not supported", r.Name, sourceTitle(l.Source))
		case !first && here != dir && here == "":
			return "", document.Errorf(l.Position, "%s is vendored in %s, but %s, from which %s comes, is not: run `cargo vendor` again", from, dir, sourceTitle(l.Source), l.Name)
		case !first && here != dir && dir == "":
			return "", document.Errorf(r.Position, "%s is vendored in %s, but %s is not: run `cargo vendor` again", sourceTitle(l.Source), here, from)
		case !first && here != dir:
			return "", document.Errorf(r.Position, "the vendored sources are in several directories (%s, %s): put them into one", dir, here)
		default:
			dir, from, first = here, sourceTitle(l.Source), false
		}
	}
	return dir, nil
}

// replacementOf follows source replacement for a source of Cargo.lock.
func replacementOf(c *manifest.Closure, src cargo.Source) (cargo.SourceConfig, bool, error) {
	if c.Workspace.Config == nil {
		return cargo.SourceConfig{}, false, nil
	}
	name := src.Name()
	if src.IsCratesIO() {
		name = "crates-io"
	}
	return c.Workspace.Config.Replacement(name)
}

// sourceTitle names a source in a sentence.
func sourceTitle(src cargo.Source) string {
	if src.IsCratesIO() {
		return "crates-io"
	}
	return src.URL
}

// registryIndex gives the index that a registry package is downloaded by, after source
// replacement, as Cargo.lock would write it, or "" for crates.io.
func registryIndex(c *manifest.Closure, src cargo.Source) (string, error) {
	r, replaced, err := replacementOf(c, src)
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
	return src.Name(), nil
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

// registryCrates lists the registry packages by name and version.
func registryCrates(c *manifest.Closure, in Facts) ([]plan.Crate, error) {
	var out []plan.Crate
	byDir := map[string]cargo.LockedPackage{}
	for _, i := range c.Locked {
		l := c.Workspace.Lock.Packages[i]
		if l.Source.Kind != cargo.RegistrySource && l.Source.Kind != cargo.SparseSource {
			continue
		}
		if c.IsReplaced(i) && l.Checksum == "" {
			continue
		}
		if l.Checksum == "" {
			return nil, document.Errorf(l.Position, "%s %s has no checksum, so what is fetched could not be verified: run `cargo update -p %s --precise %s` with a current cargo",
				l.Name, l.Version, l.Name, l.Version)
		}
		crate := plan.Crate{Name: l.Name, Version: l.Version, Checksum: l.Checksum, Dir: l.Name + "-" + l.Version, Line: l.Position.Line}
		if other, ok := byDir[crate.Dir]; ok {
			return nil, document.Errorf(l.Position, "%s %s comes from two registries, %s and %s, which is not supported yet",
				l.Name, l.Version, sourceTitle(other.Source), sourceTitle(l.Source))
		}
		byDir[crate.Dir] = l
		if !l.Source.IsCratesIO() {
			crate.Index = l.Source.Name()
		}
		index, err := registryIndex(c, l.Source)
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
	slices.SortFunc(out, func(a, b plan.Crate) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	return out, nil
}

package cargo

import (
	"strings"

	"github.com/org/rust-frontend/cargo/document"
)

// dependencyReader reads the dependency tables of a resolved document.
type dependencyReader struct {
	m *document.Document
	// root is where inherited entries are written, nil for none.
	root *document.Document
	doc  map[string]any
	// outside decides what a path out of the context is for a kind of
	// dependency: an error when true.
	outside func(DependencyKind) bool
}

// all reads every table: kinds in order, those for all targets first, each
// sorted by key.
func (r *dependencyReader) all() ([]Dependency, error) {
	var out []Dependency
	targets := document.Table(r.doc["target"])
	for _, t := range dependencyTables() {
		some, err := r.table(t, "", r.doc, t.name)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
		for _, cfg := range document.Keys(targets) {
			some, err := r.table(t, cfg, document.Table(targets[cfg]), "target", cfg, t.name)
			if err != nil {
				return nil, err
			}
			out = append(out, some...)
		}
	}
	return out, nil
}

func (r *dependencyReader) table(t dependencyTable, cfg string, in map[string]any, place ...string) ([]Dependency, error) {
	entries := document.Table(in[t.name])
	out := make([]Dependency, 0, len(entries))
	for _, key := range document.Keys(entries) {
		d, err := r.entry(key, entries[key], append(place[:len(place):len(place)], key))
		if err != nil {
			return nil, err
		}
		d.Kind, d.Target = t.kind, cfg
		if d.Optional && t.kind == Dev {
			return nil, document.Errorf(r.m.At(append(place, key)...), "the dev-dependency %q cannot be optional", key)
		}
		if p, ok := document.Table(entries[key])["path"].(string); ok {
			if err := r.path(&d, p, append(place[:len(place):len(place)], key)); err != nil {
				return nil, err
			}
		}
		out = append(out, d)
	}
	return out, nil
}

// path resolves a path dependency, an inherited one at the root's line.
func (r *dependencyReader) path(d *Dependency, p string, place []string) error {
	dir, ok := inContext(r.m.Dir, p)
	if ok {
		d.Path = dir
		return nil
	}
	if !r.outside(d.Kind) {
		return nil
	}
	at := r.m.At(append(place, "path")...)
	if entry := document.LookUp(r.m.Doc, place...); r.root != nil && document.Table(entry)["workspace"] != nil {
		at = r.root.At("workspace", "dependencies", d.Key, "path")
		p, _ = document.LookUp(r.root.Doc, "workspace", "dependencies", d.Key, "path").(string)
	}
	return document.Errorf(at, "the path dependency %q points outside the build context (%s); use a directory that holds both as context", d.Key, p)
}

// entry reads one dependency, without its kind and path.
// https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html
func (r *dependencyReader) entry(key string, value any, place []string) (Dependency, error) {
	d := Dependency{Key: key, Package: key, DefaultFeatures: true, Position: r.m.At(place...)}
	if version, ok := value.(string); ok {
		d.Requirement = version
		return d, nil
	}
	table, ok := value.(map[string]any)
	name := strings.Join(place, ".")
	if !ok {
		return d, document.WrongType(d.Position, name, `a version like "1.2" or a table like { version = "1.2" }`, value)
	}
	s := &document.Section{Document: r.m, Path: place, Table: table}
	d.Requirement = s.Str("version")
	d.Git, d.Branch, d.Tag, d.Rev = s.Str("git"), s.Str("branch"), s.Str("tag"), s.Str("rev")
	d.Registry, d.RegistryIndex = s.Str("registry"), s.Str("registry-index")
	d.Optional = document.IsTrue(s.Boolean("optional"))
	d.DefaultFeatures = !document.IsFalse(s.Boolean("default-features", "default_features"))
	d.Features = s.List("features")
	if renamed := s.Str("package"); renamed != "" {
		d.Package = renamed
	}
	p := s.Str("path")
	if base := s.Str("base"); base != "" {
		return d, document.Errorf(s.At("base"), "%s has a path base (%s), which is unstable in cargo and not supported; write the whole path", name, base)
	}
	if s.Err != nil {
		return d, s.Err
	}
	return d, checkDependency(&d, p, name)
}

// checkDependency refuses what cargo refuses as ambiguous.
func checkDependency(d *Dependency, p, name string) error {
	references := 0
	for _, r := range []string{d.Branch, d.Tag, d.Rev} {
		if r != "" {
			references++
		}
	}
	switch {
	case d.Requirement == "" && p == "" && d.Git == "":
		return document.Errorf(d.Position, "%s has no version, path, git or `workspace = true`: say where it comes from", name)
	case d.Git != "" && p != "":
		return document.Errorf(d.Position, "%s has both git and path; only one is allowed", name)
	case d.Git != "" && (d.Registry != "" || d.RegistryIndex != ""):
		return document.Errorf(d.Position, "%s has both git and a registry; only one is allowed", name)
	case d.Registry != "" && d.RegistryIndex != "":
		return document.Errorf(d.Position, "%s has both registry and registry-index; only one is allowed", name)
	case references > 1:
		return document.Errorf(d.Position, "%s has more than one of branch, tag and rev; only one is allowed", name)
	case references > 0 && d.Git == "":
		return document.Errorf(d.Position, "%s has a branch, tag or rev, but no git repository", name)
	}
	return validPackageName(d.Package, d.Position)
}

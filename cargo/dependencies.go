package cargo

import "strings"

// dependencyReader reads the dependency tables of a resolved document.
type dependencyReader struct {
	m *Manifest
	// root is where inherited entries are written, nil for none.
	root *Manifest
	doc  map[string]any
	// outside decides what a path out of the context is for a kind of
	// dependency: an error when true.
	outside func(DependencyKind) bool
}

// all reads every table: kinds in order, those for all targets first, each
// sorted by key.
func (r *dependencyReader) all() ([]Dependency, error) {
	var out []Dependency
	targets := asTable(r.doc["target"])
	for _, t := range dependencyTables() {
		some, err := r.table(t, "", r.doc, t.name)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
		for _, cfg := range sortedKeys(targets) {
			some, err := r.table(t, cfg, asTable(targets[cfg]), "target", cfg, t.name)
			if err != nil {
				return nil, err
			}
			out = append(out, some...)
		}
	}
	return out, nil
}

func (r *dependencyReader) table(t dependencyTable, cfg string, in map[string]any, place ...string) ([]Dependency, error) {
	entries := asTable(in[t.name])
	out := make([]Dependency, 0, len(entries))
	for _, key := range sortedKeys(entries) {
		d, err := r.entry(key, entries[key], append(place[:len(place):len(place)], key))
		if err != nil {
			return nil, err
		}
		d.Kind, d.Target = t.kind, cfg
		if d.Optional && t.kind == Dev {
			return nil, Errorf(r.m.At(append(place, key)...), "the dev-dependency %q cannot be optional", key)
		}
		if p, ok := asTable(entries[key])["path"].(string); ok {
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
	if entry := lookUp(r.m.Doc, place...); r.root != nil && asTable(entry)["workspace"] != nil {
		at = r.root.At("workspace", "dependencies", d.Key, "path")
		p, _ = lookUp(r.root.Doc, "workspace", "dependencies", d.Key, "path").(string)
	}
	return Errorf(at, "the path dependency %q points outside the build context (%s); use a directory that holds both as context", d.Key, p)
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
		return d, wrongType(d.Position, name, `a version like "1.2" or a table like { version = "1.2" }`, value)
	}
	s := &section{m: r.m, path: place, table: table}
	d.Requirement = s.str("version")
	d.Git, d.Branch, d.Tag, d.Rev = s.str("git"), s.str("branch"), s.str("tag"), s.str("rev")
	d.Registry, d.RegistryIndex = s.str("registry"), s.str("registry-index")
	d.Optional = isTrue(s.boolean("optional"))
	d.DefaultFeatures = !isFalse(s.boolean("default-features", "default_features"))
	d.Features = s.list("features")
	if renamed := s.str("package"); renamed != "" {
		d.Package = renamed
	}
	p := s.str("path")
	if base := s.str("base"); base != "" {
		return d, Errorf(s.at("base"), "%s has a path base (%s), which is unstable in cargo and not supported; write the whole path", name, base)
	}
	if s.err != nil {
		return d, s.err
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
		return Errorf(d.Position, "%s has no version, path, git or `workspace = true`: say where it comes from", name)
	case d.Git != "" && p != "":
		return Errorf(d.Position, "%s has both git and path; only one is allowed", name)
	case d.Git != "" && (d.Registry != "" || d.RegistryIndex != ""):
		return Errorf(d.Position, "%s has both git and a registry; only one is allowed", name)
	case d.Registry != "" && d.RegistryIndex != "":
		return Errorf(d.Position, "%s has both registry and registry-index; only one is allowed", name)
	case references > 1:
		return Errorf(d.Position, "%s has more than one of branch, tag and rev; only one is allowed", name)
	case references > 0 && d.Git == "":
		return Errorf(d.Position, "%s has a branch, tag or rev, but no git repository", name)
	}
	return validPackageName(d.Package, d.Position)
}

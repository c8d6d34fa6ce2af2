package cargo

import (
	"strconv"
	"strings"
	"unicode"

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

// readFeatures reads and checks [features].
// https://doc.rust-lang.org/cargo/reference/features.html
func readFeatures(m *document.Document, deps []Dependency) (map[string][]string, error) {
	table, err := m.Table("features")
	if err != nil {
		return nil, err
	}
	s := &document.Section{Document: m, Path: []string{"features"}, Table: table}
	features := make(map[string][]string, len(table))
	for _, name := range document.Keys(table) {
		if !validFeatureName(name) {
			return nil, document.Errorf(m.At("features", name), "%q is not a valid feature name: it starts with a letter, digit or _, and goes on with these, -, + or .", name)
		}
		features[name] = s.List(name)
	}
	if s.Err != nil {
		return nil, s.Err
	}
	c := newFeatureCheck(m, deps, features)
	for _, name := range document.Keys(features) {
		for i, value := range features[name] {
			if problem := c.problem(value); problem != "" {
				return nil, document.Errorf(m.At("features", name, strconv.Itoa(i)), "the feature %q includes %q, %s", name, value, problem)
			}
		}
	}
	return features, c.unused(deps)
}

func validFeatureName(name string) bool {
	for i, r := range name {
		word := r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
		if !word && (i == 0 || !strings.ContainsRune("-+.", r)) {
			return false
		}
	}
	return name != ""
}

// featureCheck knows what the values of features may refer to.
type featureCheck struct {
	m        *document.Document
	features map[string][]string
	// optional tells of each dependency whether one of its entries is
	// optional.
	optional map[string]bool
	// explicit dependencies are named with "dep:" somewhere, and so have no
	// implicit feature.
	explicit map[string]bool
	// used dependencies are named in any way that enables them.
	used map[string]bool
}

func newFeatureCheck(m *document.Document, deps []Dependency, features map[string][]string) *featureCheck {
	c := &featureCheck{m, features, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for _, d := range deps {
		c.optional[d.Key] = c.optional[d.Key] || d.Optional
	}
	for _, values := range features {
		for _, v := range values {
			if dep, ok := strings.CutPrefix(v, "dep:"); ok {
				c.explicit[dep], c.used[dep] = true, true
			} else if dep, _, ok := strings.Cut(v, "/"); ok {
				c.used[strings.TrimSuffix(dep, "?")] = true
			}
		}
	}
	return c
}

// problem gives the rest of a sentence about a feature's value, or "".
func (c *featureCheck) problem(value string) string {
	if dep, feature, ok := strings.Cut(value, "/"); ok {
		return c.dependencyFeature(dep, feature)
	}
	if dep, ok := strings.CutPrefix(value, "dep:"); ok {
		optional, known := c.optional[dep]
		switch {
		case !known:
			return "but " + strconv.Quote(dep) + " is no dependency; there " + haveNames(document.Keys(c.optional))
		case !optional:
			return "but that dependency is not optional"
		}
		return ""
	}
	if _, ok := c.features[value]; ok {
		return ""
	}
	optional, known := c.optional[value]
	switch {
	case !known:
		return "which is neither a dependency nor another feature"
	case !optional:
		return "which is a dependency that is not optional"
	case c.explicit[value]:
		return "which is an optional dependency without a feature of its name; use \"dep:" + value + "\""
	}
	return ""
}

// dependencyFeature checks "dep/feature" and "dep?/feature".
func (c *featureCheck) dependencyFeature(dep, feature string) string {
	name, weak := strings.CutSuffix(dep, "?")
	optional, known := c.optional[name]
	switch {
	case strings.Contains(feature, "/"):
		return "which has more than one slash"
	case strings.HasPrefix(dep, "dep:"):
		return "which has both \"dep:\" and a slash; remove \"dep:\""
	case !known:
		return "but " + strconv.Quote(name) + " is no dependency; there " + haveNames(document.Keys(c.optional))
	case weak && !optional:
		return "but that dependency is not optional, so remove the question mark"
	}
	return ""
}

// unused finds an optional dependency that no feature can enable, because a
// feature of its name does not.
func (c *featureCheck) unused(deps []Dependency) error {
	for _, d := range deps {
		if _, declared := c.features[d.Key]; d.Optional && declared && !c.used[d.Key] {
			return document.Errorf(d.Position, "the optional dependency %q is not included in any feature; add \"dep:%s\" to one", d.Key, d.Key)
		}
	}
	return nil
}

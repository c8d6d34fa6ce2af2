package cargo

import (
	"path"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
)

// inheritable lists the keys of [package] that may be inherited.
// https://doc.rust-lang.org/cargo/reference/workspaces.html#the-package-table
func inheritable() []string {
	return []string{
		"authors", "categories", "description", "documentation", "edition",
		"exclude", "homepage", "include", "keywords", "license",
		"license-file", "publish", "readme", "repository", "rust-version",
		"version",
	}
}

// dependencyTable is one of the tables that hold dependencies.
type dependencyTable struct {
	name string
	kind DependencyKind
}

func dependencyTables() []dependencyTable {
	return []dependencyTable{
		{"dependencies", Normal},
		{"build-dependencies", Build},
		{"dev-dependencies", Dev},
	}
}

// inheritance resolves the `workspace = true` entries of one manifest.
type inheritance struct {
	m *document.Document
	// root is the manifest that entries refer to, nil for none.
	root *document.Document
	doc  map[string]any
	warn func(*document.Error)
}

// resolve gives a copy of the manifest's document without inheritance.
// https://doc.rust-lang.org/cargo/reference/workspaces.html
func (in *inheritance) resolve() (map[string]any, error) {
	in.doc = document.DeepCopy(in.m.Doc).(map[string]any)
	if err := in.packageKeys(); err != nil {
		return nil, err
	}
	if err := in.dependencies(in.doc); err != nil {
		return nil, err
	}
	targets, err := in.m.Table("target")
	if err != nil {
		return nil, err
	}
	for _, cfg := range document.Keys(targets) {
		if _, err := in.m.Table("target", cfg); err != nil {
			return nil, err
		}
		if err := in.dependencies(document.Table(document.Table(in.doc["target"])[cfg]), "target", cfg); err != nil {
			return nil, err
		}
	}
	if err := in.lints(); err != nil {
		return nil, err
	}
	if _, ok := document.Table(in.doc["badges"])["workspace"]; ok {
		delete(in.doc, "badges") // they say nothing to a build
	}
	return in.doc, nil
}

// inherits says whether a value has a `workspace` key, which must be true.
func (in *inheritance) inherits(v any, key ...string) (bool, error) {
	workspace, ok := document.Table(v)["workspace"]
	if !ok {
		return false, nil
	}
	name := strings.Join(key, ".")
	if workspace != true {
		return false, document.Errorf(in.m.At(append(key, "workspace")...), "%s.workspace must be true, or not be there", name)
	}
	if in.root == nil {
		return false, document.Errorf(in.m.At(key...),
			"%s is inherited, but no [workspace] that %s belongs to is in the build context; use the workspace root's directory as context", name, in.m.File)
	}
	return true, nil
}

// packageKeys resolves [package].
func (in *inheritance) packageKeys() error {
	if _, err := in.m.Table("package"); err != nil {
		return err
	}
	pkg := document.Table(in.doc["package"])
	for _, key := range inheritable() {
		ok, err := in.inherits(pkg[key], "package", key)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		defaults, err := in.root.Table("workspace", "package")
		if err != nil {
			return err
		}
		value, ok := defaults[key]
		if !ok {
			return document.Errorf(in.m.At("package", key),
				"package.%s is inherited, but [workspace.package] of %s has no %s", key, in.root.File, key)
		}
		if file, ok := value.(string); ok && (key == "readme" || key == "license-file") {
			value = in.move(file)
		}
		pkg[key] = document.DeepCopy(value)
	}
	delete(pkg, "workspace")
	return nil
}

// move rewrites a path of the workspace root for the package's directory.
func (in *inheritance) move(p string) string {
	if path.IsAbs(p) {
		return p
	}
	return Relative(in.m.Dir, path.Join(in.root.Dir, p))
}

// dependencies resolves the dependency tables of a document or of one
// [target] table.
func (in *inheritance) dependencies(table map[string]any, above ...string) error {
	for _, kind := range dependencyTables() {
		at := slices.Concat(above, []string{kind.name})
		if _, err := in.m.Table(at...); err != nil {
			return err
		}
		entries := document.Table(table[kind.name])
		for _, key := range document.Keys(entries) {
			place := slices.Concat(at, []string{key})
			ok, err := in.inherits(entries[key], place...)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			if entries[key], err = in.dependency(key, document.Table(entries[key]), place); err != nil {
				return err
			}
		}
	}
	return nil
}

// dependency merges an inherited dependency with what the package adds.
// https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html#inheriting-a-dependency-from-a-workspace
func (in *inheritance) dependency(key string, own map[string]any, place []string) (map[string]any, error) {
	out, err := in.workspaceDependency(key, place)
	if err != nil {
		return nil, err
	}
	for _, k := range document.Keys(own) {
		switch k {
		case "workspace", "features", "default-features", "default_features":
		case "optional", "public":
			out[k] = own[k]
		default:
			in.warn(document.Errorf(in.m.At(append(place, k)...), "%s has no effect beside `workspace = true`", k))
		}
	}
	if features, ok := own["features"]; ok {
		more, isArray := features.([]any)
		if !isArray {
			return nil, document.WrongType(in.m.At(append(place, "features")...), strings.Join(place, ".")+".features", "an array of strings", features)
		}
		out["features"] = append(slices.Clip(document.List(out["features"])), more...)
	}
	return out, in.defaultFeatures(key, own, out, place)
}

// workspaceDependency gives a copy of an entry of [workspace.dependencies] as
// a table, its path rewritten.
func (in *inheritance) workspaceDependency(key string, place []string) (map[string]any, error) {
	known, err := in.root.Table("workspace", "dependencies")
	if err != nil {
		return nil, err
	}
	entry, ok := known[key]
	at := in.root.At("workspace", "dependencies", key)
	if !ok {
		return nil, document.Errorf(in.m.At(place...), "the dependency %q is inherited, but [workspace.dependencies] of %s does not have it; there %s",
			key, in.root.File, haveNames(document.Keys(known)))
	}
	if version, ok := entry.(string); ok {
		return map[string]any{"version": version}, nil
	}
	table, ok := entry.(map[string]any)
	if !ok {
		return nil, document.WrongType(at, "workspace.dependencies."+key, "a version or a table", entry)
	}
	out := document.DeepCopy(table).(map[string]any)
	if _, ok := out["optional"]; ok {
		return nil, document.Errorf(at, "the dependency %q of [workspace.dependencies] cannot be optional; say so where it is inherited", key)
	}
	if features, ok := out["features"]; ok && document.List(features) == nil {
		return nil, document.WrongType(in.root.At("workspace", "dependencies", key, "features"), "workspace.dependencies."+key+".features", "an array of strings", features)
	}
	if p, ok := out["path"].(string); ok {
		out["path"] = in.move(p)
	}
	if old, ok := out["default_features"]; ok {
		if _, both := out["default-features"]; !both {
			out["default-features"] = old
		}
		delete(out, "default_features")
	}
	return out, nil
}

// defaultFeatures merges the two settings: a package can switch the default
// features on that the workspace switched off, but not the reverse.
func (in *inheritance) defaultFeatures(key string, own, out map[string]any, place []string) error {
	value, ok := own["default-features"]
	if !ok {
		value, ok = own["default_features"]
	}
	if !ok {
		return nil
	}
	at := in.m.At(append(place, "default-features")...)
	wanted, isBool := value.(bool)
	if !isBool {
		return document.WrongType(at, strings.Join(place, ".")+".default-features", "true or false", value)
	}
	switch {
	case wanted:
		if out["default-features"] == false {
			out["default-features"] = true
		}
	case out["default-features"] == false:
	case in.edition() == "2024":
		return document.Errorf(at, "the dependency %q cannot switch off the default features that [workspace.dependencies] of %s has on; set default-features = false there",
			key, in.root.File)
	default:
		in.warn(document.Errorf(at, "default-features = false has no effect for %q, since [workspace.dependencies] of %s has the default features on", key, in.root.File))
	}
	return nil
}

func (in *inheritance) edition() string {
	edition, _ := document.Table(in.doc["package"])["edition"].(string)
	return edition
}

// lints resolves [lints].
// https://doc.rust-lang.org/cargo/reference/workspaces.html#the-lints-table
func (in *inheritance) lints() error {
	own, err := in.m.Table("lints")
	if err != nil {
		return err
	}
	ok, err := in.inherits(own, "lints")
	if err != nil || !ok {
		return err
	}
	if len(own) > 1 {
		return document.Errorf(in.m.At("lints"), "[lints] cannot both be inherited and have own entries; remove `workspace = true` or the others")
	}
	lints, err := in.root.Table("workspace", "lints")
	if err != nil {
		return err
	}
	if lints == nil {
		return document.Errorf(in.m.At("lints"), "lints is inherited, but %s has no [workspace.lints]", in.root.File)
	}
	in.doc["lints"] = document.DeepCopy(lints)
	return nil
}

// haveNames ends a sentence with the names that there are.
func haveNames(names []string) string {
	const most = 20
	switch {
	case len(names) == 0:
		return "are none"
	case len(names) > most:
		return "are: " + strings.Join(names[:most], ", ") + ", ..."
	}
	return "are: " + strings.Join(names, ", ")
}

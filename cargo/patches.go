package cargo

import (
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
)

// readPatches reads [patch] and [replace] of the root manifest and [patch] of
// the configuration, which wins for the same name. They are sorted by source
// and name, [replace] last.
// https://doc.rust-lang.org/cargo/reference/overriding-dependencies.html
func readPatches(m *document.Document, config *Config) ([]Patch, error) {
	var out []Patch
	if config != nil {
		file := ".cargo/config.toml"
		if len(config.Files) > 0 {
			file = config.Files[0]
		}
		// Paths of the configuration are relative to the directory of .cargo.
		asManifest := &document.Document{File: file, Dir: ".", Doc: map[string]any{"patch": config.Doc["patch"]}}
		if config.Doc["patch"] == nil {
			delete(asManifest.Doc, "patch")
		}
		patches, err := readPatchTables(asManifest)
		if err != nil {
			return nil, err
		}
		out = patches
	}
	patches, err := readPatchTables(m)
	if err != nil {
		return nil, err
	}
	for _, p := range patches {
		same := func(q Patch) bool { return q.Source == p.Source && q.Key == p.Key }
		if !slices.ContainsFunc(out, same) {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b Patch) int {
		if c := strings.Compare(a.Source, b.Source); c != 0 {
			return c
		}
		return strings.Compare(a.Key, b.Key)
	})
	replaced, err := readReplace(m)
	return append(out, replaced...), err
}

// readPatchTables reads the [patch.SOURCE] tables of a document.
func readPatchTables(m *document.Document) ([]Patch, error) {
	sources, err := m.Table("patch")
	if err != nil {
		return nil, err
	}
	var out []Patch
	for _, source := range document.Keys(sources) {
		entries, err := m.Table("patch", source)
		if err != nil {
			return nil, err
		}
		for _, key := range document.Keys(entries) {
			d, err := readPatch(m, key, entries[key], "patch", source, key)
			if err != nil {
				return nil, err
			}
			out = append(out, Patch{Source: source, Dependency: d})
		}
	}
	return out, nil
}

func readPatch(m *document.Document, key string, value any, place ...string) (Dependency, error) {
	r := &dependencyReader{m: m, outside: func(DependencyKind) bool { return true }}
	d, err := r.entry(key, value, place)
	if err != nil {
		return d, err
	}
	d.Kind = Normal
	if p, ok := document.Table(value)["path"].(string); ok {
		err = r.path(&d, p, place)
	}
	return d, err
}

// readReplace reads [replace], whose keys are package ids: NAME:VERSION, with
// the URL of the source and a # before it or not.
// https://doc.rust-lang.org/cargo/reference/overriding-dependencies.html#the-replace-section
func readReplace(m *document.Document) ([]Patch, error) {
	entries, err := m.Table("replace")
	if err != nil {
		return nil, err
	}
	var out []Patch
	for _, id := range document.Keys(entries) {
		at := m.At("replace", id)
		name := id[strings.LastIndexByte(id, '#')+1:]
		i := strings.IndexAny(name, ":@")
		if i <= 0 || i == len(name)-1 {
			return nil, document.Errorf(at, "the key %q of [replace] must name a package and its version, as in \"foo:1.2.3\"", id)
		}
		d, err := readPatch(m, name[:i], entries[id], "replace", id)
		if err != nil {
			return nil, err
		}
		if d.Path == "" && d.Git == "" {
			return nil, document.Errorf(at, "the replacement of %q must have a path or a git repository", id)
		}
		out = append(out, Patch{Dependency: d, Replace: id})
	}
	return out, nil
}

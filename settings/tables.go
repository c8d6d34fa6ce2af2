package settings

import (
	"maps"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
)

// table reads a table of a file, the whole file for an empty path; no entries
// when it is not there.
func (l *loader) table(m *document.Document, path []string) (layer, error) {
	var value any = m.Doc
	for i, name := range path {
		table, ok := value.(map[string]any)
		if !ok {
			return nil, document.Errorf(m.At(path[:i]...), "%s must be a table, not %s", strings.Join(path[:i], "."), document.TypeName(value))
		}
		if other := alike(table, name); other != "" && i == len(path)-1 {
			at := slices.Concat(path[:i], []string{other})
			return nil, document.Errorf(m.At(at...), "[%s] is not read: the table is called %s", strings.Join(at, "."), name)
		}
		if value, ok = table[name]; !ok {
			return nil, nil
		}
	}
	table, ok := value.(map[string]any)
	if !ok {
		return nil, document.Errorf(m.At(path...), "%s must be a table of settings, not %s", strings.Join(path, "."), document.TypeName(value))
	}
	return l.walk(table, spot{manifest: m, path: path})
}

// alike gives a key that is another name but for its case, hyphens and underscores, or "".
func alike(table map[string]any, name string) string {
	plain := func(s string) string { return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(s)) }
	for _, key := range slices.Sorted(maps.Keys(table)) {
		if key != name && plain(key) == plain(name) {
			return key
		}
	}
	return ""
}

// walk makes an entry of each key; a table that is no setting holds settings.
func (l *loader) walk(table map[string]any, above spot) (layer, error) {
	var out layer
	for _, name := range slices.Sorted(maps.Keys(table)) {
		at := above.child(name)
		if k := findKey(l.keys, at.name); k != nil {
			out = append(out, entry{at, k, table[name]})
			continue
		}
		if !l.group(at.name) {
			return nil, document.Errorf(at.at(), "unknown setting %q; %s", at.name, Suggest(at.name, l.siblings(above.name)))
		}
		inner, ok := table[name].(map[string]any)
		if !ok {
			return nil, at.wrongType("a table", table[name])
		}
		more, err := l.walk(inner, at)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// group tells whether keys begin with this name.
func (l *loader) group(name string) bool {
	return slices.ContainsFunc(l.keys, func(k key) bool { return strings.HasPrefix(k.name, name+".") })
}

// siblings lists what can stand in a table, with the table's name in front.
func (l *loader) siblings(group string) []string {
	var out []string
	for _, k := range l.keys {
		rest := k.name
		if group != "" {
			var ok bool
			if rest, ok = strings.CutPrefix(k.name, group+"."); !ok {
				continue
			}
		}
		first, _, _ := strings.Cut(rest, ".")
		name := first
		if group != "" {
			name = group + "." + first
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

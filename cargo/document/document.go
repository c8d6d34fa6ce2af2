package document

import (
	"path"
	"strings"
)

// Document is a TOML file of the project, such as Cargo.toml, and where each key stands.
type Document struct {
	// File is the manifest's path in the context, Dir its directory.
	File string
	Dir  string
	// Raw is the file's text, Doc the decoded document.
	Raw []byte
	Doc map[string]any
	// lines maps the dotted path of each key and table to its position.
	Lines map[string]Position
}

// Parse decodes a TOML file of the project and keeps the positions of
// its keys. It checks the syntax alone: an [*Error] tells the line of what is
// not TOML or not UTF-8.
func Parse(file string, data []byte) (*Document, error) {
	doc, lines, err := DecodeTOML(file, data)
	if err != nil {
		return nil, err
	}
	return &Document{File: file, Dir: path.Dir(file), Raw: data, Doc: doc, Lines: lines}, nil
}

// At gives the position of a key ("package", "name"), or of the nearest table
// above it, or of the file. The elements of arrays have their index as key.
func (m *Document) At(path ...string) Position {
	for n := len(path); n > 0; n-- {
		if p, ok := m.Lines[joinKey(path[:n])]; ok {
			return p
		}
	}
	return Position{File: m.File}
}

// joinKey makes one map key of a path. A NUL can stand in a TOML key only as
// an escape, and then nothing but a position is wrong.
func joinKey(path []string) string { return strings.Join(path, "\x00") }

// renamed lists the tables that were called otherwise before.
func renamed() [][2]string {
	return [][2]string{
		{"project", "package"},
		{"dev_dependencies", "dev-dependencies"},
		{"build_dependencies", "build-dependencies"},
	}
}

// Modernise gives the tables their present names; the present name wins when
// both are there, as with cargo.
func (m *Document) Modernise() {
	m.rename(m.Doc)
	for cfg, table := range Table(m.Doc["target"]) {
		if table, ok := table.(map[string]any); ok {
			m.rename(table, "target", cfg)
		}
	}
}

func (m *Document) rename(table map[string]any, above ...string) {
	for _, r := range renamed() {
		old, present := r[0], r[1]
		value, ok := table[old]
		if !ok || len(above) > 0 && old == "project" {
			continue
		}
		delete(table, old)
		if _, both := table[present]; both {
			continue
		}
		table[present] = value
		from := joinKey(append(above[:len(above):len(above)], old))
		to := joinKey(append(above[:len(above):len(above)], present))
		moved := map[string]Position{}
		for key, at := range m.Lines {
			if rest, ok := strings.CutPrefix(key, from); ok && (rest == "" || rest[0] == 0) {
				moved[to+rest] = at
			}
		}
		for key, at := range moved {
			m.Lines[key] = at
		}
	}
}

// Table gives a table of the document, nil when it is not there, and an error
// when there is something else in its place.
func (m *Document) Table(key ...string) (map[string]any, error) {
	var value any = m.Doc
	for i, k := range key {
		table, ok := value.(map[string]any)
		if !ok {
			return nil, WrongType(m.At(key[:i]...), strings.Join(key[:i], "."), "a table", value)
		}
		if value, ok = table[k]; !ok {
			return nil, nil
		}
	}
	table, ok := value.(map[string]any)
	if !ok {
		return nil, WrongType(m.At(key...), strings.Join(key, "."), "a table", value)
	}
	return table, nil
}

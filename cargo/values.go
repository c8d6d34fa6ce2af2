package cargo

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// asTable gives a value as a table, nil for anything else.
func asTable(v any) map[string]any {
	t, _ := v.(map[string]any)
	return t
}

// lookUp gives the value at a path of tables, nil when there is none.
func lookUp(v any, key ...string) any {
	for _, k := range key {
		v = asTable(v)[k]
	}
	return v
}

// sortedKeys gives a table's keys in order.
func sortedKeys[V any](table map[string]V) []string {
	return slices.Sorted(maps.Keys(table))
}

// deepCopy copies tables and arrays; other values cannot be changed.
func deepCopy(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[key] = deepCopy(value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, value := range v {
			out[i] = deepCopy(value)
		}
		return out
	}
	return v
}

// wrongType is the error of a value that has not the type that it must have.
func wrongType(at Position, name, want string, got any) *Error {
	return Errorf(at, "%s must be %s, not %s", name, want, TypeName(got))
}

// TypeName names the type of a value of a document in TOML's terms.
func TypeName(v any) string {
	switch v.(type) {
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case int64:
		return "an integer"
	case float64:
		return "a float"
	case []any:
		return "an array"
	case map[string]any:
		return "a table"
	case time.Time, toml.LocalDate, toml.LocalTime, toml.LocalDateTime:
		return "a date"
	}
	return "another value"
}

// section reads the typed values of one table and keeps the first error, so
// that a reader is a plain list of keys.
type section struct {
	m     *Manifest
	path  []string // of the table in m
	table map[string]any
	err   error
}

// at gives the position of a key of the table.
func (s *section) at(key ...string) Position {
	return s.m.At(append(s.path[:len(s.path):len(s.path)], key...)...)
}

// name gives a key as a person writes it.
func (s *section) name(key string) string {
	return strings.Join(append(s.path[:len(s.path):len(s.path)], key), ".")
}

// value looks a key up; names are the same key, the present name first.
func (s *section) value(names []string) (string, any) {
	for _, name := range names {
		if v, ok := s.table[name]; ok {
			return name, v
		}
	}
	return names[0], nil
}

func (s *section) fail(err *Error) {
	if s.err == nil {
		s.err = err
	}
}

// str reads a string, "" when the key is not there.
func (s *section) str(names ...string) string {
	key, v := s.value(names)
	text, ok := v.(string)
	if !ok && v != nil {
		s.fail(wrongType(s.at(key), s.name(key), "a string", v))
	}
	return text
}

// boolean reads a boolean, nil when the key is not there.
func (s *section) boolean(names ...string) *bool {
	key, v := s.value(names)
	if v == nil {
		return nil
	}
	b, ok := v.(bool)
	if !ok {
		s.fail(wrongType(s.at(key), s.name(key), "true or false", v))
	}
	return &b
}

// list reads an array of strings, nil when the key is not there.
func (s *section) list(names ...string) []string {
	key, v := s.value(names)
	if v == nil {
		return nil
	}
	array, ok := v.([]any)
	if !ok {
		s.fail(wrongType(s.at(key), s.name(key), "an array of strings", v))
	}
	out := make([]string, 0, len(array))
	for i, element := range array {
		text, ok := element.(string)
		if !ok {
			s.fail(wrongType(s.at(key, strconv.Itoa(i)), s.name(key), "an array of strings", element))
			return out
		}
		out = append(out, text)
	}
	return out
}

// isTrue says whether a boolean is there and set.
func isTrue(b *bool) bool { return b != nil && *b }

// isFalse says whether a boolean is there and not set.
func isFalse(b *bool) bool { return b != nil && !*b }

// List gives an array of any element type, nil for anything else.
func List(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case []map[string]any:
		out := make([]any, len(v))
		for i, m := range v {
			out[i] = m
		}
		return out
	case []string:
		out := make([]any, len(v))
		for i, s := range v {
			out[i] = s
		}
		return out
	}
	return nil
}

// Text gives a text, "" for anything else.
func Text(v any) string {
	s, _ := v.(string)
	return s
}

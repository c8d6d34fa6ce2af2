package document

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Table gives a value as a table, nil for anything else.
func Table(v any) map[string]any {
	t, _ := v.(map[string]any)
	return t
}

// LookUp gives the value at a path of tables, nil when there is none.
func LookUp(v any, key ...string) any {
	for _, k := range key {
		v = Table(v)[k]
	}
	return v
}

// Keys gives a table's keys in order.
func Keys[V any](table map[string]V) []string {
	return slices.Sorted(maps.Keys(table))
}

// DeepCopy copies tables and arrays; other values cannot be changed.
func DeepCopy(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[key] = DeepCopy(value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, value := range v {
			out[i] = DeepCopy(value)
		}
		return out
	}
	return v
}

// WrongType is the error of a value that has not the type that it must have.
func WrongType(at Position, name, want string, got any) *Error {
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

// Section reads the typed values of one table and keeps the first error, so
// that a reader is a plain list of keys.
type Section struct {
	Document *Document
	Path     []string // of the table in m
	Table    map[string]any
	Err      error
}

// At gives the position of a key of the table.
func (s *Section) At(key ...string) Position {
	return s.Document.At(append(s.Path[:len(s.Path):len(s.Path)], key...)...)
}

// name gives a key as a person writes it.
func (s *Section) name(key string) string {
	return strings.Join(append(s.Path[:len(s.Path):len(s.Path)], key), ".")
}

// value looks a key up; names are the same key, the present name first.
func (s *Section) value(names []string) (string, any) {
	for _, name := range names {
		if v, ok := s.Table[name]; ok {
			return name, v
		}
	}
	return names[0], nil
}

func (s *Section) fail(err *Error) {
	if s.Err == nil {
		s.Err = err
	}
}

// Str reads a string, "" when the key is not there.
func (s *Section) Str(names ...string) string {
	key, v := s.value(names)
	text, ok := v.(string)
	if !ok && v != nil {
		s.fail(WrongType(s.At(key), s.name(key), "a string", v))
	}
	return text
}

// Boolean reads a boolean, nil when the key is not there.
func (s *Section) Boolean(names ...string) *bool {
	key, v := s.value(names)
	if v == nil {
		return nil
	}
	b, ok := v.(bool)
	if !ok {
		s.fail(WrongType(s.At(key), s.name(key), "true or false", v))
	}
	return &b
}

// List reads an array of strings, nil when the key is not there.
func (s *Section) List(names ...string) []string {
	key, v := s.value(names)
	if v == nil {
		return nil
	}
	array, ok := v.([]any)
	if !ok {
		s.fail(WrongType(s.At(key), s.name(key), "an array of strings", v))
	}
	out := make([]string, 0, len(array))
	for i, element := range array {
		text, ok := element.(string)
		if !ok {
			s.fail(WrongType(s.At(key, strconv.Itoa(i)), s.name(key), "an array of strings", element))
			return out
		}
		out = append(out, text)
	}
	return out
}

// IsTrue says whether a boolean is there and set.
func IsTrue(b *bool) bool { return b != nil && *b }

// IsFalse says whether a boolean is there and not set.
func IsFalse(b *bool) bool { return b != nil && !*b }

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

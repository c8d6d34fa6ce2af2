package settings

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/org/rust-frontend/cargo/document"
)

// spot is where a value was written.
type spot struct {
	manifest *document.Document
	path     []string // of the value in manifest
	name     string   // the setting's dotted name, for messages
	origin   string   // "build argument" or the like, "" for a file
	single   string   // the name of the only entry that is set of a table
}

// child is the spot of a key in a table.
func (p spot) child(name string) spot {
	c := p
	c.path = slices.Concat(p.path, []string{name})
	c.name = name
	if p.name != "" {
		c.name = p.name + "." + name
	}
	return c
}

// element is the spot of an element of a list, which goes by the list's name.
func (p spot) element(i int) spot {
	p.path = slices.Concat(p.path, []string{strconv.Itoa(i)})
	return p
}

// at is the position in the user's files; none for an argument.
func (p spot) at() document.Position {
	if p.origin != "" {
		return document.Position{}
	}
	return p.manifest.At(p.path...)
}

// subject names the setting in a message.
func (p spot) subject() string { return strings.TrimSpace(p.origin + " " + p.name) }

// errorf makes an error at the spot; the sentence says itself what it is about.
func (p spot) errorf(format string, args ...any) error {
	return document.Errorf(p.at(), format, args...)
}

func (p spot) wrongType(want string, got any) error {
	return p.errorf("%s must be %s, not %s", p.subject(), want, document.TypeName(got))
}

func (p spot) problem(what string) error { return p.errorf("%s %s", p.subject(), what) }

// entry is one setting with its value, not yet checked.
type entry struct {
	spot
	key   *key
	value any
}

// apply writes the value to the settings and notes its origin.
func (e entry) apply(s *Settings) error {
	if err := e.key.field(s).decode(e, e.value); err != nil {
		return err
	}
	s.Origins[e.key.name] = e.at()
	if table, ok := e.value.(map[string]any); ok {
		for name := range table {
			s.Origins[e.key.name+"."+name] = e.child(name).at()
		}
	}
	return nil
}

// text reads a string and checks it as the key wants.
func (e entry) text(at spot, value any) (string, error) {
	text, ok := value.(string)
	if !ok {
		return "", at.wrongType("a string", value)
	}
	return e.checked(at, text)
}

func (e entry) checked(at spot, text string) (string, error) {
	if strings.ContainsRune(text, 0) {
		return "", at.problem("contains a NUL byte")
	}
	if e.key.check == nil {
		return text, nil
	}
	kept, wrong := e.key.check(text)
	if wrong != "" {
		return "", at.problem(wrong)
	}
	return kept, nil
}

func (e entry) boolean(value any) (bool, error) {
	b, ok := value.(bool)
	if !ok {
		return false, e.wrongType("true or false", value)
	}
	return b, nil
}

func (e entry) count(value any) (int, error) {
	n, ok := value.(int64)
	if !ok {
		return 0, e.wrongType("an integer", value)
	}
	if n < 0 || n > 1<<31-1 {
		return 0, e.problem("must be between 0 and 2147483647, not " + strconv.FormatInt(n, 10))
	}
	return int(n), nil
}

// layers reads a number of steps.
func (e entry) layers(value any) (Layers, error) {
	const want = `a number from 1 on or "crate"`
	switch v := value.(type) {
	case string:
		if v == "crate" {
			return EachCrate, nil
		}
		return 0, e.problem("must be " + want + ", not " + strconv.Quote(v))
	case int64:
		if v < 1 || v > 1<<31-1 {
			return 0, e.problem("must be " + want + ", not " + strconv.FormatInt(v, 10))
		}
		return Layers(v), nil
	}
	return 0, e.wrongType(want, value)
}

// duration reads Go's syntax; Docker refuses less than a millisecond.
func (e entry) duration(value any) (time.Duration, error) {
	const want = `a duration such as "30s" or "1m30s"`
	text, ok := value.(string)
	if !ok {
		return 0, e.wrongType(want, value)
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, e.problem("must be " + want + ", not " + strconv.Quote(text))
	case d != 0 && d < time.Millisecond:
		return 0, e.problem("must be 0s or at least 1ms, not " + strconv.Quote(text))
	}
	return d, nil
}

// list reads an array of strings; it is never nil, so that "empty" is not
// "not set".
func (e entry) list(value any) ([]string, error) {
	array, ok := value.([]any)
	if !ok {
		return nil, e.wrongType(`a list of strings, as in ["a", "b"]`, value)
	}
	out := make([]string, 0, len(array))
	for i, v := range array {
		at := e.element(i)
		text, ok := v.(string)
		if !ok {
			return nil, at.wrongType("a list of strings", v)
		}
		text, err := e.checked(at, text)
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}

// command reads a health check in Docker's form.
func (e entry) command(value any) ([]string, error) {
	if text, ok := value.(string); ok {
		text, err := e.text(e.spot, text)
		if err == nil && text == "" {
			err = e.problem("is empty")
		}
		return []string{"CMD-SHELL", text}, err
	}
	list, err := e.list(value)
	if err == nil && len(list) == 0 {
		return []string{"NONE"}, nil
	}
	return append([]string{"CMD"}, list...), err
}

// merge adds the entries of a table of strings.
func (e entry) merge(into *map[string]string, value any) error {
	table, ok := value.(map[string]any)
	if !ok {
		return e.wrongType(`a table of strings, as in { NAME = "value" }`, value)
	}
	out := maps.Clone(*into)
	if out == nil {
		out = map[string]string{}
	}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		at := e.child(name)
		if e.single != "" {
			at = e.spot // its name is complete
		}
		text, ok := table[name].(string)
		if !ok {
			return at.wrongType("a string", table[name])
		}
		if strings.ContainsRune(text, 0) {
			return at.problem("contains a NUL byte")
		}
		name, err := e.checked(at, name)
		if err != nil {
			return err
		}
		out[name] = text
	}
	*into = out
	return nil
}

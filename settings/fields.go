package settings

import (
	"strconv"
	"strings"
	"time"
)

// field is where the value of a setting goes. A further type of settings is one more of it.
type field interface {
	// kind names what is accepted, for people.
	kind() string
	// decode takes the TOML value of an entry.
	decode(e entry, value any) error
	// parse makes a TOML value of what people write on a command line; TOML itself is read
	// before.
	parse(p spot, text string) (any, error)
	// show writes the value as a build argument would give it, "" for one that is not set.
	show() string
}

type (
	text            struct{ to *string }
	optionalText    struct{ to **string }
	boolean         struct{ to *bool }
	optionalBoolean struct{ to **bool }
	count           struct{ to *int }
	layers          struct{ to *Layers }
	duration        struct{ to *time.Duration }
	list            struct{ to *[]string }
	// ports are strings or integers.
	ports struct{ to *[]string }
	// command is a string for a shell, or a list.
	command struct{ to *[]string }
	table   struct{ to *map[string]string }
	files   struct{ to *[]ExtraFile }
)

func (text) kind() string            { return "string" }
func (optionalText) kind() string    { return "string" }
func (boolean) kind() string         { return "boolean" }
func (optionalBoolean) kind() string { return "boolean" }
func (count) kind() string           { return "integer" }
func (layers) kind() string          { return "integer or string" }
func (duration) kind() string        { return "duration" }
func (list) kind() string            { return "list of strings" }
func (ports) kind() string           { return "list of ports" }
func (command) kind() string         { return "string or list of strings" }
func (table) kind() string           { return "table of strings" }
func (files) kind() string           { return "list of tables" }

// set keeps what was read without an error.
func set[T any](to *T, value T, err error) error {
	if err == nil {
		*to = value
	}
	return err
}

func (f text) decode(e entry, value any) error {
	v, err := e.text(e.spot, value)
	return set(f.to, v, err)
}

func (f optionalText) decode(e entry, value any) error {
	v, err := e.text(e.spot, value)
	return set(f.to, &v, err)
}

func (f boolean) decode(e entry, value any) error {
	v, err := e.boolean(value)
	return set(f.to, v, err)
}

func (f optionalBoolean) decode(e entry, value any) error {
	v, err := e.boolean(value)
	return set(f.to, &v, err)
}

func (f count) decode(e entry, value any) error {
	v, err := e.count(value)
	return set(f.to, v, err)
}

func (f layers) decode(e entry, value any) error {
	v, err := e.layers(value)
	return set(f.to, v, err)
}

func (f duration) decode(e entry, value any) error {
	v, err := e.duration(value)
	return set(f.to, v, err)
}

func (f list) decode(e entry, value any) error {
	v, err := e.list(value)
	return set(f.to, v, err)
}

func (f ports) decode(e entry, value any) error {
	v, err := e.ports(value)
	return set(f.to, v, err)
}

func (f command) decode(e entry, value any) error {
	v, err := e.command(value)
	return set(f.to, v, err)
}

func (f table) decode(e entry, value any) error { return e.merge(f.to, value) }

func (f files) decode(e entry, value any) error {
	v, err := e.files(value)
	return set(f.to, v, err)
}

// The text itself is the value.
func (text) parse(_ spot, text string) (any, error)         { return text, nil }
func (optionalText) parse(_ spot, text string) (any, error) { return text, nil }
func (duration) parse(_ spot, text string) (any, error)     { return text, nil }
func (command) parse(_ spot, text string) (any, error)      { return text, nil }

func (list) parse(_ spot, text string) (any, error)  { return splitList(text), nil }
func (ports) parse(_ spot, text string) (any, error) { return splitList(text), nil }

func (boolean) parse(p spot, text string) (any, error)         { return p.parseBoolean(text) }
func (optionalBoolean) parse(p spot, text string) (any, error) { return p.parseBoolean(text) }

func (p spot) parseBoolean(text string) (any, error) {
	switch text {
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	}
	return nil, p.problem("must be true or false, not " + strconv.Quote(text))
}

func (count) parse(p spot, text string) (any, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, p.problem("must be an integer, not " + strconv.Quote(text))
	}
	return n, nil
}

func (layers) parse(_ spot, text string) (any, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	return text, nil
}

func (table) parse(p spot, text string) (any, error) {
	out := map[string]any{}
	for _, pair := range splitList(text) {
		name, v, ok := strings.Cut(pair.(string), "=")
		if !ok {
			return nil, p.problem("must be NAME=VALUE pairs separated by commas, or a TOML table; " + strconv.Quote(pair.(string)) + " has no =")
		}
		out[name] = v
	}
	return out, nil
}

func (files) parse(p spot, _ string) (any, error) {
	return nil, p.problem(`must be a TOML list of tables, as in [{ from = "assets", to = "/assets" }]`)
}

func (f text) show() string    { return *f.to }
func (f boolean) show() string { return strconv.FormatBool(*f.to) }
func (f count) show() string   { return number(*f.to) }
func (f list) show() string    { return showList(*f.to) }
func (f ports) show() string   { return showList(*f.to) }
func (f command) show() string { return showCommand(*f.to) }
func (f table) show() string   { return showTable(*f.to) }
func (f files) show() string   { return showFiles(*f.to) }

func (f optionalText) show() string {
	if *f.to == nil {
		return ""
	}
	return **f.to
}

func (f optionalBoolean) show() string {
	if *f.to == nil {
		return ""
	}
	return strconv.FormatBool(**f.to)
}

func (f layers) show() string {
	if *f.to == EachCrate {
		return "crate"
	}
	return number(int(*f.to))
}

func (f duration) show() string {
	if *f.to == 0 {
		return ""
	}
	return f.to.String()
}

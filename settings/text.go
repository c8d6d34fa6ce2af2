package settings

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/org/rust-frontend/cargo"
)

// textKey is the key under which an argument's TOML value is parsed.
const textKey = "v"

// parsed is an argument's value, with the document it was read from.
type parsed struct {
	manifest *cargo.Manifest
	value    any
}

// parse turns the text of an argument into the TOML value that a file would
// have: TOML itself when it begins like a list, a table or a quoted string,
// else what people write on a command line for the key's type.
func (p place) parse(k *key, text string) (parsed, error) {
	field := k.field(&Settings{})
	if trimmed := strings.TrimSpace(text); trimmed != "" && strings.ContainsRune(`[{"`, rune(trimmed[0])) {
		return p.parseTOML(trimmed)
	}
	var value any = text
	switch field.(type) {
	case *bool, **bool:
		switch text {
		case "true", "1":
			value = true
		case "false", "0":
			value = false
		default:
			return parsed{}, p.problem("must be true or false, not " + strconv.Quote(text))
		}
	case *int:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return parsed{}, p.problem("must be an integer, not " + strconv.Quote(text))
		}
		value = n
	case *Layers:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			value = n
		}
	case *[]string, *ports:
		value = splitList(text)
	case *map[string]string:
		table := map[string]any{}
		for _, pair := range splitList(text) {
			name, v, ok := strings.Cut(pair.(string), "=")
			if !ok {
				return parsed{}, p.problem("must be NAME=VALUE pairs separated by commas, or a TOML table; " + strconv.Quote(pair.(string)) + " has no =")
			}
			table[name] = v
		}
		value = table
	case *[]ExtraFile:
		return parsed{}, p.problem(`must be a TOML list of tables, as in [{ from = "assets", to = "/assets" }]`)
	case *string, **string, *time.Duration, *checkCommand: // the text itself
	}
	return parsed{value: value}, nil
}

func (p place) parseTOML(text string) (parsed, error) {
	m, err := cargo.ParseManifest("", []byte(textKey+" = "+text))
	if err != nil {
		var positional *cargo.Error
		if errors.As(err, &positional) {
			return parsed{}, p.problem("is not valid: " + positional.Msg)
		}
		return parsed{}, err
	}
	if len(m.Doc) != 1 {
		return parsed{}, p.problem("must be one TOML value")
	}
	return parsed{m, m.Doc[textKey]}, nil
}

// splitList splits at commas; an empty text is an empty list.
func splitList(text string) []any {
	out := []any{}
	if strings.TrimSpace(text) == "" {
		return out
	}
	for part := range strings.SplitSeq(text, ",") {
		out = append(out, strings.TrimSpace(part))
	}
	return out
}

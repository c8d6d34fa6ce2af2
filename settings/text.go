package settings

import (
	"errors"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
)

// textKey is the key under which an argument's TOML value is parsed.
const textKey = "v"

// parsed is an argument's value, with the document it was read from.
type parsed struct {
	manifest *document.Document
	value    any
}

// parse turns the text of an argument into the TOML value that a file would
// have: TOML itself when it begins like a list, a table or a quoted string,
// else what people write on a command line for the key's type.
func (p spot) parse(k *key, text string) (parsed, error) {
	if trimmed := strings.TrimSpace(text); trimmed != "" && strings.ContainsRune(`[{"`, rune(trimmed[0])) {
		return p.parseTOML(trimmed)
	}
	value, err := k.field(&Settings{}).parse(p, text)
	return parsed{value: value}, err
}

func (p spot) parseTOML(text string) (parsed, error) {
	m, err := document.Parse("", []byte(textKey+" = "+text))
	if err != nil {
		var positional *document.Error
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

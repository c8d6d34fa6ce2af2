package settings

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Text writes the value of a setting as a build argument would give it; "" for
// one that is not set and has no default value. It panics for a name that
// [Keys] does not have.
func (s *Settings) Text(name string) string {
	shown := *s // some fields are made when they are asked for
	return findKey(settingKeys(), name).field(&shown).show()
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// showList separates with commas, or writes TOML where that would be read
// otherwise.
func showList(list []string) string {
	if list == nil {
		return ""
	}
	text := strings.Join(list, ",")
	if len(list) == 0 || strings.ContainsAny(text, "[{\"\n\\ ") || slices.ContainsFunc(list, func(s string) bool {
		return s == "" || strings.Contains(s, ",")
	}) {
		return tomlList(list)
	}
	return text
}

func tomlList(list []string) string {
	quoted := make([]string, len(list))
	for i, text := range list {
		quoted[i] = tomlText(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// tomlText quotes a string. JSON's escapes are among TOML's, once the characters
// above the first plane are left alone and DEL is escaped.
func tomlText(text string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		return strconv.Quote(text)
	}
	return strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\x7f", `\u007f`)
}

func showTable(table map[string]string) string {
	if table == nil {
		return ""
	}
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(table)) {
		pairs = append(pairs, tomlText(name)+" = "+tomlText(table[name]))
	}
	return "{ " + strings.Join(pairs, ", ") + " }"
}

func showCommand(cmd []string) string {
	switch {
	case len(cmd) == 0:
		return ""
	case cmd[0] == "CMD-SHELL":
		return tomlText(cmd[1])
	}
	return tomlList(cmd[1:])
}

func showFiles(files []ExtraFile) string {
	if files == nil {
		return ""
	}
	var tables []string
	for _, f := range files {
		text := "{ from = " + tomlText(f.From) + ", to = " + tomlText(f.To)
		if f.Owner != "" {
			text += ", owner = " + tomlText(f.Owner)
		}
		if f.Mode != 0 {
			text += ", mode = " + tomlText(strconv.FormatInt(int64(f.Mode), 8))
		}
		tables = append(tables, text+" }")
	}
	return "[" + strings.Join(tables, ", ") + "]"
}

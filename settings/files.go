package settings

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// files reads the tables of image.files.
func (e entry) files(value any) ([]ExtraFile, error) {
	array, ok := value.([]any)
	if !ok {
		return nil, e.wrongType(`a list of tables, as in [{ from = "assets", to = "/assets" }]`, value)
	}
	out := make([]ExtraFile, 0, len(array))
	for i, v := range array {
		at := e.element(i)
		table, ok := v.(map[string]any)
		if !ok {
			return nil, at.wrongType("a list of tables", v)
		}
		f, err := at.file(table)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// file reads one of them.
func (p spot) file(table map[string]any) (ExtraFile, error) {
	f := ExtraFile{Line: p.at().Line}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		at, v := p.child(name), table[name]
		text, isText := v.(string)
		wrong := ""
		switch name {
		case "from":
			f.From, wrong = checkInput(text)
		case "to":
			f.To, wrong = checkTo(text)
		case "owner":
			f.Owner, wrong = checkUser(text)
		case "mode":
			var err error
			if f.Mode, err = at.mode(v); err != nil {
				return f, err
			}
			continue
		default:
			return f, at.errorf("unknown setting %q; %s", at.name, Suggest(name, []string{"from", "to", "owner", "mode"}))
		}
		switch {
		case !isText:
			return f, at.wrongType("a string", v)
		case wrong != "":
			return f, at.problem(wrong)
		}
	}
	for _, name := range []string{"from", "to"} {
		if _, ok := table[name]; !ok {
			return f, p.problem("needs the key `" + name + "`")
		}
	}
	return f, nil
}

// mode reads "0755" or 0o755. A decimal number is refused: who writes 755
// does not mean 01363.
func (p spot) mode(value any) (int, error) {
	const want = `must be an octal mode such as "0755" or 0o755, not `
	var mode int64
	switch v := value.(type) {
	case string:
		n, err := strconv.ParseInt(strings.TrimPrefix(v, "0o"), 8, 32)
		if err != nil {
			return 0, p.problem(want + strconv.Quote(v))
		}
		mode = n
	case int64:
		if !p.writtenOctal() {
			return 0, p.problem(want + "the decimal " + strconv.FormatInt(v, 10))
		}
		mode = v
	default:
		return 0, p.wrongType("an octal mode", value)
	}
	if mode <= 0 || mode > 0o7777 {
		return 0, p.problem("must be between 0001 and 7777")
	}
	return int(mode), nil
}

// writtenOctal looks at the text of a number, which decoding has lost.
func (p spot) writtenOctal() bool {
	at := p.manifest.At(p.path...)
	lines := strings.Split(string(p.manifest.Raw), "\n")
	if at.Line < 1 || at.Line > len(lines) || at.Column < 1 || at.Column > len(lines[at.Line-1]) {
		return false
	}
	_, text, _ := strings.Cut(lines[at.Line-1][at.Column-1:], "=")
	return strings.HasPrefix(strings.TrimSpace(text), "0o")
}

// ports reads image.expose: each port once, as "8080/tcp", in order.
// https://docs.docker.com/reference/dockerfile/#expose
func (e entry) ports(value any) ([]string, error) {
	array, ok := value.([]any)
	if !ok {
		return nil, e.wrongType(`a list of ports, as in [8080, "53/udp"]`, value)
	}
	type port struct {
		number   int
		protocol string
	}
	var all []port
	for i, v := range array {
		at := e.element(i)
		text, ok := v.(string)
		if n, isInt := v.(int64); isInt {
			text, ok = strconv.FormatInt(n, 10), true
		}
		if !ok {
			return nil, at.wrongType("a list of ports", v)
		}
		from, to, protocol, ok := parsePorts(text)
		if !ok {
			return nil, at.problem(`must be ports such as 8080, "53/udp" or "9000-9005/tcp", between 1 and 65535; ` + strconv.Quote(text) + " is none")
		}
		for n := from; n <= to; n++ {
			all = append(all, port{n, protocol})
		}
	}
	slices.SortFunc(all, func(a, b port) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.protocol, b.protocol))
	})
	out := make([]string, 0, len(all))
	for _, p := range slices.Compact(all) {
		out = append(out, strconv.Itoa(p.number)+"/"+p.protocol)
	}
	return out, nil
}

// parsePorts reads "8080", "8080/tcp" or "9000-9005/udp".
func parsePorts(text string) (from, to int, protocol string, ok bool) {
	numbers, protocol, given := strings.Cut(text, "/")
	if !given {
		protocol = "tcp"
	}
	protocol = strings.ToLower(protocol)
	first, last, isRange := strings.Cut(numbers, "-")
	if !isRange {
		last = first
	}
	var err error
	if from, err = strconv.Atoi(first); err != nil {
		return 0, 0, "", false
	}
	if to, err = strconv.Atoi(last); err != nil {
		return 0, 0, "", false
	}
	ok = 1 <= from && from <= to && to <= 65535 && slices.Contains([]string{"tcp", "udp", "sctp"}, protocol)
	return from, to, protocol, ok
}

// checkTo checks a destination in the image. A slash at the end is kept: it
// makes the destination a directory.
func checkTo(v string) (string, string) {
	if !path.IsAbs(v) || strings.ContainsRune(v, 0) {
		return v, "must be an absolute path in the image, not " + strconv.Quote(v)
	}
	clean := path.Clean(v)
	if strings.HasSuffix(v, "/") && clean != "/" {
		clean += "/"
	}
	return clean, ""
}

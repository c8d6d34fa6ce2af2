package cargo

import (
	"strconv"
	"strings"
)

type configInclude struct {
	file     string
	optional bool
	at       Position
}

// configIncludes reads `include`, which cargo knows since 1.94.
// https://doc.rust-lang.org/cargo/reference/config.html#including-extra-configuration-files
func configIncludes(m *Manifest) ([]configInclude, error) {
	value, ok := m.Doc["include"]
	if !ok {
		return nil, nil
	}
	list, ok := value.([]any)
	if !ok {
		return nil, wrongType(m.At("include"), "include", "an array of paths", value)
	}
	var out []configInclude
	for i, element := range list {
		s := &section{m: m, path: []string{"include", strconv.Itoa(i)}}
		in := configInclude{at: s.at()}
		file, ok := element.(string)
		if s.table = asTable(element); s.table != nil {
			file, in.optional = s.str("path"), isTrue(s.boolean("optional"))
		} else if !ok {
			return nil, wrongType(in.at, "include", "an array of paths", element)
		}
		if s.err != nil {
			return nil, s.err
		}
		if !strings.HasSuffix(file, ".toml") {
			return nil, Errorf(in.at, "the included configuration file %q must end with .toml", file)
		}
		if in.file, ok = inContext(m.Dir, file); !ok {
			return nil, Errorf(in.at, "the included configuration file %q is outside the build context", file)
		}
		out = append(out, in)
	}
	return out, nil
}

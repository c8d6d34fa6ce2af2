package cargo

import (
	"strconv"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
)

type configInclude struct {
	file     string
	optional bool
	at       document.Position
}

// configIncludes reads `include`, which cargo knows since 1.94.
// https://doc.rust-lang.org/cargo/reference/config.html#including-extra-configuration-files
func configIncludes(m *document.Document) ([]configInclude, error) {
	value, ok := m.Doc["include"]
	if !ok {
		return nil, nil
	}
	list, ok := value.([]any)
	if !ok {
		return nil, document.WrongType(m.At("include"), "include", "an array of paths", value)
	}
	var out []configInclude
	for i, element := range list {
		s := &document.Section{Document: m, Path: []string{"include", strconv.Itoa(i)}}
		in := configInclude{at: s.At()}
		file, ok := element.(string)
		if s.Table = document.Table(element); s.Table != nil {
			file, in.optional = s.Str("path"), document.IsTrue(s.Boolean("optional"))
		} else if !ok {
			return nil, document.WrongType(in.at, "include", "an array of paths", element)
		}
		if s.Err != nil {
			return nil, s.Err
		}
		if !strings.HasSuffix(file, ".toml") {
			return nil, document.Errorf(in.at, "the included configuration file %q must end with .toml", file)
		}
		if in.file, ok = inContext(m.Dir, file); !ok {
			return nil, document.Errorf(in.at, "the included configuration file %q is outside the build context", file)
		}
		out = append(out, in)
	}
	return out, nil
}

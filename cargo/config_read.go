package cargo

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
)

// maxConfig is the largest configuration file that is read.
const maxConfig = 1 << 20

// ReadConfig reads the configuration that cargo has in a directory of the
// context: .cargo/config or .cargo/config.toml there and in each directory
// above it, what they include, merged with the nearest winning. It is empty
// when there is none. Errors are [*document.Error] at the line: a value of a wrong type,
// or a path that leads out of the context.
// https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure
func ReadConfig(fsys fs.FS, dir string) (*Config, error) {
	r := &configReader{fsys: fsys, Config: &Config{
		Doc:        map[string]any{},
		Registries: map[string]Registry{},
		Sources:    map[string]SourceConfig{},
		lines:      map[string]document.Position{},
	}}
	for {
		if err := r.readDir(dir); err != nil {
			return nil, err
		}
		if dir == "." {
			break
		}
		dir = path.Dir(dir)
	}
	if err := r.extract(); err != nil {
		return nil, err
	}
	return r.Config, nil
}

// configReader merges files in the order of their precedence, highest first.
type configReader struct {
	fsys fs.FS
	*Config
}

// readDir reads the file of one directory. The name without an extension wins
// when both are there.
func (r *configReader) readDir(dir string) error {
	for _, name := range []string{"config", "config.toml"} {
		ok, err := r.read(path.Join(dir, ".cargo", name), nil)
		if ok || err != nil {
			return err
		}
	}
	return nil
}

// read merges a file and then what it includes, the last one first. Above are
// the files that include it. It is false when there is no such file.
func (r *configReader) read(file string, above []string) (bool, error) {
	data, err := readLimited(r.fsys, file, maxConfig)
	if data == nil || err != nil {
		return false, err
	}
	m, err := document.Parse(file, data)
	if err != nil {
		return false, err
	}
	r.Files = append(r.Files, file)
	includes, err := configIncludes(m)
	if err != nil {
		return false, err
	}
	delete(m.Doc, "include")
	if err := r.checkSources(m); err != nil {
		return false, err
	}
	if err := r.merge(r.Doc, m.Doc, m, nil); err != nil {
		return false, err
	}
	for key, at := range m.Lines {
		if _, ok := r.lines[key]; !ok {
			r.lines[key] = at
		}
	}
	above = append(above[:len(above):len(above)], file)
	for _, in := range slices.Backward(includes) {
		if slices.Contains(above, in.file) {
			return false, document.Errorf(in.at, "the configuration file %s includes itself in the end", in.file)
		}
		if len(r.Files) > maxIncludes {
			return false, document.Errorf(in.at, "the configuration has more than %d files", maxIncludes)
		}
		ok, err := r.read(in.file, above)
		switch {
		case err != nil:
			return false, err
		case !ok && !in.optional:
			return false, document.Errorf(in.at, "the included configuration file %s is not in the context", in.file)
		}
	}
	return true, nil
}

// maxIncludes bounds files that include others many times over.
const maxIncludes = 100

// merge adds to a table what another one of lower precedence has: tables are
// merged, arrays joined with the higher precedence last, other values stay.
func (r *configReader) merge(into, from map[string]any, m *document.Document, above []string) error {
	for _, key := range document.Keys(from) {
		place := slices.Concat(above, []string{key})
		low := from[key]
		high, ok := into[key]
		if !ok {
			into[key] = document.DeepCopy(low)
			continue
		}
		highTable, lowTable := document.Table(high), document.Table(low)
		highList, isList := high.([]any)
		lowList, lowIsList := low.([]any)
		switch {
		case highTable != nil && lowTable != nil:
			if err := r.merge(highTable, lowTable, m, place); err != nil {
				return err
			}
		case isProgram(place): // a command line is not joined
		case isList && lowIsList:
			into[key] = append(slices.Clone(lowList), highList...)
		case highTable != nil || lowTable != nil || isList || lowIsList:
			return document.WrongType(m.At(place...), strings.Join(place, "."), document.TypeName(high)+" as in "+r.At(place...).File, low)
		}
	}
	return nil
}

// isProgram says whether an array is a program with arguments.
func isProgram(key []string) bool {
	switch {
	case len(key) == 2:
		return key[0] == "credential-alias" || key[0] == "host" && key[1] == "runner" || key[0] == "doc" && key[1] == "browser"
	case len(key) == 3:
		return key[0] == "registries" && key[2] == "credential-provider" || key[0] == "target" && key[2] == "runner"
	}
	return false
}

// checkSources resolves the directories of [source], which depend on the file
// that they are written in.
// https://doc.rust-lang.org/cargo/reference/config.html#config-relative-paths
func (r *configReader) checkSources(m *document.Document) error {
	sources, err := m.Table("source")
	if err != nil {
		return err
	}
	for _, name := range document.Keys(sources) {
		table, err := m.Table("source", name)
		if err != nil {
			return err
		}
		for _, key := range []string{"directory", "local-registry"} {
			value, ok := table[key].(string)
			if !ok {
				continue // its type is checked when all is merged
			}
			dir, ok := inContext(path.Dir(m.Dir), value)
			if !ok {
				return document.Errorf(m.At("source", name, key), "the directory %q of the source %q is outside the build context; put it into the context and give a path relative to the directory that holds .cargo", value, name)
			}
			table[key] = dir
		}
	}
	return nil
}

// extract reads what the frontend needs from the merged document.
func (r *configReader) extract() error {
	m := &document.Document{File: r.At().File, Doc: r.Doc, Lines: r.lines}
	if len(document.List(r.Doc["paths"])) > 0 {
		return document.Errorf(m.At("paths"), "the configuration's key paths, which puts directories in the place of crates, is not supported: write [patch] in Cargo.toml")
	}
	build, err := m.Table("build")
	if err != nil {
		return err
	}
	s := &document.Section{Document: m, Path: []string{"build"}, Table: build}
	if target, ok := build["target"].(string); ok {
		r.BuildTargets = []string{target}
	} else {
		r.BuildTargets = s.List("target")
	}
	if s.Err != nil {
		return s.Err
	}
	if err := r.registries(m); err != nil {
		return err
	}
	return r.sources(m)
}

func (r *configReader) registries(m *document.Document) error {
	tables, err := m.Table("registries")
	if err != nil {
		return err
	}
	for _, name := range document.Keys(tables) {
		table, err := m.Table("registries", name)
		if err != nil {
			return err
		}
		s := &document.Section{Document: m, Path: []string{"registries", name}, Table: table}
		index := s.Str("index")
		if s.Err != nil {
			return s.Err
		}
		if index != "" {
			r.Registries[name] = Registry{Name: name, Index: index, Position: s.At()}
		}
	}
	return nil
}

func (r *configReader) sources(m *document.Document) error {
	tables, err := m.Table("source")
	if err != nil {
		return err
	}
	for _, name := range document.Keys(tables) {
		table, err := m.Table("source", name)
		if err != nil {
			return err
		}
		s := &document.Section{Document: m, Path: []string{"source", name}, Table: table}
		c := SourceConfig{
			Name:          name,
			ReplaceWith:   s.Str("replace-with"),
			Registry:      s.Str("registry"),
			LocalRegistry: s.Str("local-registry"),
			Directory:     s.Str("directory"),
			Git:           s.Str("git"),
			Branch:        s.Str("branch"), Tag: s.Str("tag"), Rev: s.Str("rev"),
			Position: s.At(),
		}
		if s.Err != nil {
			return s.Err
		}
		if err := c.check(); err != nil {
			return err
		}
		r.Sources[name] = c
	}
	return nil
}

// check refuses what cargo refuses: each source is in one place, and only
// crates-io is known without being told.
func (c *SourceConfig) check() error {
	places := 0
	for _, place := range []string{c.Registry, c.LocalRegistry, c.Directory, c.Git} {
		if place != "" {
			places++
		}
	}
	switch {
	case places > 1:
		return document.Errorf(c.Position, "the source %q has more than one of registry, local-registry, directory and git", c.Name)
	case places == 0 && c.Name != cratesIOName:
		return document.Errorf(c.Position, "the source %q says nowhere where it is: it needs one of registry, local-registry, directory and git", c.Name)
	case c.Git == "" && c.Branch+c.Tag+c.Rev != "":
		return document.Errorf(c.Position, "the source %q has a branch, tag or rev, but no git repository", c.Name)
	}
	return nil
}

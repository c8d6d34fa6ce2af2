package cargo

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
)

// Config is the project's Cargo configuration: .cargo/config.toml (or
// .cargo/config) at the workspace root and in the directories above it within
// the context, the nearest winning.
// https://doc.rust-lang.org/cargo/reference/config.html
type Config struct {
	// Files that were read, nearest first; a file stands before those that it
	// includes.
	Files []string
	// Doc is the merged document.
	Doc map[string]any
	// BuildTargets is build.target: none, one or several triples.
	BuildTargets []string
	// Registries by name, from [registries].
	Registries map[string]Registry
	// Sources by name, from [source].
	Sources map[string]SourceConfig
	// lines has the place of each key in the file that it is taken from.
	lines map[string]document.Position
}

// Registry is one table of [registries].
type Registry struct {
	Name     string
	Index    string // as written: sparse+URL or the URL of a git index
	Position document.Position
}

// SourceConfig is one table of [source].
// https://doc.rust-lang.org/cargo/reference/source-replacement.html
type SourceConfig struct {
	Name          string
	ReplaceWith   string
	Registry      string
	LocalRegistry string
	// Directory is a path in the context, resolved from the configuration
	// file's place.
	Directory        string
	Git              string
	Branch, Tag, Rev string
	Position         document.Position
}

// At gives the place of a key ("source", "crates-io"), or of the nearest table
// above it, or of the nearest configuration file.
func (c *Config) At(key ...string) document.Position {
	m := &document.Document{Lines: c.lines}
	if len(c.Files) > 0 {
		m.File = c.Files[0]
	}
	return m.At(key...)
}

// Replacement follows source replacement. The source is "crates-io", or what
// Cargo.lock names a source by, with or without the commit, or the URL of a
// registry. The result is the source at the end of the chain, and false when
// the configuration leaves the source as it is. Errors are [*document.Error] at the
// `replace-with` that names a source that is not there, or one that leads back.
// https://doc.rust-lang.org/cargo/reference/source-replacement.html
func (c *Config) Replacement(source string) (SourceConfig, bool, error) {
	name := c.sourceName(source)
	at, ok := c.Sources[name]
	if !ok {
		return SourceConfig{}, false, nil
	}
	seen := []string{name}
	for at.ReplaceWith != "" {
		next := at.ReplaceWith
		where := c.At("source", at.Name, "replace-with")
		if slices.Contains(seen, next) {
			return SourceConfig{}, false, document.Errorf(where, "the source %q is replaced with itself in the end: %s", next, strings.Join(append(seen, next), ", "))
		}
		if at, ok = c.lookUp(next); !ok {
			return SourceConfig{}, false, document.Errorf(where, "there is no source %q to replace %q with; there are: %s", next, seen[len(seen)-1], strings.Join(c.known(), ", "))
		}
		seen = append(seen, next)
	}
	// Without replace-with, crates-io may still be put elsewhere.
	moved := at.Name == cratesIOName && at.Registry+at.LocalRegistry+at.Directory+at.Git != ""
	if len(seen) == 1 && (!moved || at.source().IsCratesIO()) {
		return SourceConfig{}, false, nil
	}
	return at, true, nil
}

// sourceName finds the name of a source, "" for one that is not configured.
func (c *Config) sourceName(source string) string {
	if source == cratesIOName {
		return source
	}
	want, err := ParseSource(source)
	if err != nil {
		want = indexSource(source)
	}
	if want.IsCratesIO() {
		return cratesIOName
	}
	for _, name := range document.Keys(c.Sources) {
		if s := c.Sources[name]; s.Registry+s.Git != "" && s.source().same(want) {
			return name
		}
	}
	return ""
}

// lookUp finds a source by name: a source, a registry, or crates-io, which
// needs no configuration.
func (c *Config) lookUp(name string) (SourceConfig, bool) {
	if s, ok := c.Sources[name]; ok {
		return s, true
	}
	if name == cratesIOName {
		return SourceConfig{Name: name, Registry: cratesIOIndex}, true
	}
	r, ok := c.Registries[name]
	return SourceConfig{Name: name, Registry: r.Index, Position: r.Position}, ok
}

// known lists the names that replace-with may have.
func (c *Config) known() []string {
	out := append(document.Keys(c.Sources), document.Keys(c.Registries)...)
	out = append(out, cratesIOName)
	slices.Sort(out)
	return slices.Compact(out)
}

// source gives a configured registry or git source as Cargo.lock has it.
func (c *SourceConfig) source() Source {
	if c.Git != "" {
		return Source{Kind: GitSource, URL: c.Git, Branch: c.Branch, Tag: c.Tag, Rev: c.Rev}
	}
	return indexSource(c.Registry)
}

// indexSource gives a registry by its index: sparse+URL, or the URL of a git
// index, which may have "registry+" before it.
func indexSource(index string) Source {
	if u, ok := strings.CutPrefix(index, "sparse+"); ok {
		return Source{Kind: SparseSource, URL: u, Raw: index}
	}
	u := strings.TrimPrefix(index, "registry+")
	return Source{Kind: RegistrySource, URL: u, Raw: "registry+" + u}
}

// IndexOf gives the index of a registry by its name in [registries], written
// as in Cargo.lock: "sparse+URL" or "registry+URL". The name is "" or
// "crates-io" for the default. It gives "" for a registry that the project's
// configuration does not have.
// https://doc.rust-lang.org/cargo/reference/registries.html#using-an-alternate-registry
func (w *Workspace) IndexOf(registryName string) string {
	if registryName == "" || registryName == cratesIOName {
		return "registry+" + cratesIOIndex
	}
	if w.Config == nil {
		return ""
	}
	r, ok := w.Config.Registries[registryName]
	if !ok {
		return ""
	}
	return indexSource(r.Index).Raw
}

// ReadToolchain reads the rust-toolchain or rust-toolchain.toml of a directory;
// nil when there is neither. The first one wins, as with rustup. It may be a
// channel's name alone, or TOML as the other one. What is neither is an
// [*document.Error] with its line.
// https://rust-lang.github.io/rustup/overrides.html#the-toolchain-file
func ReadToolchain(fsys fs.FS, dir string) (*Toolchain, error) {
	for _, name := range []string{"rust-toolchain", "rust-toolchain.toml"} {
		file := path.Join(dir, name)
		data, err := fs.ReadFile(fsys, file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, &document.Error{Position: document.Position{File: file}, Msg: "the toolchain file cannot be read", Err: err}
		}
		if channel, ok := plainChannel(string(data)); ok && name == "rust-toolchain" {
			return &Toolchain{Channel: channel, Position: document.Position{File: file, Line: 1, Column: 1}}, nil
		}
		m, err := document.Parse(file, data)
		if err != nil {
			return nil, err
		}
		return parseToolchain(m)
	}
	return nil, nil
}

// plainChannel reads a file of one line that holds a channel's name.
func plainChannel(text string) (string, bool) {
	text = strings.TrimSpace(text)
	return text, text != "" && !strings.ContainsAny(text, "\n=[#")
}

// parseToolchain reads [toolchain].
func parseToolchain(m *document.Document) (*Toolchain, error) {
	table, err := m.Table("toolchain")
	if err != nil {
		return nil, err
	}
	if table == nil {
		return nil, document.Errorf(document.Position{File: m.File, Line: 1, Column: 1}, "the toolchain file has no [toolchain] table")
	}
	s := &document.Section{Document: m, Path: []string{"toolchain"}, Table: table}
	t := &Toolchain{
		Channel: s.Str("channel"), Path: s.Str("path"), Profile: s.Str("profile"),
		Components: s.List("components"), Targets: s.List("targets"),
		Position: s.At("channel"),
	}
	if t.Path != "" {
		t.Position = s.At("path")
	}
	switch {
	case s.Err != nil:
		return nil, s.Err
	case t.Path != "" && (t.Channel != "" || t.Profile != "" || t.Components != nil || t.Targets != nil):
		return nil, document.Errorf(t.Position, "a toolchain by path cannot have anything else; remove path or the other keys")
	}
	return t, nil
}

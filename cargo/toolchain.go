package cargo

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
)

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

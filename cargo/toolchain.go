package cargo

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// ReadToolchain reads the rust-toolchain or rust-toolchain.toml of a directory;
// nil when there is neither. The first one wins, as with rustup. It may be a
// channel's name alone, or TOML as the other one. What is neither is an
// [*Error] with its line.
// https://rust-lang.github.io/rustup/overrides.html#the-toolchain-file
func ReadToolchain(fsys fs.FS, dir string) (*Toolchain, error) {
	for _, name := range []string{"rust-toolchain", "rust-toolchain.toml"} {
		file := path.Join(dir, name)
		data, err := fs.ReadFile(fsys, file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, &Error{Position: Position{File: file}, Msg: "the toolchain file cannot be read", Err: err}
		}
		if channel, ok := plainChannel(string(data)); ok && name == "rust-toolchain" {
			return &Toolchain{Channel: channel, Position: Position{File: file, Line: 1, Column: 1}}, nil
		}
		m, err := ParseManifest(file, data)
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
func parseToolchain(m *Manifest) (*Toolchain, error) {
	table, err := m.table("toolchain")
	if err != nil {
		return nil, err
	}
	if table == nil {
		return nil, Errorf(Position{File: m.File, Line: 1, Column: 1}, "the toolchain file has no [toolchain] table")
	}
	s := &section{m: m, path: []string{"toolchain"}, table: table}
	t := &Toolchain{
		Channel: s.str("channel"), Path: s.str("path"), Profile: s.str("profile"),
		Components: s.list("components"), Targets: s.list("targets"),
		Position: s.at("channel"),
	}
	if t.Path != "" {
		t.Position = s.at("path")
	}
	switch {
	case s.err != nil:
		return nil, s.err
	case t.Path != "" && (t.Channel != "" || t.Profile != "" || t.Components != nil || t.Targets != nil):
		return nil, Errorf(t.Position, "a toolchain by path cannot have anything else; remove path or the other keys")
	}
	return t, nil
}

package executor

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// sources are the program's own: the manifests, and the modules.
//
//go:embed Cargo.toml src codec/Cargo.toml codec/src
var sources embed.FS

// Name is the program's file name.
const Name = "rust-frontend-executor"

// File is a file of the package, its path relative to the package's directory.
type File struct {
	Path string
	Data []byte
}

// Sources gives the files that the program is compiled from, sorted by path: none of the
// tests, whose every edit would be a new key otherwise.
func Sources() []File {
	var out []File
	err := fs.WalkDir(sources, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Base(name) == "tests.rs" {
			return err
		}
		data, err := sources.ReadFile(name)
		if err != nil {
			return err
		}
		out = append(out, File{name, data})
		return nil
	})
	if err != nil {
		panic(err) // what is embedded can be read
	}
	slices.SortFunc(out, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// Package testproject reads the small projects that tests are made of, in txtar form.
package testproject

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/org/rust-frontend/cargo"
)

// Read gives the project of a txtar file.
func Read(t testing.TB, file string) fstest.MapFS {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return files(archive)
}

// Parse gives the project of a text.
func Parse(text string) fstest.MapFS { return files(txtar.Parse([]byte(text))) }

func files(archive *txtar.Archive) fstest.MapFS {
	out := fstest.MapFS{}
	for _, f := range archive.Files {
		out[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return out
}

// Load reads a project as a workspace, which it must be.
func Load(t testing.TB, project fs.FS) *cargo.Workspace {
	t.Helper()
	ws, err := cargo.Load(project)
	if err != nil {
		t.Fatal(err)
	}
	return ws
}

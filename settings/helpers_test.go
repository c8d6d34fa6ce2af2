package settings

import (
	"flag"
	"io/fs"
	"path/filepath"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
)

var update = flag.Bool("update", false, "write the golden files")

// project is one archive of planner/testdata as a file system.
func project(t testing.TB, name string) fstest.MapFS {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("..", "planner", "testdata", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	return txtarFiles(archive)
}

// archive is a project in the form of txtar.
func archive(text string) fstest.MapFS { return txtarFiles(txtar.Parse([]byte(text))) }

func txtarFiles(archive *txtar.Archive) fstest.MapFS {
	out := fstest.MapFS{}
	for _, f := range archive.Files {
		out[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return out
}

func load(t testing.TB, files fs.FS) *cargo.Workspace {
	t.Helper()
	ws, err := cargo.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return ws
}

// newSettings are the defaults with changes.
func newSettings(change ...func(*Settings)) *Settings {
	s := &Settings{Profile: "release", DefaultFeatures: true, Layers: DefaultLayers, Origins: map[string]document.Position{}}
	for _, f := range change {
		f(s)
	}
	return s
}

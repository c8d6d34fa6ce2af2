package settings

import (
	"flag"
	"io/fs"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/internal/testproject"
)

var update = flag.Bool("update", false, "write the golden files")

// project is one archive of planner/testdata as a file system.
func project(t testing.TB, name string) fstest.MapFS {
	t.Helper()
	return testproject.Read(t, filepath.Join("..", "planner", "testdata", name+".txtar"))
}

// archive is a project in the form of txtar.
func archive(text string) fstest.MapFS { return testproject.Parse(text) }

func load(t testing.TB, files fs.FS) *cargo.Workspace {
	t.Helper()
	return testproject.Load(t, files)
}

// newSettings are the defaults with changes.
func newSettings(change ...func(*Settings)) *Settings {
	s := &Settings{Profile: "release", DefaultFeatures: true, Layers: DefaultLayers, Origins: map[string]document.Position{}}
	for _, f := range change {
		f(s)
	}
	return s
}

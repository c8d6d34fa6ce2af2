package main

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/org/rust-frontend/integration/published"
)

// tree is a peer's own copy of the project. Files that an edit touched are put
// back before the next one, so that each edit is one change to the original.
type tree struct {
	pristine, dir string
	touched       map[string]bool
	// target names the directory that plain cargo compiles it into.
	target string
}

func newTree(p *project, dir string) (*tree, error) {
	return &tree{pristine: p.dir, dir: dir, touched: map[string]bool{}, target: "target"}, published.Copy(p.dir, dir)
}

func (t *tree) read(name string) (string, error) {
	data, err := os.ReadFile(filepath.Join(t.pristine, name))
	return string(data), err
}

// change makes the tree the original with these files replaced. A file that is
// as it should be already is not written, which would change its time.
func (t *tree) change(files map[string]string) error {
	for name := range files {
		t.touched[name] = true
	}
	for name := range t.touched {
		content, ok := files[name]
		if !ok {
			var err error
			if content, err = t.read(name); err != nil {
				return err
			}
		}
		path := filepath.Join(t.dir, name)
		if was, err := os.ReadFile(path); err == nil && string(was) == content {
			continue
		}
		mode := fs.FileMode(0o644)
		if info, err := os.Stat(path); err == nil {
			mode = info.Mode()
		}
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			return err
		}
	}
	return nil
}

//go:build !gateway

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/moby/patternmatcher/ignorefile"
	"github.com/tonistiigi/fsutil"

	"github.com/org/rust-frontend/frontend"
)

// contextFS shows the files of a directory that a daemon would be sent.
type contextFS struct {
	fs.FS
	root string          // without symbolic links
	sent map[string]bool // slash paths
}

// openContext reads the ignore file, FILE.dockerignore or else .dockerignore,
// and lists the directory with the code that does so for a daemon.
func openContext(ctx context.Context, dir, file string) (fs.FS, error) {
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	if root, err = filepath.Abs(root); err != nil {
		return nil, err
	}
	patterns, err := ignored(dir, file)
	if err != nil {
		return nil, err
	}
	local, err := fsutil.NewFS(root)
	if err != nil {
		return nil, err
	}
	patterns = append(patterns, frontend.AlwaysIgnored()...)
	filtered, err := fsutil.NewFilterFS(local, &fsutil.FilterOpt{ExcludePatterns: patterns})
	if err != nil {
		return nil, err
	}
	c := &contextFS{FS: os.DirFS(root), root: root, sent: map[string]bool{".": true}}
	return c, filtered.Walk(ctx, "", func(name string, _ fs.DirEntry, err error) error {
		c.sent[filepath.ToSlash(name)] = true
		return err
	})
}

func ignored(dir, file string) ([]string, error) {
	for _, name := range []string{file + ".dockerignore", filepath.Join(dir, ".dockerignore")} {
		data, err := os.ReadFile(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, err
		}
		patterns, err := ignorefile.ReadAll(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		return patterns, nil
	}
	return nil, nil
}

// real gives the path of a file without symbolic links, and whether it is sent.
func (c *contextFS) real(name string) (string, bool) {
	if !fs.ValidPath(name) {
		return "", false
	}
	target, err := filepath.EvalSymlinks(filepath.Join(c.root, filepath.FromSlash(name)))
	if err != nil {
		return "", false
	}
	rel, err := filepath.Rel(c.root, target)
	if err != nil {
		return "", false
	}
	rel = filepath.ToSlash(rel)
	return rel, c.sent[rel]
}

// Open opens a file that is sent.
func (c *contextFS) Open(name string) (fs.File, error) {
	real, ok := c.real(name)
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return c.FS.Open(real)
}

// ReadDir lists what is sent of a directory.
func (c *contextFS) ReadDir(name string) ([]fs.DirEntry, error) {
	real, ok := c.real(name)
	if !ok {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	entries, err := fs.ReadDir(c.FS, real)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !c.sent[path.Join(real, e.Name())] }), err
}

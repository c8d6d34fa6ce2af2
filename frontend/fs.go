package frontend

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/moby/buildkit/frontend/gateway/client"
	fstypes "github.com/tonistiigi/fsutil/types"
)

// maxLinks bounds the symbolic links that one look-up follows.
const maxLinks = 40

// contextFS shows the build context as an [fs.FS] that reads on demand, each
// directory and file once. What is missing is told from the listing of its
// directory, since the gateway's errors are text only.
type contextFS struct {
	list func(dir string) ([]*fstypes.Stat, error)
	read func(name string) ([]byte, error)

	mu    sync.Mutex
	dirs  map[string]map[string]*fstypes.Stat
	files map[string][]byte
}

var (
	_ fs.ReadDirFS  = (*contextFS)(nil)
	_ fs.ReadFileFS = (*contextFS)(nil)
	_ fs.StatFS     = (*contextFS)(nil)
)

// newRefFS shows a solved reference.
func newRefFS(ctx context.Context, ref client.Reference) *contextFS {
	return &contextFS{
		list: func(dir string) ([]*fstypes.Stat, error) {
			return ref.ReadDir(ctx, client.ReadDirRequest{Path: dir})
		},
		read:  refReader(ctx, ref),
		dirs:  map[string]map[string]*fstypes.Stat{},
		files: map[string][]byte{},
	}
}

// refReader reads a file in ranges, for one message holds 16 MiB at most.
func refReader(ctx context.Context, ref client.Reference) func(string) ([]byte, error) {
	const chunk = 8 << 20
	return func(name string) ([]byte, error) {
		var data []byte
		for {
			part, err := ref.ReadFile(ctx, client.ReadRequest{
				Filename: name, Range: &client.FileRange{Offset: len(data), Length: chunk},
			})
			if err != nil {
				return nil, err
			}
			data = append(data, part...)
			if len(part) < chunk {
				return data, nil
			}
		}
	}
}

// entries gives a directory's entries by name.
func (c *contextFS) entries(dir string) (map[string]*fstypes.Stat, error) {
	if known, ok := c.dirs[dir]; ok {
		return known, nil
	}
	stats, err := c.list(dir)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]*fstypes.Stat, len(stats))
	for _, st := range stats {
		byName[path.Base(st.Path)] = st
	}
	c.dirs[dir] = byName
	return byName, nil
}

// resolve follows symbolic links and gives the real path with its stat; nil
// stat for the root.
func (c *contextFS) resolve(op, name string) (string, *fstypes.Stat, error) {
	return c.follow(op, name, func(string) {})
}

// follow does the same and says through which links it came.
func (c *contextFS) follow(op, name string, through func(link string)) (string, *fstypes.Stat, error) {
	if !fs.ValidPath(name) {
		return "", nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	dir, rest := ".", strings.Split(name, "/")
	var stat *fstypes.Stat
	var link string // the last one that leads up
	for links := 0; len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		switch {
		case part == "." || part == "":
			continue
		case part == ".." && dir == ".":
			return "", nil, &fs.PathError{Op: op, Path: name, Err: fmt.Errorf("symbolic link %s leaves the build context", link)}
		case part == "..":
			// The directory above the real one, which a link's text does not tell.
			dir = path.Dir(dir)
			stat = c.dirStat(dir)
			continue
		}
		entries, err := c.entries(dir)
		if err != nil {
			return "", nil, &fs.PathError{Op: op, Path: name, Err: err}
		}
		st, ok := entries[part]
		if !ok {
			return "", nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
		if fs.FileMode(st.Mode)&fs.ModeSymlink == 0 {
			if dir, stat = path.Join(dir, part), st; len(rest) > 0 && !isDir(st) {
				return "", nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
			}
			continue
		}
		through(path.Join(dir, part))
		if links++; links > maxLinks {
			return "", nil, &fs.PathError{Op: op, Path: name, Err: fmt.Errorf("too many symbolic links")}
		}
		if strings.Contains(st.Linkname, "..") {
			link = path.Join(dir, part)
		}
		stat = c.dirStat(dir)
		if path.IsAbs(st.Linkname) {
			// The context's root is meant, as BuildKit follows it.
			dir, stat = ".", nil
		}
		rest = append(strings.Split(st.Linkname, "/"), rest...)
	}
	return dir, stat, nil
}

// dirStat is the stat of a directory that was walked through, nil for the root.
func (c *contextFS) dirStat(dir string) *fstypes.Stat {
	return c.dirs[path.Dir(dir)][path.Base(dir)]
}

func isDir(st *fstypes.Stat) bool { return fs.FileMode(st.Mode).IsDir() }

// ReadFile gives a file's bytes, which the caller may change.
func (c *contextFS) ReadFile(name string) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	real, st, err := c.resolve("open", name)
	if err != nil {
		return nil, err
	}
	if st == nil || isDir(st) {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("is a directory")}
	}
	if data, ok := c.files[real]; ok {
		return bytes.Clone(data), nil
	}
	data, err := c.read(real)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	c.files[real] = data
	return bytes.Clone(data), nil
}

// ReadDir gives a directory's entries, sorted by name.
func (c *contextFS) ReadDir(name string) ([]fs.DirEntry, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	real, st, err := c.resolve("readdir", name)
	if err != nil {
		return nil, err
	}
	if st != nil && !isDir(st) {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fmt.Errorf("is not a directory")}
	}
	entries, err := c.entries(real)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	out := make([]fs.DirEntry, 0, len(entries))
	for _, st := range entries {
		out = append(out, fs.FileInfoToDirEntry(fileInfo{st}))
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name() < out[j].Name() })
	return out, nil
}

// Stat gives what is known of a file, symbolic links followed.
func (c *contextFS) Stat(name string) (fs.FileInfo, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, st, err := c.resolve("stat", name)
	if err != nil {
		return nil, err
	}
	if st == nil {
		st = &fstypes.Stat{Path: ".", Mode: uint32(fs.ModeDir | 0o755)}
	}
	return fileInfo{st}, nil
}

// Open opens a file or directory.
func (c *contextFS) Open(name string) (fs.File, error) {
	info, err := c.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		entries, err := c.ReadDir(name)
		return &openDir{info: info, entries: entries}, err
	}
	data, err := c.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &openFile{Reader: bytes.NewReader(data), info: info}, nil
}

type openFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

type openDir struct {
	info    fs.FileInfo
	entries []fs.DirEntry
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir) Close() error               { return nil }
func (d *openDir) Read([]byte) (int, error)   { return 0, fmt.Errorf("%s is a directory", d.info.Name()) }

// ReadDir gives the next n entries, or all that are left.
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(d.entries) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(d.entries) {
		n = len(d.entries)
	}
	out := d.entries[:n]
	d.entries = d.entries[n:]
	return out, nil
}

// fileInfo shows a stat of the wire as [fs.FileInfo].
type fileInfo struct{ st *fstypes.Stat }

func (i fileInfo) Name() string       { return path.Base(i.st.Path) }
func (i fileInfo) Size() int64        { return i.st.Size }
func (i fileInfo) Mode() fs.FileMode  { return fs.FileMode(i.st.Mode) }
func (i fileInfo) ModTime() time.Time { return time.Unix(0, i.st.ModTime) }
func (i fileInfo) IsDir() bool        { return i.Mode().IsDir() }
func (i fileInfo) Sys() any           { return i.st }

package integration

import (
	"context"
	"io"
	gofs "io/fs"
	"slices"
	"sync"
	"testing"

	"github.com/tonistiigi/fsutil"
)

// recorder is a context that writes down which files are read of it.
type recorder struct {
	fsutil.FS
	mu    sync.Mutex
	names []string
	bytes int64
}

func newRecorder(t *testing.T, dir string) *recorder {
	t.Helper()
	fs, err := fsutil.NewFS(dir)
	check(t, err)
	return &recorder{FS: fs}
}

// Walk passes on.
func (r *recorder) Walk(ctx context.Context, target string, fn gofs.WalkDirFunc) error {
	return r.FS.Walk(ctx, target, fn)
}

// Open writes the name down.
func (r *recorder) Open(name string) (io.ReadCloser, error) {
	f, err := r.FS.Open(name)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.names, name) {
		r.names = append(r.names, name)
	}
	return &countedFile{f, r}, err
}

type countedFile struct {
	io.ReadCloser
	r *recorder
}

func (f *countedFile) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	f.r.mu.Lock()
	defer f.r.mu.Unlock()
	f.r.bytes += int64(n)
	return n, err
}

// read lists what was read, sorted.
func (r *recorder) read() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := slices.Clone(r.names)
	slices.Sort(out)
	return out
}

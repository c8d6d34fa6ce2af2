package frontend

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	fstypes "github.com/tonistiigi/fsutil/types"
)

// tree is a context in memory that counts what is asked of it. A link's text
// starts with "-> ".
type tree struct {
	files  map[string]string
	listed map[string]int
	read   map[string]int
}

func newTree(files map[string]string) *tree {
	return &tree{files: files, listed: map[string]int{}, read: map[string]int{}}
}

// stats are the stats of all files and of their directories, by path.
func (tr *tree) stats() map[string]*fstypes.Stat {
	out := map[string]*fstypes.Stat{}
	for name, text := range tr.files {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			out[dir] = &fstypes.Stat{Path: dir, Mode: uint32(fs.ModeDir | 0o755)}
		}
		out[name] = &fstypes.Stat{Path: name, Mode: 0o644, Size: int64(len(text))}
		if link, ok := strings.CutPrefix(text, "-> "); ok {
			out[name] = &fstypes.Stat{Path: name, Mode: uint32(fs.ModeSymlink | 0o777), Linkname: link}
		}
	}
	return out
}

func (tr *tree) fs() *contextFS {
	stats := tr.stats()
	return &contextFS{
		list: func(dir string) ([]*fstypes.Stat, error) {
			tr.listed[dir]++
			var out []*fstypes.Stat
			for name, st := range stats {
				if path.Dir(name) == dir {
					// the gateway gives names and not paths
					st = st.CloneVT()
					st.Path = path.Base(name)
					out = append(out, st)
				}
			}
			return out, nil
		},
		read: func(name string) ([]byte, error) {
			tr.read[name]++
			return []byte(tr.files[name]), nil
		},
		dirs:  map[string]map[string]*fstypes.Stat{},
		files: map[string][]byte{},
	}
}

func TestContextFSReadFile(t *testing.T) {
	files := map[string]string{
		"a.txt":        "a",
		"dir/b.txt":    "b",
		"dir/up":       "-> ../a.txt",
		"dir/sub/deep": "-> ../../dir/b.txt",
		"here":         "-> dir",
		"twice":        "-> here/up",
		"absolute":     "-> /dir/b.txt",
		"outside":      "-> ../a.txt",
		"dir/outside":  "-> ../../etc/passwd",
		"self":         "-> self",
		"ping":         "-> pong",
		"pong":         "-> ping",
		"dangling":     "-> nowhere",
		"into":         "-> a.txt/x",
		"far":          "-> dir/sub",
		"beside":       "-> far/../b.txt",
		"above":        "-> far/../../a.txt",
		"beyond":       "-> far/../../../a.txt",
	}
	tests := []struct {
		reason, name, want string
		missing            bool   // the error is fs.ErrNotExist
		errText            string // "" for no error, else a part of it
	}{
		{reason: "a file", name: "a.txt", want: "a"},
		{reason: "a file in a directory", name: "dir/b.txt", want: "b"},
		{reason: "a link up, inside", name: "dir/up", want: "a"},
		{reason: "a link two up, inside", name: "dir/sub/deep", want: "b"},
		{reason: "through a linked directory", name: "here/b.txt", want: "b"},
		{reason: "a link through a link", name: "twice", want: "a"},
		{reason: "an absolute link is of the context's root", name: "absolute", want: "b"},
		{reason: "up from a linked directory is up from where it is", name: "beside", want: "b"},
		{reason: "twice up from a linked directory", name: "above", want: "a"},
		{reason: "three times up from a linked directory", name: "beyond", errText: "beyond leaves the build context"},
		{reason: "a link out of the context", name: "outside", errText: "outside leaves the build context"},
		{reason: "a deep link out of the context", name: "dir/outside", errText: "dir/outside leaves the build context"},
		{reason: "a link to itself", name: "self", errText: "too many symbolic links"},
		{reason: "links to each other", name: "ping", errText: "too many symbolic links"},
		{reason: "a dangling link", name: "dangling", missing: true, errText: "dangling"},
		{reason: "below a file", name: "a.txt/x", missing: true, errText: "a.txt/x"},
		{reason: "a link below a file", name: "into", missing: true, errText: "into"},
		{reason: "no such file", name: "no", missing: true, errText: "no"},
		{reason: "no such directory", name: "no/such/file", missing: true, errText: "no/such/file"},
		{reason: "a directory", name: "dir", errText: "is a directory"},
		{reason: "the root", name: ".", errText: "is a directory"},
		{reason: "no path of io/fs", name: "../a.txt", errText: "invalid"},
		{reason: "an absolute path", name: "/a.txt", errText: "invalid"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			got, err := newTree(files).fs().ReadFile(tt.name)
			if (err != nil) != (tt.errText != "") || err != nil && !strings.Contains(err.Error(), tt.errText) {
				t.Fatalf("error %v, want %q", err, tt.errText)
			}
			if errors.Is(err, fs.ErrNotExist) != tt.missing {
				t.Errorf("error %v: is fs.ErrNotExist, want %t", err, tt.missing)
			}
			var pathErr *fs.PathError
			if err != nil && (!errors.As(err, &pathErr) || pathErr.Path != tt.name) {
				t.Errorf("error %v does not name %s", err, tt.name)
			}
			if string(got) != tt.want {
				t.Errorf("read %q, want %q", got, tt.want)
			}
		})
	}
}

// A directory is listed once and a file read once, whatever is asked.
func TestContextFSAsksOnce(t *testing.T) {
	tr := newTree(map[string]string{"Cargo.toml": "x", "a/b/c": "c", "a/b/d": "d", "link": "-> a/b/c"})
	files := tr.fs()
	for range 3 {
		for _, name := range []string{"Cargo.toml", "a/b/c", "a/b/d", "link"} {
			if _, err := files.ReadFile(name); err != nil {
				t.Error(err)
			}
			if _, err := files.Stat(name); err != nil {
				t.Error(err)
			}
		}
		if _, err := files.Stat("a/b/missing"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("error %v, want fs.ErrNotExist", err)
		}
		if _, err := files.ReadDir("a/b"); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff(map[string]int{".": 1, "a": 1, "a/b": 1}, tr.listed); diff != "" {
		t.Errorf("listings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"Cargo.toml": 1, "a/b/c": 1, "a/b/d": 1}, tr.read); diff != "" {
		t.Errorf("reads (-want +got):\n%s", diff)
	}
}

// The gateway's failures are errors and are asked again.
func TestContextFSListFails(t *testing.T) {
	fail := errors.New("daemon went away")
	files := newTree(map[string]string{"a": "a"}).fs()
	list := files.list
	files.list = func(string) ([]*fstypes.Stat, error) { return nil, fail }
	if _, err := files.Stat("a"); !errors.Is(err, fail) {
		t.Errorf("error %v, want %v", err, fail)
	}
	if _, err := files.ReadDir("."); !errors.Is(err, fail) {
		t.Errorf("error %v, want %v", err, fail)
	}
	files.list = list
	if _, err := files.Stat("a"); err != nil {
		t.Error(err)
	}
}

// The tree is what io/fs says a file system is.
func TestContextFS(t *testing.T) {
	files := map[string]string{
		"Cargo.toml": "x", "src/main.rs": "fn main() {}", "src/bin/tool.rs": "", "a/b/c/d": "d", "link": "-> src/main.rs",
	}
	names := slices.Sorted(maps.Keys(files))
	if err := fstest.TestFS(newTree(files).fs(), names...); err != nil {
		t.Error(err)
	}
}

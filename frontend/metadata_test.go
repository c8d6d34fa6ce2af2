package frontend

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	fstypes "github.com/tonistiigi/fsutil/types"
)

// frames is a metadata file as the transfer writes it.
func frames(t testing.TB, stats ...*fstypes.Stat) []byte {
	t.Helper()
	var out []byte
	for _, st := range stats {
		data, err := st.MarshalVT()
		if err != nil {
			t.Fatal(err)
		}
		out = binary.LittleEndian.AppendUint32(out, uint32(len(data)))
		out = append(out, data...)
	}
	return out
}

func statDir(name string) *fstypes.Stat {
	return &fstypes.Stat{Path: name, Mode: uint32(fs.ModeDir | 0o755)}
}

func statFile(name string) *fstypes.Stat { return &fstypes.Stat{Path: name, Mode: 0o644} }

func TestDecodeMetadata(t *testing.T) {
	good := frames(t, statFile("Cargo.toml"), statDir("src"), statFile("src/main.rs"))
	tests := []struct {
		reason string
		data   []byte
		want   map[string][]string
		fails  bool
	}{
		{reason: "nothing is an empty context", want: map[string][]string{".": nil}},
		{reason: "files and directories", data: good, want: map[string][]string{".": {"Cargo.toml", "src"}, "src": {"main.rs"}}},
		{reason: "an empty directory", data: frames(t, statDir("empty")), want: map[string][]string{".": {"empty"}, "empty": nil}},
		{reason: "a length that is cut short", data: good[:2], fails: true},
		{reason: "a stat that is cut short", data: good[:len(good)-1], fails: true},
		{reason: "a length alone", data: good[:4], fails: true},
		{reason: "a length beyond all", data: []byte{0xff, 0xff, 0xff, 0xff, 1}, fails: true},
		{reason: "no protobuf", data: []byte{3, 0, 0, 0, 0xff, 0xff, 0xff}, fails: true},
		{reason: "text", data: []byte("this is no metadata"), fails: true},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			dirs, err := decodeMetadata(tt.data)
			if (err != nil) != tt.fails {
				t.Fatalf("error %v, want one: %t", err, tt.fails)
			}
			if tt.fails {
				return
			}
			got := map[string][]string{}
			for dir, entries := range dirs {
				got[dir] = slices.Sorted(maps.Keys(entries))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("names by directory (-want +got):\n%s", diff)
			}
		})
	}
}

// metadataFS is a context that is read from its metadata.
func metadataFS(dirs map[string]map[string]*fstypes.Stat) *contextFS {
	return &contextFS{
		list:  func(string) ([]*fstypes.Stat, error) { return nil, fs.ErrNotExist },
		read:  func(string) ([]byte, error) { return nil, nil },
		dirs:  dirs,
		files: map[string][]byte{},
	}
}

// Names are those of the files although the stats of a transfer have paths.
func TestMetadataFS(t *testing.T) {
	dirs, err := decodeMetadata(frames(t, statFile("Cargo.toml"), statDir("a"), statDir("a/b"), statFile("a/b/c")))
	if err != nil {
		t.Fatal(err)
	}
	files := metadataFS(dirs)
	if err := fstest.TestFS(files, "Cargo.toml", "a/b/c"); err != nil {
		t.Error(err)
	}
	if _, err := files.Stat("a/b/missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist", err)
	}
}

// Whatever the bytes are, there is no panic, and the parents are known.
func FuzzDecodeMetadata(f *testing.F) {
	good := frames(f, statFile("Cargo.toml"), statDir("src"), statFile("src/main.rs"))
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Add(frames(f, statFile("../../x"), statFile("/abs"), statFile("")))
	f.Fuzz(func(t *testing.T, data []byte) {
		dirs, err := decodeMetadata(data)
		if err != nil {
			if dirs != nil {
				t.Error("both a result and an error")
			}
			return
		}
		if dirs["."] == nil {
			t.Error("no root")
		}
		if _, err := metadataFS(dirs).ReadDir("."); err != nil {
			t.Error(err)
		}
	})
}

// Files of some names are read ahead, each once, and none where there are too many.
func TestReadAhead(t *testing.T) {
	files := map[string]string{"Cargo.toml": "root", "app/Cargo.toml": "app", "app/src/lib.rs": "lib", "README.md": "", "link/Cargo.toml": "-> ../Cargo.toml"}
	listed := func(files map[string]string) (*contextFS, map[string]bool) {
		tr, read := newTree(files), map[string]bool{}
		c := tr.fs()
		for _, st := range tr.stats() {
			if c.dirs == nil {
				c.dirs = map[string]map[string]*fstypes.Stat{}
			}
			addStat(c.dirs, st)
		}
		var mu sync.Mutex
		c.read = func(name string) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			if read[name] {
				t.Errorf("%s is read twice", name)
			}
			read[name] = true
			return []byte(files[name]), nil
		}
		return c, read
	}
	c, read := listed(files)
	c.readAhead([]string{"Cargo.toml", "lib.rs"})
	if want := map[string]bool{"Cargo.toml": true, "app/Cargo.toml": true, "app/src/lib.rs": true}; !maps.Equal(read, want) {
		t.Errorf("read ahead: %v", read)
	}
	if data, err := c.ReadFile("app/Cargo.toml"); err != nil || string(data) != "app" {
		t.Errorf("%q, %v", data, err)
	}
	many := map[string]string{}
	for i := range mostAhead + 1 {
		many[fmt.Sprintf("%d/Cargo.toml", i)] = "x"
	}
	if c, read = listed(many); len(read) > 0 {
		t.Errorf("read of itself: %v", read)
	}
	if c.readAhead([]string{"Cargo.toml"}); len(read) > 0 {
		t.Errorf("%d files of too many are read ahead", len(read))
	}
}

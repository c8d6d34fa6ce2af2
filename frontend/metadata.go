package frontend

import (
	"context"
	"encoding/binary"
	"fmt"
	"io/fs"
	"path"

	"github.com/moby/buildkit/frontend/gateway/client"
	fstypes "github.com/tonistiigi/fsutil/types"
	"golang.org/x/sync/errgroup"
)

// metadataFile is where a metadata-only transfer leaves the stat of every file
// (tonistiigi/fsutil, receive.go).
const metadataFile = ".fsutil-metadata"

// newMetadataFS shows a metadata-only transfer: the stat of every file, and
// the bytes of those that travelled.
func newMetadataFS(ctx context.Context, ref client.Reference) (*contextFS, error) {
	read := refReader(ctx, ref)
	data, err := read(metadataFile)
	if err != nil {
		return nil, fmt.Errorf("read the list of the context's files: %w", err)
	}
	dirs, err := decodeMetadata(data)
	if err != nil {
		return nil, err
	}
	return &contextFS{
		list: func(string) ([]*fstypes.Stat, error) { return nil, fs.ErrNotExist },
		read: read, dirs: dirs, files: map[string][]byte{},
	}, nil
}

// decodeMetadata reads frames of a little-endian 32-bit length and a stat.
func decodeMetadata(data []byte) (map[string]map[string]*fstypes.Stat, error) {
	dirs := map[string]map[string]*fstypes.Stat{".": {}}
	for len(data) > 0 {
		if len(data) < 4 {
			return nil, fmt.Errorf("the list of the context's files is cut short")
		}
		n := int(binary.LittleEndian.Uint32(data))
		data = data[4:]
		if n > len(data) {
			return nil, fmt.Errorf("the list of the context's files is cut short")
		}
		st := &fstypes.Stat{}
		if err := st.UnmarshalVT(data[:n]); err != nil {
			return nil, fmt.Errorf("read the list of the context's files: %w", err)
		}
		data = data[n:]
		addStat(dirs, st)
	}
	return dirs, nil
}

func addStat(dirs map[string]map[string]*fstypes.Stat, st *fstypes.Stat) {
	name := path.Clean(st.Path)
	if name == "." {
		return // the root is in no directory
	}
	if isDir(st) && dirs[name] == nil {
		dirs[name] = map[string]*fstypes.Stat{}
	}
	parent := path.Dir(name)
	if dirs[parent] == nil {
		dirs[parent] = map[string]*fstypes.Stat{}
	}
	dirs[parent][path.Base(name)] = st
}

// mostAhead is how many files are read ahead, and atOnce how many of them at one time: what
// has more has many that nobody asks for, such as tests of a tool that reads manifests.
const mostAhead, atOnce = 100, 8

// readAhead reads the files of some names in all directories that are known, since each one is
// a round trip. What cannot be read has an error when it is asked for.
func (c *contextFS) readAhead(names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var wanted []string
	for dir, entries := range c.dirs {
		for _, name := range names {
			if st := entries[name]; st != nil && fs.FileMode(st.Mode).IsRegular() {
				wanted = append(wanted, path.Join(dir, name))
			}
		}
	}
	if len(wanted) > mostAhead {
		return
	}
	data := make([][]byte, len(wanted))
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i, name := range wanted {
		group.Go(func() error {
			data[i], _ = c.read(name)
			return nil
		})
	}
	_ = group.Wait()
	for i, name := range wanted {
		if data[i] != nil {
			c.files[name] = data[i]
		}
	}
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/containerd/containerd/v2/pkg/archive"
	"github.com/containerd/containerd/v2/pkg/archive/compression"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// layout is a directory in OCI image layout and one image in it.
type layout struct {
	dir    string
	digest digest.Digest
}

// image is what the benchmark wants to know of an unpacked image.
type image struct {
	config                 ocispecs.ImageConfig
	bytes, compressedBytes int64
}

// soleImage finds the image of a layout that holds one.
func soleImage(dir string) (layout, error) {
	var index ocispecs.Index
	if err := readJSON(filepath.Join(dir, ocispecs.ImageIndexFile), &index); err != nil {
		return layout{}, err
	}
	if len(index.Manifests) != 1 {
		return layout{}, fmt.Errorf("%s holds %d images, want 1", dir, len(index.Manifests))
	}
	return layout{dir: dir, digest: index.Manifests[0].Digest}, nil
}

func (l layout) blob(d digest.Digest) string {
	return filepath.Join(l.dir, ocispecs.ImageBlobsDir, d.Algorithm().String(), d.Encoded())
}

// unpack applies the image's layers to an empty directory. An index must name
// one image beside attestations.
func (l layout) unpack(ctx context.Context, root string) (image, error) {
	manifest, err := l.manifest()
	if err != nil {
		return image{}, err
	}
	var config ocispecs.Image
	if err := readJSON(l.blob(manifest.Config.Digest), &config); err != nil {
		return image{}, err
	}
	out := image{config: config.Config}
	for _, desc := range manifest.Layers {
		n, err := applyLayer(ctx, l.blob(desc.Digest), root)
		if err != nil {
			return image{}, fmt.Errorf("unpack layer %s: %w", desc.Digest, err)
		}
		out.bytes += n
		out.compressedBytes += desc.Size
	}
	return out, nil
}

func (l layout) manifest() (ocispecs.Manifest, error) {
	var both struct {
		ocispecs.Manifest
		Manifests []ocispecs.Descriptor `json:"manifests"`
	}
	if err := readJSON(l.blob(l.digest), &both); err != nil {
		return ocispecs.Manifest{}, err
	}
	for _, m := range both.Manifests {
		if m.Platform != nil && m.Platform.OS != "unknown" {
			return layout{dir: l.dir, digest: m.Digest}.manifest()
		}
	}
	return both.Manifest, nil
}

// applyLayer unpacks one layer and returns its size when not compressed.
func applyLayer(ctx context.Context, blob, root string) (int64, error) {
	f, err := os.Open(blob)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	r, err := compression.DecompressStream(f)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	counter := &countingReader{r: r}
	if _, err := archive.Apply(ctx, root, counter); err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, counter)
	return counter.n, err
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// blobs lists the files of a directory tree with their sizes; with content
// addressed names, as in a cache export, that says what is the same.
func blobs(dir string) (map[string]int64, error) {
	out := map[string]int64{}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		out[name] = info.Size()
		return err
	})
	return out, err
}

// total sums sizes, leaving out the names that another set has too.
func total(sizes, except map[string]int64) int64 {
	var n int64
	for name, size := range sizes {
		if _, ok := except[name]; !ok {
			n += size
		}
	}
	return n
}

func readJSON(path string, v any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

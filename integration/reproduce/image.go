package main

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/containerd/v2/pkg/archive/compression"
	contentlocal "github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/containerd/platforms"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// image is what two builds are compared by.
type image struct {
	digest string
	config map[string]any
	layers []layer
}

// layer has the files of a layer by path, with a slash in front.
type layer struct {
	digest string
	files  map[string]file
}

// file is one entry of a layer.
type file struct {
	// about is what a tar header says, by the name of the field.
	about map[string]string
	data  []byte
}

// readImage reads the only image of a layout.
func readImage(ctx context.Context, dir string) (*image, error) {
	data, err := os.ReadFile(filepath.Join(dir, ocispecs.ImageIndexFile))
	if err != nil {
		return nil, err
	}
	var index ocispecs.Index
	if err := json.Unmarshal(data, &index); err != nil || len(index.Manifests) != 1 {
		return nil, fmt.Errorf("%s holds %d images, want 1: %w", dir, len(index.Manifests), err)
	}
	store, err := contentlocal.NewStore(dir)
	if err != nil {
		return nil, err
	}
	manifest, err := images.Manifest(ctx, store, index.Manifests[0], platforms.All)
	if err != nil {
		return nil, err
	}
	img := &image{digest: index.Manifests[0].Digest.String()}
	if data, err = content.ReadBlob(ctx, store, manifest.Config); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &img.config); err != nil {
		return nil, fmt.Errorf("read the image's configuration: %w", err)
	}
	delete(img.config, "rootfs") // it says which layers there are
	for _, desc := range manifest.Layers {
		files, err := readLayer(ctx, store, desc)
		if err != nil {
			return nil, fmt.Errorf("read layer %s: %w", desc.Digest, err)
		}
		img.layers = append(img.layers, layer{desc.Digest.String(), files})
	}
	return img, nil
}

func readLayer(ctx context.Context, store content.Provider, desc ocispecs.Descriptor) (map[string]file, error) {
	blob, err := store.ReaderAt(ctx, desc)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	plain, err := compression.DecompressStream(content.NewReader(blob))
	if err != nil {
		return nil, err
	}
	defer plain.Close()
	return readTar(plain)
}

func readTar(r io.Reader) (map[string]file, error) {
	out := map[string]file{}
	for entries := tar.NewReader(r); ; {
		h, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(entries)
		if err != nil {
			return nil, err
		}
		out[filepath.Join("/", h.Name)] = file{about: about(h), data: data}
	}
}

// about writes down what two entries may differ in besides their bytes.
func about(h *tar.Header) map[string]string {
	out := map[string]string{
		"type": string(h.Typeflag), "mode": fmt.Sprintf("%#o", h.Mode), "owner": fmt.Sprintf("%d:%d", h.Uid, h.Gid),
		"time": h.ModTime.UTC().String(), "link": h.Linkname,
	}
	for _, name := range slices.Sorted(maps.Keys(h.PAXRecords)) {
		if name != "path" && name != "linkpath" && name != "mtime" {
			out[name] = h.PAXRecords[name]
		}
	}
	return out
}

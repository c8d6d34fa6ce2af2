package integration

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/containerd/containerd/v2/pkg/archive"
	"github.com/containerd/containerd/v2/pkg/archive/compression"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// unprivileged is the user of the image.
const unprivileged = 65532

// ociImage is an image in an OCI layout of its own.
type ociImage struct {
	dir      string
	manifest ocispecs.Manifest
	config   dockerspec.DockerOCIImage
}

// readImage reads the only image of a layout; provenance beside it is passed
// over.
func readImage(t *testing.T, dir string) *ociImage {
	t.Helper()
	img := &ociImage{dir: dir}
	index := readIndex(t, dir)
	desc := index.Manifests[0]
	for desc.MediaType == ocispecs.MediaTypeImageIndex {
		img.json(t, desc.Digest, &index)
		desc = index.Manifests[0]
	}
	img.json(t, desc.Digest, &img.manifest)
	img.json(t, img.manifest.Config.Digest, &img.config)
	return img
}

// readIndex reads what a layout holds.
func readIndex(t *testing.T, dir string) ocispecs.Index {
	t.Helper()
	var index ocispecs.Index
	data, err := os.ReadFile(filepath.Join(dir, "index.json"))
	check(t, err)
	check(t, json.Unmarshal(data, &index))
	return index
}

func (i *ociImage) blob(dgst digest.Digest) string {
	return filepath.Join(i.dir, "blobs", dgst.Algorithm().String(), dgst.Encoded())
}

func (i *ociImage) json(t *testing.T, dgst digest.Digest, into any) {
	t.Helper()
	data, err := os.ReadFile(i.blob(dgst))
	check(t, err)
	check(t, json.Unmarshal(data, into))
}

// unpack writes the layers into a directory, with their owners and modes.
func (i *ociImage) unpack(t *testing.T, root string) {
	t.Helper()
	for _, layer := range i.manifest.Layers {
		f, err := os.Open(i.blob(layer.Digest))
		check(t, err)
		r, err := compression.DecompressStream(f)
		check(t, err)
		_, err = archive.Apply(t.Context(), root, r)
		check(t, err)
		check(t, r.Close())
		check(t, f.Close())
	}
}

// entries lists a layer's tar headers, each with the digest of its bytes.
func (i *ociImage) entries(t *testing.T, layer int) []string {
	t.Helper()
	f, err := os.Open(i.blob(i.manifest.Layers[layer].Digest))
	check(t, err)
	defer f.Close()
	r, err := compression.DecompressStream(f)
	check(t, err)
	defer r.Close()
	var out []string
	for entries := tar.NewReader(r); ; {
		h, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		check(t, err)
		sum, err := digest.FromReader(entries)
		check(t, err)
		out = append(out, fmt.Sprintf("%s %o %d:%d %s %v %s", h.Name, h.Mode, h.Uid, h.Gid, h.ModTime, h.PAXRecords, sum))
	}
}

// inRoot runs a program with a directory as its root.
func inRoot(root string, uid uint32, path string, args ...string) (string, error) {
	return output(func() *exec.Cmd {
		return &exec.Cmd{
			Path: path, Args: append([]string{path}, args...), Dir: "/", Env: []string{},
			SysProcAttr: &syscall.SysProcAttr{
				Chroot:     root,
				Credential: &syscall.Credential{Uid: uid, Gid: uid},
			},
		}
	})
}

// output runs a program that this process has written. It waits for a child that a test
// beside this one has just forked, which has the file open until it executes something
// itself (golang/go#22315).
func output(command func() *exec.Cmd) (string, error) {
	for {
		out, err := command().CombinedOutput()
		if !errors.Is(err, syscall.ETXTBSY) {
			return string(out), err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// tree lists what is in a directory: path and mode of each entry.
func tree(t *testing.T, root string) map[string]fs.FileMode {
	t.Helper()
	out := map[string]fs.FileMode{}
	check(t, filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		out["/"+rel] = info.Mode()
		return err
	}))
	return out
}

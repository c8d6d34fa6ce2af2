//go:build !gateway

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// addLayout adds an OCI layout directory PATH[:TAG][@DIGEST] as a named context.
func addLayout(opt *client.SolveOpt, key, ref string) error {
	dir, dgst, err := resolveLayout(ref)
	if err != nil {
		return fmt.Errorf("oci-layout://%s: %w", ref, err)
	}
	store, err := local.NewStore(dir)
	if err != nil {
		return fmt.Errorf("oci-layout://%s: %w", ref, err)
	}
	id := fmt.Sprintf("layout-%d", len(opt.OCIStores))
	opt.OCIStores[id] = store
	opt.FrontendAttrs[key] = "oci-layout://" + id + "@" + dgst.String()
	return nil
}

// resolveLayout finds the directory and the manifest that a reference names:
// the digest, the manifest of the tag, or the layout's only manifest.
// https://github.com/opencontainers/image-spec/blob/main/image-layout.md
func resolveLayout(ref string) (string, digest.Digest, error) {
	if dir, text, ok := strings.Cut(ref, "@"); ok {
		dgst, err := digest.Parse(text)
		if err != nil {
			return "", "", err
		}
		if _, err := os.Stat(filepath.Join(dir, ocispecs.ImageLayoutFile)); err == nil {
			return dir, dgst, nil
		}
		dir, _ = cutTag(dir)
		return dir, dgst, nil
	}
	dir, tag := ref, ""
	if _, err := os.Stat(dir); err != nil {
		dir, tag = cutTag(ref)
	}
	data, err := os.ReadFile(filepath.Join(dir, ocispecs.ImageIndexFile))
	if err != nil {
		return "", "", err
	}
	var index ocispecs.Index
	if err := json.Unmarshal(data, &index); err != nil {
		return "", "", fmt.Errorf("read %s: %w", ocispecs.ImageIndexFile, err)
	}
	if tag == "" && len(index.Manifests) == 1 {
		return dir, index.Manifests[0].Digest, nil
	}
	if tag == "" {
		tag = "latest"
	}
	var known []string
	for _, m := range index.Manifests {
		name := m.Annotations[ocispecs.AnnotationRefName]
		if name == tag {
			return dir, m.Digest, nil
		}
		known = append(known, name)
	}
	return "", "", fmt.Errorf("there is no tag %q; there are: %s", tag, strings.Join(known, ", "))
}

// cutTag splits PATH:TAG.
func cutTag(ref string) (dir, tag string) {
	if i := strings.LastIndexByte(ref, ':'); i > strings.LastIndexByte(ref, '/') {
		return ref[:i], ref[i+1:]
	}
	return ref, ""
}

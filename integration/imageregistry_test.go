package integration

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// imageRegistry serves one image of an OCI layout under every name and tag, on
// loopback: the part of the distribution API that pulls.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull
type imageRegistry struct {
	host  string
	image layout
	media string // the type of what the digest names

	mu    sync.Mutex
	asked []string // for tags
}

func newImageRegistry(t *testing.T, image layout) *imageRegistry {
	t.Helper()
	r := &imageRegistry{image: image}
	var head struct{ MediaType string }
	(&ociImage{dir: image.dir}).json(t, digest.Digest(image.digest), &head)
	r.media = head.MediaType
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.host = strings.TrimPrefix(server.URL, "http://")
	return r
}

// ServeHTTP answers GET and HEAD of manifests and blobs.
func (r *imageRegistry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	dir, ref := filepath.Split(req.URL.Path)
	w.Header().Set("Docker-Distribution-API-Version", "registry/2.0")
	switch kind := filepath.Base(dir); {
	case req.URL.Path == "/v2/":
		return
	case kind == "manifests" && !strings.HasPrefix(ref, "sha256:"):
		r.mu.Lock()
		r.asked = append(r.asked, ref)
		r.mu.Unlock()
		ref = r.image.digest
		fallthrough
	case kind == "manifests":
		w.Header().Set("Content-Type", r.mediaOf(ref))
		fallthrough
	case kind == "blobs":
		w.Header().Set("Docker-Content-Digest", ref)
		http.ServeFile(w, req, (&ociImage{dir: r.image.dir}).blob(digest.Digest(ref)))
	default:
		http.NotFound(w, req)
	}
}

// mediaOf is the type of a manifest: that of the image, or of one below it.
func (r *imageRegistry) mediaOf(ref string) string {
	if ref == r.image.digest {
		return r.media
	}
	return ocispecs.MediaTypeImageManifest
}

// tags are the tags that were asked for since the last call.
func (r *imageRegistry) tags() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.asked
	r.asked = nil
	return out
}

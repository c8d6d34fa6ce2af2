package integration

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// registry is a sparse registry on loopback with crates made by the test. It
// serves no index but config.json: the frontend needs nothing else.
// https://doc.rust-lang.org/cargo/reference/registry-index.html
type registry struct {
	t      *testing.T
	url    string
	dl     string // download template, relative to url
	values map[string]string

	mu      sync.Mutex
	crates  map[string][]byte // by the path that the template gives
	missing map[string]int    // status instead of the crate
	asked   []string
}

// newRegistry starts a registry with the crates of a txtar text, in which each
// top directory is NAME-VERSION. The download template may hold the markers of
// the registry's config.json.
func newRegistry(t *testing.T, dl, text string, values ...map[string]string) *registry {
	t.Helper()
	r := &registry{
		t: t, dl: dl, values: map[string]string{},
		crates: map[string][]byte{}, missing: map[string]int{},
	}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.url = server.URL
	r.values["registry"] = server.URL
	r.publish(text, values...)
	return r
}

// publish adds crates. For each the checksum is a value NAME-VERSION for a
// project's lock file.
func (r *registry) publish(text string, values ...map[string]string) {
	r.t.Helper()
	files := map[string][]txtar.File{}
	var order []string
	salt := map[string]string{"salt": rand.Text()} // never in a cache before
	for _, f := range txtar.Parse([]byte(expand(text, append(values, salt)...))).Files {
		crate, _, _ := strings.Cut(f.Name, "/")
		if files[crate] == nil {
			order = append(order, crate)
		}
		files[crate] = append(files[crate], f)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, crate := range order {
		data := pack(r.t, files[crate])
		sum := sha256.Sum256(data)
		checksum := hex.EncodeToString(sum[:])
		r.values[crate] = checksum
		r.crates[r.place(crate, checksum)] = data
	}
}

// place fills the template's markers in, or adds /CRATE/VERSION/download.
func (r *registry) place(crate, checksum string) string {
	i := strings.LastIndex(crate, "-")
	name, version := crate[:i], crate[i+1:]
	prefix := map[int]string{1: "1", 2: "2", 3: "3/" + name[:1]}[len(name)]
	if len(name) > 3 {
		prefix = name[:2] + "/" + name[2:4]
	}
	if !strings.Contains(r.dl, "{") {
		return r.dl + "/" + name + "/" + version + "/download"
	}
	return strings.NewReplacer(
		"{crate}", name, "{version}", version, "{sha256-checksum}", checksum,
		"{prefix}", prefix, "{lowerprefix}", strings.ToLower(prefix),
	).Replace(r.dl)
}

// fail makes the registry answer a crate with a status.
func (r *registry) fail(crate string, status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.missing[r.place(crate, r.values[crate])] = status
}

// corrupt changes what the registry serves for a crate.
func (r *registry) corrupt(crate string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	place := r.place(crate, r.values[crate])
	r.crates[place] = append(bytes.Clone(r.crates[place]), 0)
}

// ServeHTTP answers what was published.
func (r *registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, req.URL.Path)
	if req.URL.Path == "/index/config.json" {
		_ = json.NewEncoder(w).Encode(map[string]string{"dl": r.url + r.dl})
		return
	}
	if status := r.missing[req.URL.Path]; status != 0 {
		http.Error(w, "no", status)
		return
	}
	data, ok := r.crates[req.URL.Path]
	if !ok {
		http.NotFound(w, req)
		return
	}
	_, _ = w.Write(data)
}

// pack makes a crate archive as `cargo package` does: no entries for
// directories, somebody's user id, an old time.
func pack(t *testing.T, files []txtar.File) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	w := tar.NewWriter(zip)
	for _, f := range files {
		check(t, w.WriteHeader(&tar.Header{
			Name: f.Name, Mode: 0o644, Size: int64(len(f.Data)), Uid: 1000, Gid: 1000,
			ModTime: time.Date(2006, 7, 24, 1, 21, 28, 0, time.UTC),
		}))
		_, err := w.Write(f.Data)
		check(t, err)
	}
	check(t, w.Close())
	check(t, zip.Close())
	return out.Bytes()
}

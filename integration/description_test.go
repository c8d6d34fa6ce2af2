package integration

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/buildkit/client"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// What an exported cache says of the build is not more for the builds that the
// daemon has done before: BuildKit imports no description above a megabyte.
func TestExportNamesNoOtherBuilds(t *testing.T) {
	b := newDaemon(t, inProcess)
	for _, tt := range []struct {
		project, edited, from string
		req                   build
	}{
		{"layers", "src/main.rs", `"{}`, build{}},
		{"members", "crates/app/src/main.rs", `"app `, build{attrs: target("app")}},
		{"members", "crates/mid/src/lib.rs", "mid ", build{attrs: target("app")}},
		{"goals", "crates/numbers/src/lib.rs", "/// The answer.", goal("check", "")},
	} {
		t.Run(tt.project+" "+filepath.Dir(tt.edited), func(t *testing.T) {
			r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
			p := newProject(t, testdata(t, tt.project), r.values)
			req := tt.req
			req.dir, req.args = p.dir, map[string]string{"layers": "crate"}
			before := describes(t, b.cacheOf(t, req))
			for i := range 6 {
				p.replace(tt.edited, tt.from, fmt.Sprintf("%s%d ", tt.from, i))
				b.build(t, req)
				p.replace(tt.edited, fmt.Sprintf("%s%d ", tt.from, i), tt.from)
			}
			if after := describes(t, b.cacheOf(t, req)); after > before+before/10 {
				t.Errorf("after six edits the cache of the same project is described in %d bytes, before in %d", after, before)
			}
		})
	}
}

// describes gives the size of a local cache's description.
func describes(t *testing.T, cache []client.CacheOptionsEntry) int {
	t.Helper()
	dir := cache[0].Attrs["src"]
	var index ocispecs.Index
	data, err := os.ReadFile(filepath.Join(dir, "index.json"))
	check(t, err)
	check(t, json.Unmarshal(data, &index))
	read := func(desc ocispecs.Descriptor) []byte {
		data, err := os.ReadFile(filepath.Join(dir, "blobs", desc.Digest.Algorithm().String(), desc.Digest.Encoded()))
		check(t, err)
		return data
	}
	var manifest struct {
		Config    ocispecs.Descriptor
		Manifests []ocispecs.Descriptor
	}
	check(t, json.Unmarshal(read(index.Manifests[0]), &manifest))
	for _, desc := range append(manifest.Manifests, manifest.Config) {
		if strings.Contains(desc.MediaType, "cacheconfig") {
			return len(read(desc))
		}
	}
	t.Fatal("the cache has no description")
	return 0
}

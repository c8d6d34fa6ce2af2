package integration

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/buildkit/client"
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
				edit := fmt.Sprintf("%s%d ", tt.from, i)
				p.replace(tt.edited, tt.from, edit)
				b.build(t, req)
				p.replace(tt.edited, edit, tt.from)
			}
			if after := describes(t, b.cacheOf(t, req)); after > before+before/10 {
				t.Errorf("after six edits the cache of the same project is described in %d bytes, before in %d", after, before)
			}
		})
	}
}

// describes gives the size of a local cache's description.
func describes(t *testing.T, cache []client.CacheOptionsEntry) int64 {
	t.Helper()
	desc := readImage(t, cache[0].Attrs["src"]).manifest.Config
	if !strings.Contains(desc.MediaType, "cacheconfig") {
		t.Fatalf("the cache has no description, but %s", desc.MediaType)
	}
	return desc.Size
}

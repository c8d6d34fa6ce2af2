package integration

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client"
)

// The same input gives the same image on two daemons that share nothing,
// whatever the place and the times of the project; and a daemon that imports
// the cache of another one compiles nothing.
func TestTwoDaemons(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "workspace"), r.values)
		copied := copyProject(t, p.dir)
		copied.date(time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC))
		imported := newProject(t, testdata(t, "table"), r.values)
		second := newDaemon(t, b.driver)

		t.Run("same digest", func(t *testing.T) {
			one := b.build(t, build{dir: p.dir, attrs: target("app")})
			two := second.build(t, build{dir: copied.dir, attrs: target("app")})
			two.mustRun("fetch", "deps", "source", "image")
			if one.digest != two.digest || one.digest == "" {
				t.Errorf("the images are %q and %q", one.digest, two.digest)
				explainDifference(t, readImage(t, one.layout), readImage(t, two.layout))
			}
		})
		t.Run("imported cache", func(t *testing.T) {
			first := b.build(t, build{dir: imported.dir, attrs: target("app")})
			from := b.cacheOf(t, build{dir: imported.dir, attrs: target("app")})
			res := second.build(t, build{dir: imported.dir, attrs: target("app"), cacheFrom: from})
			res.mustNotRun("fetch", "plan", "deps", "source", "image")
			for _, v := range res.vertices {
				if v.ran() && strings.Contains(v.name, "inspect the toolchain") {
					t.Error("the toolchain is looked at again")
				}
			}
			if res.digest != first.digest {
				t.Errorf("the image is %q, and %q where it was compiled", res.digest, first.digest)
				explainDifference(t, readImage(t, first.layout), readImage(t, res.layout))
			}
			if got := res.run("app"); got != tableSays+"\n" {
				t.Errorf("the program says %q", got)
			}
			imported.replace("util/src/lib.rs", `"help"`, `"help from afar"`)
			res = second.build(t, build{dir: imported.dir, attrs: target("app"), cacheFrom: from})
			res.mustNotRun("deps")
			res.mustRun("source")
			if got := res.run("app"); got != tableSays+" from afar\n" {
				t.Errorf("the program says %q", got)
			}
		})
	})
}

// explainDifference says in what two images differ.
func explainDifference(t *testing.T, one, two *ociImage) {
	t.Helper()
	t.Logf("configuration:\n%s", cmp.Diff(one.config, two.config))
	for i := range min(len(one.manifest.Layers), len(two.manifest.Layers)) {
		a, b := one.entries(t, i), two.entries(t, i)
		t.Logf("layer %d:\n%s", i, cmp.Diff(a, b))
	}
}

// Exports other than an image hold the same files.
func TestExporters(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		out := filepath.Join(t.TempDir(), "out")
		b.build(t, build{dir: exampleHello, exports: []client.ExportEntry{{Type: client.ExporterLocal, OutputDir: out}}})
		check(t, os.Chmod(out, 0o755)) // the client makes it for its user alone
		if got, err := inRoot(out, unprivileged, "/usr/local/bin/hello", "7"); err != nil || got != "Hello, world! (x7)\n" {
			t.Errorf("%q, %v", got, err)
		}
	})
}

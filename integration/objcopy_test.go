package integration

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/containerd/containerd/v2/pkg/archive/compression"
	gwclient "github.com/moby/buildkit/frontend/gateway/client"
)

// A list needs cargo's unit graph: one of all that Cargo.lock has would be wrong.
func TestAuditableWithoutUnitGraph(t *testing.T) {
	b := newBed(t, inProcess)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	p := newProject(t, testdata(t, "layers"), r.values)
	res := b.fail(t, build{
		dir: p.dir, args: map[string]string{"auditable": "true"},
		wrap: func(c gwclient.Client) gwclient.Client { return noUnits{c} },
	})
	res.mustSay("auditable: what is compiled is not known, since this toolchain's cargo gives no unit graph")
	res.mustNotRun("deps", "source")
}

// A toolchain without objcopy builds all the same, and cargo strips; what cannot be
// done without it is refused before anything is compiled.
func TestToolchainWithoutObjcopy(t *testing.T) {
	b := newBed(t, inProcess)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	p := newProject(t, traced, r.values, map[string]string{"profile": "debug = true"})
	req := build{dir: p.dir, wrap: func(c gwclient.Client) gwclient.Client { return noObjcopy{c} }}
	bin := readELF(t, b.build(t, req).binary("traced"))
	mustHave(t, bin, map[string]bool{".symtab": false, ".debug_info": false, ".gnu_debuglink": false})
	for _, tt := range []struct {
		reason, want string
		change       func(*build)
	}{
		{"the stage", "debug information cannot be taken out of the binaries", func(req *build) { req.attrs = target("debug-info") }},
		{"debug-info", "debug-info: debug information cannot", func(req *build) { req.args = map[string]string{"debug-info": "true"} }},
		{"auditable", "auditable: the toolchain image", func(req *build) { req.args = map[string]string{"auditable": "true"} }},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			p.add("src/main.rs", "// "+t.Name()+"\n")
			req := req
			tt.change(&req)
			res := b.fail(t, req)
			res.mustSay(tt.want, "the toolchain image has no objcopy for "+muslTriple()+": install binutils or LLVM in it")
			res.mustNotRun("deps", "source")
		})
	}
}

// noObjcopy hides the programs that rewrite binaries, as in an image without them.
type noObjcopy struct{ gwclient.Client }

func (c noObjcopy) Solve(ctx context.Context, req gwclient.SolveRequest) (*gwclient.Result, error) {
	res, err := c.Client.Solve(ctx, req)
	if err == nil && req.Definition != nil && endsWith(req.Definition, `"do":"inspect"`) {
		res.Ref = noObjcopyRef{res.Ref}
	}
	return res, err
}

type noObjcopyRef struct{ gwclient.Reference }

func (r noObjcopyRef) ReadFile(ctx context.Context, req gwclient.ReadRequest) ([]byte, error) {
	data, err := r.Reference.ReadFile(ctx, req)
	return bytes.ReplaceAll(data, []byte("objcopy="), []byte("hidden=")), err
}

// Debug files are in no exported cache of an image, and a build that imports one
// does not run the step that makes them.
func TestDebugInfoIsNotCached(t *testing.T) {
	b := newBed(t, gateway)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	p := newProject(t, traced, r.values, map[string]string{"profile": "debug = true"})
	from := b.cacheOf(t, build{dir: p.dir})
	blobs, err := filepath.Glob(filepath.Join(from[0].Attrs["src"], "blobs", "sha256", "*"))
	check(t, err)
	var found []string
	for _, blob := range blobs {
		for _, name := range blobNames(t, blob) {
			if strings.Contains(name, "traced") {
				found = append(found, filepath.Base(name))
			}
		}
	}
	if !slices.Contains(found, "traced") || slices.Contains(found, "traced.debug") {
		t.Errorf("the cache has %q, want the binary and no debug file", found)
	}
	newDaemon(t, gateway).build(t, build{dir: p.dir, cacheFrom: from}).mustNotRun("deps", "source", "image")
}

// blobNames lists a blob that is an archive, and nothing for another one.
func blobNames(t *testing.T, name string) []string {
	t.Helper()
	f, err := os.Open(name)
	check(t, err)
	defer f.Close()
	r, err := compression.DecompressStream(f)
	check(t, err)
	defer r.Close()
	var out []string
	for entries := tar.NewReader(r); ; {
		h, err := entries.Next()
		if err != nil {
			if len(out) > 0 && !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			return out
		}
		out = append(out, h.Name)
	}
}

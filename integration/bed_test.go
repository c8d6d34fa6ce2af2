package integration

import (
	"context"
	"maps"
	"path/filepath"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	contentlocal "github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb"
	gwclient "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/session"
	"github.com/tonistiigi/fsutil"

	"github.com/org/rust-frontend/frontend"
)

// frontendRef is the name of the frontend image; it comes from a layout.
const frontendRef = "org/rust-frontend"

// driver is one way to run the frontend.
type driver string

const (
	inProcess driver = "inprocess"
	gateway   driver = "gateway"
)

// bed is a daemon and a driver.
type bed struct {
	testbed
	driver driver
	client *client.Client
}

// eachDriver runs a case in both drivers, beside each other: the last thing that a test does.
func eachDriver(t *testing.T, test func(*testing.T, *bed)) {
	t.Helper()
	for _, d := range []driver{inProcess, gateway} {
		t.Run(string(d), func(t *testing.T) {
			t.Parallel()
			test(t, newBed(t, d))
		})
	}
}

// eachDriverInTurn does so one after the other, for what builds of others disturb.
func eachDriverInTurn(t *testing.T, test func(*testing.T, *bed)) {
	t.Helper()
	for _, d := range []driver{inProcess, gateway} {
		t.Run(string(d), func(t *testing.T) { test(t, newBed(t, d)) })
	}
}

// newBed connects to the test bed's daemon.
func newBed(t *testing.T, d driver) *bed {
	t.Helper()
	tb := findTestbed(t)
	return &bed{testbed: tb, driver: d, client: connect(t, tb.host)}
}

func connect(t *testing.T, host string) *client.Client {
	t.Helper()
	c, err := client.New(t.Context(), host)
	check(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// build is what one build is started with. The zero value of everything but
// the context builds the project with the test bed's toolchain.
type build struct {
	// dir is the context and the directory of the entry file, unless a file
	// system or a remote context is given.
	dir string
	fs  fsutil.FS
	// entry is the directory of the entry file when it is another one.
	entry string
	attrs map[string]string // options of the frontend
	args  map[string]string // build arguments
	// noToolchain leaves out the named context.
	noToolchain bool
	exports     []client.ExportEntry // an OCI layout when empty
	layouts     map[string]layout    // further images, by the name of their context
	inputs      map[string]llb.State // the same, as graphs of the client
	cacheTo     []client.CacheOptionsEntry
	cacheFrom   []client.CacheOptionsEntry
	session     []session.Attachable
	// frontend replaces the driver by a frontend of the daemon.
	frontend string
	// stop ends the build when it is closed; nil never does.
	stop <-chan struct{}
	// wrap stands between the frontend and the daemon, in process only.
	wrap func(gwclient.Client) gwclient.Client
}

// build builds a project and stops the test when that fails.
func (b *bed) build(t *testing.T, req build) *result {
	t.Helper()
	res := b.try(t, req)
	if res.err != nil {
		t.Fatalf("build: %v\n%s", res.err, res.log())
	}
	return res
}

// fail builds a project that must not build.
func (b *bed) fail(t *testing.T, req build) *result {
	t.Helper()
	res := b.try(t, req)
	if res.err == nil {
		t.Fatal("the build should fail, and did not")
	}
	return res
}

// try builds a project.
func (b *bed) try(t *testing.T, req build) *result {
	t.Helper()
	res := &result{t: t}
	opt := b.solveOpt(t, req, res)
	ch := make(chan *client.SolveStatus)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for status := range ch {
			res.add(status)
		}
	}()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		select {
		case <-req.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	var resp *client.SolveResponse
	switch {
	case req.frontend != "":
		opt.Frontend = req.frontend
		resp, res.err = b.client.Solve(ctx, nil, opt, ch)
	case b.driver == gateway:
		opt.Frontend = "gateway.v0"
		opt.FrontendAttrs["source"] = frontendRef
		resp, res.err = b.client.Solve(ctx, nil, opt, ch)
	default:
		run := func(ctx context.Context, c gwclient.Client) (*gwclient.Result, error) {
			if req.wrap != nil {
				c = req.wrap(c)
			}
			return frontend.Build(ctx, c)
		}
		resp, res.err = b.client.Build(ctx, opt, "", run, ch)
	}
	<-done
	if resp != nil {
		res.digest = resp.ExporterResponse["containerimage.digest"]
	}
	return res
}

// solveOpt writes a build down for BuildKit's client.
func (b *bed) solveOpt(t *testing.T, req build, res *result) client.SolveOpt {
	t.Helper()
	opt := client.SolveOpt{
		FrontendAttrs: map[string]string{
			"context:" + frontendRef: "oci-layout://frontend@" + b.frontend.digest,
		},
		OCIStores:    map[string]content.Store{"frontend": store(t, b.frontend.dir)},
		Exports:      req.exports,
		CacheExports: req.cacheTo,
		CacheImports: req.cacheFrom,
		Session:      req.session,
	}
	if !req.noToolchain {
		opt.FrontendAttrs["context:toolchain"] = "oci-layout://toolchain@" + b.toolchain.digest
		opt.OCIStores["toolchain"] = store(t, b.toolchain.dir)
	}
	for name, image := range req.layouts {
		opt.FrontendAttrs["context:"+name] = "oci-layout://" + name + "@" + image.digest
		opt.OCIStores[name] = store(t, image.dir)
	}
	opt.FrontendInputs = req.inputs
	for name := range req.inputs {
		opt.FrontendAttrs["context:"+name] = "input:" + name
	}
	maps.Copy(opt.FrontendAttrs, req.attrs)
	for key, value := range req.args {
		opt.FrontendAttrs["build-arg:"+key] = value
	}
	if req.dir != "" {
		fs, err := fsutil.NewFS(req.dir)
		check(t, err)
		req.fs = fs
	}
	if req.fs != nil {
		opt.LocalMounts = map[string]fsutil.FS{"context": req.fs, "dockerfile": req.fs}
	}
	if req.entry != "" {
		fs, err := fsutil.NewFS(req.entry)
		check(t, err)
		opt.LocalMounts["dockerfile"] = fs
	}
	if req.exports == nil {
		res.layout = filepath.Join(t.TempDir(), "image")
		opt.Exports = []client.ExportEntry{ociLayout(res.layout)}
	}
	return opt
}

// ociLayout exports an image as a directory.
func ociLayout(dir string) client.ExportEntry {
	return client.ExportEntry{
		Type:      client.ExporterOCI,
		Attrs:     map[string]string{"tar": "false"},
		OutputDir: dir,
	}
}

func store(t *testing.T, dir string) content.Store {
	t.Helper()
	s, err := contentlocal.NewStore(dir)
	check(t, err)
	return s
}

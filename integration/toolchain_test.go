package integration

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb"
	gwclient "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/tonistiigi/fsutil"
)

// toolchainStep runs a script in the toolchain image, outside the frontend.
type toolchainStep struct {
	script string
	env    map[string]string
	// online gives the step a network, and this machine's CA certificates.
	online bool
	// mounts maps a path to a directory of this machine.
	mounts map[string]string
	// vendor is the step whose output stands at /vendor.
	vendor *toolchainStep
}

// run executes a step and writes its /out to a directory.
func (b *bed) run(t *testing.T, step *toolchainStep, out string) {
	t.Helper()
	locals := map[string]fsutil.FS{}
	res := &result{t: t}
	ch := make(chan *client.SolveStatus)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for status := range ch {
			res.add(status)
		}
	}()
	build := func(ctx context.Context, c gwclient.Client) (*gwclient.Result, error) {
		st := step.state(c.BuildOpts().SessionID, b.toolchain.digest)
		def, err := st.Marshal(ctx)
		if err != nil {
			return nil, err
		}
		return c.Solve(ctx, gwclient.SolveRequest{Definition: def.ToPB(), Evaluate: true})
	}
	for s := step; s != nil; s = s.vendor {
		if s.online {
			locals[certsMount] = certificates(t)
		}
		for at, dir := range s.mounts {
			fs, err := fsutil.NewFS(dir)
			check(t, err)
			locals[at] = fs
		}
	}
	_, err := b.client.Build(t.Context(), client.SolveOpt{
		LocalMounts: locals,
		OCIStores:   map[string]content.Store{"toolchain": store(t, b.toolchain.dir)},
		Exports:     []client.ExportEntry{{Type: client.ExporterLocal, OutputDir: out}},
	}, "", build, ch)
	<-done
	if err != nil {
		t.Fatalf("%v\n%s", err, res.log())
	}
}

// The machine may have a CA of its own, which the toolchain image knows not.
const (
	hostCerts  = "/etc/ssl/certs/ca-certificates.crt"
	certsMount = "/certs"
)

func certificates(t *testing.T) fsutil.FS {
	t.Helper()
	data, err := os.ReadFile(hostCerts)
	check(t, err)
	p := &project{t: t, dir: t.TempDir()}
	p.write(filepath.Base(hostCerts), string(data))
	fs, err := fsutil.NewFS(p.dir)
	check(t, err)
	return fs
}

// state is the step's /out.
func (s *toolchainStep) state(session, digest string) llb.State {
	opts := []llb.RunOption{
		llb.Args([]string{"/bin/sh", "-euc", s.script}),
		llb.AddEnv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
	}
	if s.online {
		certs := llb.Local(certsMount, llb.SessionID(session), llb.SharedKeyHint(certsMount))
		opts = append(opts, llb.AddMount(certsMount, certs, llb.Readonly),
			llb.AddEnv("CARGO_HTTP_CAINFO", certsMount+"/"+filepath.Base(hostCerts)))
	} else {
		opts = append(opts, llb.Network(llb.NetModeNone))
	}
	for _, name := range slices.Sorted(maps.Keys(s.env)) {
		opts = append(opts, llb.AddEnv(name, s.env[name]))
	}
	for _, at := range slices.Sorted(maps.Keys(s.mounts)) {
		opts = append(opts, llb.AddMount(at, llb.Local(at, llb.SessionID(session), llb.SharedKeyHint(at)), llb.ForceNoOutput))
	}
	if s.vendor != nil {
		opts = append(opts, llb.AddMount("/vendor", s.vendor.state(session, digest), llb.Readonly))
	}
	toolchain := llb.OCILayout("docker.io/library/toolchain@"+digest, llb.OCIStore(session, "toolchain"))
	return toolchain.Run(opts...).AddMount("/out", llb.Scratch())
}

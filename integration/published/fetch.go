package published

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/containerd/containerd/v2/core/content"
	contentlocal "github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb"
	gwclient "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/tonistiigi/fsutil"

	"github.com/org/rust-frontend/integration/daemon"
)

// Machine is a BuildKit and a toolchain image in an OCI layout: what the cargo of
// that image downloads a project with.
type Machine struct {
	BuildKit                         *client.Client
	ToolchainLayout, ToolchainDigest string
}

// Fetch gives the directory of a project, which is below the directory work if it
// had to be made.
func (m Machine) Fetch(ctx context.Context, o Origin, work string) (string, error) {
	switch o.Kind {
	case Directory:
		return o.Place, nil
	case Git:
		to := filepath.Join(work, "tree")
		return to, Clone(ctx, o, to)
	}
	return filepath.Join(work, "tree"), m.run(ctx, Script(o.Place, o.Version), work)
}

// The machine may have a CA of its own, which the toolchain image knows not.
const (
	hostCerts  = "/etc/ssl/certs/ca-certificates.crt"
	certsMount = "/certs"
)

// run runs a script with a network in the toolchain image and writes its /out to
// a directory.
func (m Machine) run(ctx context.Context, script, out string) error {
	store, err := contentlocal.NewStore(m.ToolchainLayout)
	if err != nil {
		return err
	}
	certs, err := certificates(out + ".certs")
	if err != nil {
		return err
	}
	defer os.RemoveAll(out + ".certs")
	build := func(ctx context.Context, c gwclient.Client) (*gwclient.Result, error) {
		session := c.BuildOpts().SessionID
		toolchain := llb.OCILayout("docker.io/library/toolchain@"+m.ToolchainDigest, llb.OCIStore(session, "toolchain"))
		state := toolchain.Run(
			llb.Args([]string{"/bin/sh", "-euc", script}),
			llb.AddEnv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
			llb.AddEnv("CARGO_HTTP_CAINFO", filepath.Join(certsMount, filepath.Base(hostCerts))),
			llb.AddMount(certsMount, llb.Local(certsMount, llb.SessionID(session), llb.SharedKeyHint(certsMount)), llb.Readonly),
			llb.WithCustomName("download"),
		).AddMount("/out", llb.Scratch())
		def, err := state.Marshal(ctx)
		if err != nil {
			return nil, err
		}
		return c.Solve(ctx, gwclient.SolveRequest{Definition: def.ToPB(), Evaluate: true})
	}
	return daemon.WithProgress(ctx, func(ch chan *client.SolveStatus) error {
		_, err := m.BuildKit.Build(ctx, client.SolveOpt{
			LocalMounts: map[string]fsutil.FS{certsMount: certs},
			OCIStores:   map[string]content.Store{"toolchain": store},
			Exports:     []client.ExportEntry{{Type: client.ExporterLocal, OutputDir: out}},
		}, "", build, ch)
		return err
	})
}

// certificates is a file system with the machine's certificates in a directory.
func certificates(dir string) (fsutil.FS, error) {
	data, err := os.ReadFile(hostCerts)
	if err != nil {
		return nil, fmt.Errorf("read the machine's certificates: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, filepath.Base(hostCerts)), data, 0o644); err != nil {
		return nil, err
	}
	return fsutil.NewFS(dir)
}

package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	contentlocal "github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/moby/buildkit/client"
	"github.com/tonistiigi/fsutil"

	"github.com/org/rust-frontend/integration/daemon"
)

// buildkitPeer builds through a private daemon.
type buildkitPeer struct {
	*bench
	dir     string
	request func(t *tree) (client.SolveOpt, error)
	daemon  *daemon.Daemon
	// imported is the cache that builds may start from, "" for none.
	imported string
}

// frontendRequest is what a user of an image of this frontend asks for, and more
// attributes.
func (b *bench) frontendRequest(t *tree, image layout, more map[string]string) (client.SolveOpt, error) {
	opt, err := b.solveOpt(map[string]string{"context": t.dir, "dockerfile": t.dir})
	if err != nil {
		return opt, err
	}
	store, err := contentlocal.NewStore(image.dir)
	if err != nil {
		return opt, err
	}
	opt.OCIStores["frontend"] = store
	opt.Frontend = "gateway.v0"
	maps.Copy(opt.FrontendAttrs, map[string]string{
		"source":                    frontendSource,
		"context:" + frontendSource: ociContext("frontend", image),
		"filename":                  "Cargo.toml",
		"target":                    b.project.bin,
	})
	maps.Copy(opt.FrontendAttrs, more)
	return opt, nil
}

// dockerfilePeer makes a peer of a Dockerfile, through the daemon's own
// frontend.
func (b *bench) dockerfilePeer(dir, dockerfile string) (peer, error) {
	recipe, err := b.recipeDir(filepath.Join(dir, "recipe"), dockerfile)
	if err != nil {
		return nil, err
	}
	request := func(t *tree) (client.SolveOpt, error) { return b.dockerfileRequest(recipe, t.dir) }
	return &buildkitPeer{bench: b, dir: dir, request: request}, nil
}

// recipeDir writes a Dockerfile and the trust store to directories of their
// own, apart from the project.
func (b *bench) recipeDir(dir, dockerfile string) (string, error) {
	certs := filepath.Join(dir, "certs")
	if err := makeDirs(certs); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(dockerfile), 0o644); err != nil {
		return "", err
	}
	trusted, err := os.ReadFile(trustStore())
	if err != nil {
		return "", fmt.Errorf("read the machine's certificates: %w", err)
	}
	return dir, os.WriteFile(filepath.Join(certs, certificates), trusted, 0o644)
}

func (b *bench) dockerfileRequest(recipe, dir string) (client.SolveOpt, error) {
	dirs := map[string]string{
		"context": dir, "dockerfile": recipe, "certs": filepath.Join(recipe, "certs"),
	}
	attrs := map[string]string{"context:certs": "local:certs"}
	if b.chefBinary != "" {
		dirs["chef-bin"] = filepath.Dir(b.chefBinary)
		attrs["context:chef-bin"] = "local:chef-bin"
	}
	opt, err := b.solveOpt(dirs)
	opt.Frontend = "dockerfile.v0"
	maps.Copy(opt.FrontendAttrs, attrs)
	return opt, err
}

// solveOpt is what all requests have in common: the toolchain image under the
// name that stands for it, and directories.
func (b *bench) solveOpt(dirs map[string]string) (client.SolveOpt, error) {
	opt := client.SolveOpt{
		FrontendAttrs: map[string]string{"context:toolchain": ociContext("toolchain", b.images.toolchain)},
		LocalMounts:   map[string]fsutil.FS{},
	}
	store, err := contentlocal.NewStore(b.images.toolchain.dir)
	if err != nil {
		return opt, err
	}
	opt.OCIStores = map[string]content.Store{"toolchain": store}
	for name, dir := range dirs {
		fs, err := fsutil.NewFS(dir)
		if err != nil {
			return opt, err
		}
		opt.LocalMounts[name] = fs
	}
	return opt, nil
}

func (p *buildkitPeer) fresh(ctx context.Context, cache string) error {
	p.close()
	d, err := daemon.Start(ctx, p.bin)
	if err != nil {
		return err
	}
	p.daemon, p.imported = d, cache
	recipe, err := p.recipeDir(filepath.Join(p.dir, "warm"), warmDockerfile)
	if err != nil {
		return err
	}
	opt, err := p.dockerfileRequest(recipe, recipe)
	if err != nil {
		return err
	}
	if _, err := p.solve(ctx, opt); err != nil {
		return fmt.Errorf("unpack the toolchain image: %w", err)
	}
	return nil
}

// build measures one solve with a new client, exported as an OCI layout.
func (p *buildkitPeer) build(ctx context.Context, t *tree) (built, error) {
	out := filepath.Join(p.dir, "image")
	if err := os.RemoveAll(out); err != nil {
		return built{}, err
	}
	opt, err := p.request(t)
	if err != nil {
		return built{}, err
	}
	opt.Exports = []client.ExportEntry{{
		Type: client.ExporterOCI, Attrs: map[string]string{"tar": "false"}, OutputDir: out,
	}}
	if p.imported != "" {
		opt.CacheImports = []client.CacheOptionsEntry{{Type: "local", Attrs: map[string]string{"src": p.imported}}}
	}
	measured, prog, err := p.measured(ctx, opt)
	if err != nil {
		return built{}, err
	}
	res, err := p.inspect(ctx, out)
	if err != nil {
		return built{}, err
	}
	res.compiled = prog.compiled()
	measured.ImageBytes, measured.CompressedBytes, measured.ImageDigest = res.row.ImageBytes, res.row.CompressedBytes, res.row.ImageDigest
	measured.Vertices, measured.Layers, measured.Compiled = prog.ran(), prog.layers(), len(res.compiled)
	res.row = measured
	return res, nil
}

// measured solves and gives the time and the load of it. Containers end before
// the daemon answers and are waited for by runc, as runc is by the daemon, so
// that their CPU time is in the daemon's.
func (p *buildkitPeer) measured(ctx context.Context, opt client.SolveOpt) (row, *progress, error) {
	pid := p.daemon.PID()
	cpu, err := cpuSeconds(pid)
	if err != nil {
		return row{}, nil, err
	}
	_, held := newProcesses(pid).memory(0)
	start, load := time.Now(), watchLoad(pid)
	prog, err := p.solve(ctx, opt)
	r := row{Seconds: time.Since(start).Seconds()}
	r.PeakMemory = max(0, load.stop()-held)
	if err != nil {
		return row{}, nil, err
	}
	after, err := cpuSeconds(pid)
	r.CPUSeconds = after - cpu
	return r, prog, err
}

// inspect measures the image and unpacks it to get the binary.
func (p *buildkitPeer) inspect(ctx context.Context, out string) (built, error) {
	root := filepath.Join(p.dir, "rootfs")
	if err := os.RemoveAll(root); err != nil {
		return built{}, err
	}
	if err := makeDirs(root); err != nil {
		return built{}, err
	}
	l, err := soleImage(out)
	if err != nil {
		return built{}, err
	}
	img, err := l.unpack(ctx, root)
	if err != nil {
		return built{}, err
	}
	if len(img.config.Entrypoint) == 0 {
		return built{}, fmt.Errorf("the image has no entrypoint")
	}
	return built{
		row:    row{ImageBytes: img.bytes, CompressedBytes: img.compressedBytes, ImageDigest: l.digest.String()},
		binary: filepath.Join(root, img.config.Entrypoint[0]),
	}, nil
}

// save exports the cache in a solve of its own, so that a build's time does
// not contain it. Everything is there already: the solve runs nothing.
func (p *buildkitPeer) save(ctx context.Context, t *tree, dir string) error {
	opt, err := p.request(t)
	if err != nil {
		return err
	}
	opt.CacheExports = []client.CacheOptionsEntry{{
		Type: "local", Attrs: map[string]string{"dest": dir, "mode": "max"},
	}}
	_, err = p.solve(ctx, opt)
	return err
}

func (p *buildkitPeer) solve(ctx context.Context, opt client.SolveOpt) (*progress, error) {
	c, err := client.New(ctx, p.daemon.Addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	prog, ch, done := newProgress(), make(chan *client.SolveStatus), make(chan struct{})
	go func() {
		defer close(done)
		prog.follow(ch)
	}()
	_, err = c.Solve(ctx, nil, opt, ch)
	<-done
	if err != nil {
		return nil, prog.explain(err)
	}
	return prog, nil
}

func (p *buildkitPeer) close() {
	if p.daemon != nil {
		if err := p.daemon.Stop(); err != nil {
			logf("%v", err)
		}
		p.daemon = nil
	}
}

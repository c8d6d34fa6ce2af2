package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/moby/buildkit/client"
)

// The peers, in the order of the table.
const (
	peerCargo      = "cargo"
	peerThis       = "this"
	peerBefore     = "before" // another image of this frontend
	peerLayers     = "this:"  // and a value of the setting
	peerSeed       = "seed"
	peerChef       = "chef"
	peerCacheMount = "cache-mount"
)

// peer is one way to build the project. What it may keep from one build to the
// next is its own affair, until fresh is called.
type peer interface {
	// fresh drops all state, as on a new machine that has the toolchain image
	// and nothing else. A later build may start from the cache saved in a
	// directory, or from nothing when that is "".
	fresh(ctx context.Context, cache string) error
	// build builds the tree; only what is in its row is measured.
	build(ctx context.Context, t *tree) (built, error)
	// save exports the cache of the build of a tree that was just made.
	save(ctx context.Context, t *tree, dir string) error
	close()
}

// built is the outcome of a build that succeeded: the figures, and to check
// it the binary and what cargo said it compiled, as "NAME vVERSION".
type built struct {
	row      row
	binary   string
	compiled []string
}

// bench is what the peers share.
type bench struct {
	project    *project
	toolchain  *toolchain
	images     layouts
	bin        string // directory of buildkitd
	cache      string // what may be kept between runs
	work       string // removed at the end
	chefBinary string
}

// layouts are the images of the test bed.
type layouts struct {
	toolchain, frontend, before layout
}

// newPeer makes a peer that is ready for fresh.
func (b *bench) newPeer(ctx context.Context, name string) (peer, error) {
	dir := filepath.Join(b.work, name)
	if layers, ok := strings.CutPrefix(name, peerLayers); ok {
		return b.frontendPeer(dir, b.images.frontend, map[string]string{"build-arg:layers": layers})
	}
	switch name {
	case peerCargo:
		return &cargoPeer{bench: b, dir: dir}, nil
	case peerThis:
		return b.frontendPeer(dir, b.images.frontend, nil)
	case peerBefore:
		return b.frontendPeer(dir, b.images.before, nil)
	case peerSeed:
		return b.dockerfilePeer(dir, seedDockerfile(b.project.bin))
	case peerCacheMount:
		return b.dockerfilePeer(dir, cacheMountDockerfile(b.project.bin))
	case peerChef:
		if err := b.buildChef(ctx); err != nil {
			return nil, err
		}
		return b.dockerfilePeer(dir, chefDockerfile(b.project.bin))
	default:
		return nil, fmt.Errorf("no peer %q", name)
	}
}

// frontendPeer makes a peer of an image of this frontend.
func (b *bench) frontendPeer(dir string, image layout, attrs map[string]string) (peer, error) {
	if image.dir == "" {
		return nil, fmt.Errorf("no frontend image: run make testbed, and for before set BEFORE_LAYOUT and BEFORE_DIGEST")
	}
	return &buildkitPeer{bench: b, dir: dir, request: func(t *tree) (client.SolveOpt, error) {
		return b.frontendRequest(t, image, attrs)
	}}, nil
}

// buildChef installs cargo-chef once for each toolchain image, with that
// toolchain, so that it runs in it.
func (b *bench) buildChef(ctx context.Context) error {
	out := filepath.Join(b.cache, "chef-"+chefVersion+"-"+b.images.toolchain.digest.Encoded()[:12])
	b.chefBinary = filepath.Join(out, "bin", "cargo-chef")
	if exec.Command("test", "-x", b.chefBinary).Run() == nil {
		return nil
	}
	logf("install cargo-chef %s (not measured)", chefVersion)
	p, err := b.scratchPlace("chef-install")
	if err != nil {
		return err
	}
	p.out = out
	if err := makeDirs(out); err != nil {
		return err
	}
	_, _, err = b.toolchain.cargo(ctx, p, "install", "--locked", "--root", "/out", "cargo-chef", "--version", chefVersion)
	if err != nil {
		return fmt.Errorf("install cargo-chef: %w", err)
	}
	return nil
}

// scratchPlace makes empty directories for a cargo command.
func (b *bench) scratchPlace(name string) (place, error) {
	dir := filepath.Join(b.work, name)
	p := place{src: filepath.Join(dir, "src"), home: filepath.Join(dir, "home"), target: filepath.Join(dir, "target")}
	return p, makeDirs(p.src, p.home, p.target)
}

// runs checks that a binary starts, and gives what it says to --version. A
// program may refuse that flag, or serve until it is stopped: it has run.
func runs(ctx context.Context, binary string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, binary, "--version").CombinedOutput()
	if ctx.Err() != nil {
		return string(out), nil
	}
	if exit, ok := err.(*exec.ExitError); ok && exit.Exited() { //nolint:errorlint // exec gives this type itself
		return string(out), nil
	}
	if err != nil {
		return "", fmt.Errorf("the binary does not run: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

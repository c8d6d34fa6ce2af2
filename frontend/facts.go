package frontend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	bkllb "github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/pb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/llb"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/planner"
)

// selectTarget decides what is built, once.
func (b *builder) selectTarget() (err error) {
	if b.selected == nil {
		b.selected, err = planner.Select(b.project.workspace, b.project.settings, b.dockerui.Target)
	}
	return err
}

// readFacts selects what is built, and fetches what planning needs from outside the project: the
// configuration of foreign registries and the manifests of git repositories.
func (b *builder) readFacts(ctx context.Context) (planner.Facts, error) {
	in := planner.Facts{
		Downloads: map[string]string{},
		Git:       map[string][]*cargo.Package{},
	}
	if err := b.selectTarget(); err != nil {
		return in, err
	}
	needs, err := b.selected.Needs()
	if err != nil {
		return in, err
	}
	downloads := make([]string, len(needs.Indexes))
	packages := make([][]*cargo.Package, len(needs.Git))
	group, ctx := errgroup.WithContext(ctx)
	for i, index := range needs.Indexes {
		group.Go(func() (err error) {
			downloads[i], err = b.registryDownload(ctx, index)
			return err
		})
	}
	for i, git := range needs.Git {
		group.Go(func() (err error) {
			packages[i], err = b.gitPackages(ctx, git)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return in, err
	}
	for i, index := range needs.Indexes {
		in.Downloads[index] = downloads[i]
	}
	for i, git := range needs.Git {
		in.Git[git.URL+"#"+git.Commit] = packages[i]
	}
	return in, nil
}

// registryDownload reads the download template of a registry's index.
// https://doc.rust-lang.org/cargo/reference/registry-index.html#index-configuration
func (b *builder) registryDownload(ctx context.Context, index string) (string, error) {
	source, err := cargo.ParseSource(index)
	if err != nil {
		return "", err
	}
	name := dockerui.WithInternalName("load config.json of " + source.URL)
	var st bkllb.State
	if url, ok := cargo.IndexConfigURL(source); ok {
		st = bkllb.HTTP(url, bkllb.Filename("config.json"), name)
	} else {
		st = bkllb.Git(source.URL, "", name)
	}
	ref, err := b.project.context.solve(ctx, st)
	if err != nil {
		return "", fmt.Errorf("registry %s: read config.json of its index: %w", source.URL, err)
	}
	data, err := newRefFS(ctx, ref).ReadFile("config.json")
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("registry %s: its index has no config.json", source.URL)
	} else if err != nil {
		return "", fmt.Errorf("registry %s: %w", source.URL, err)
	}
	var config struct {
		DL string `json:"dl"`
	}
	if err := json.Unmarshal(data, &config); err != nil {
		return "", fmt.Errorf("registry %s: config.json of its index: %w", source.URL, err)
	}
	if config.DL == "" {
		return "", fmt.Errorf("registry %s: config.json of its index gives no download template (dl)", source.URL)
	}
	return config.DL, nil
}

// gitPackages reads the packages of a repository at its locked commit.
func (b *builder) gitPackages(ctx context.Context, git plan.Git) ([]*cargo.Package, error) {
	st := llb.GitSource(git, b.ssh(), bkllb.WithCustomName("[fetch] "+git.URL))
	ref, err := b.project.context.solve(ctx, st)
	if err != nil {
		return nil, &document.Error{
			Position: document.Position{File: b.project.workspace.LockFile(), Line: git.Line},
			Msg:      fmt.Sprintf("fetch git dependency %s", git.URL), Err: err,
		}
	}
	return cargo.LoadTree(newRefFS(ctx, ref))
}

// factsFor completes the facts for one platform.
func (b *builder) factsFor(target ocispecs.Platform, toolchain *image) planner.Facts {
	in := b.facts
	in.OS, in.Arch, in.Variant = target.OS, target.Architecture, target.Variant
	in.BuildArch = b.workerPlatform().Architecture
	in.Probe = toolchain.probe
	in.SBOM = ownSBOM(b.dockerui) || b.project.stage == stageSBOM
	return in
}

// graphInputs is what the graph of one platform is built over.
func (b *builder) graphInputs(ctx context.Context, toolchain, base *image, epoch *time.Time) llb.Options {
	in := llb.Options{
		Toolchain:      toolchain.state,
		Files:          b.project.context.part(ctx),
		Platform:       b.workerPlatform(),
		Run:            b.runOptions(),
		Online:         b.onlineOptions(),
		NoCache:        b.dockerui.IsNoCache,
		Locate:         b.locator(),
		SSH:            b.ssh(),
		CacheNamespace: cacheNamespace(b.dockerui),
		Time:           imageTime(epoch),
		HashesMounts:   !b.knows(pb.CapExecMountContentCache),
	}
	if base != nil {
		in.Base = &base.state
	}
	return in
}

// imageTime is the time of all that is in an image: the epoch, 1970 without one.
func imageTime(epoch *time.Time) time.Time {
	if epoch == nil {
		return time.Unix(0, 0).UTC()
	}
	return *epoch
}

// cacheNamespace is what BUILDKIT_CACHE_MOUNT_NS puts before the names of cache
// mounts, as the Dockerfile frontend writes it.
func cacheNamespace(bc *dockerui.Client) string {
	if bc.CacheIDNamespace == "" {
		return ""
	}
	return bc.CacheIDNamespace + "/"
}

// cacheImports are the caches that every solve must be given: BuildKit does
// not apply them to a frontend's solves by itself.
func cacheImports(bc *dockerui.Client) []client.CacheOptionsEntry { return bc.CacheImports }

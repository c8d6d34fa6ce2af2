package integration

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	gwclient "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/pb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// modes writes down how images are resolved.
type modes struct {
	gwclient.Client
	mu   *sync.Mutex
	seen map[string]string
}

// ResolveSourceMetadata passes on.
func (m modes) ResolveSourceMetadata(ctx context.Context, op *pb.SourceOp, opt sourceresolver.Opt) (*sourceresolver.MetaResponse, error) {
	m.mu.Lock()
	if opt.ImageOpt != nil {
		m.seen[op.Identifier] = opt.ImageOpt.ResolveMode
	}
	m.mu.Unlock()
	return m.Client.ResolveSourceMetadata(ctx, op, opt)
}

// --pull has the daemon ask the registry for the toolchain and the base although
// it has them. They are pinned to what the registry says, and a name without a tag
// is the latest.
func TestPull(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		for mode, want := range map[string]struct{ graph, resolve string }{"": {"", "default"}, "pull": {"pull", "pull"}} {
			t.Run("mode "+want.resolve, func(t *testing.T) {
				r := newImageRegistry(t, b.toolchain)
				seen := modes{mu: &sync.Mutex{}, seen: map[string]string{}}
				g := b.graph(t, build{
					dir: exampleHello, noToolchain: true, attrs: map[string]string{"image-resolve-mode": mode},
					args: map[string]string{"toolchain": r.host + "/toolchain:1", "image.base": r.host + "/base"},
					wrap: func(c gwclient.Client) gwclient.Client { seen.Client = c; return seen },
				})
				got := map[string]string{}
				for _, op := range g.Def {
					if s := op.GetSource(); strings.HasPrefix(s.GetIdentifier(), "docker-image://"+r.host) {
						got[s.Identifier] = s.Attrs[pb.AttrImageResolveMode]
					}
				}
				pinned := map[string]string{
					"docker-image://" + r.host + "/toolchain:1@" + b.toolchain.digest: want.graph,
					"docker-image://" + r.host + "/base@" + b.toolchain.digest:        want.graph,
				}
				asked := map[string]string{
					"docker-image://" + r.host + "/toolchain:1": want.resolve,
					"docker-image://" + r.host + "/base:latest": want.resolve,
				}
				if diff := cmp.Diff(pinned, got); diff != "" {
					t.Errorf("images (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(asked, seen.seen); b.driver == inProcess && diff != "" {
					t.Errorf("resolved (-want +got):\n%s", diff)
				}
				tags := r.tags()
				slices.Sort(tags)
				if diff := cmp.Diff([]string{"1", "latest"}, slices.Compact(tags)); diff != "" {
					t.Errorf("the registry is asked for tags (-want +got):\n%s", diff)
				}
			})
		}
	})
}

// BUILDKIT_MULTI_PLATFORM makes an index of one image too.
func TestMultiPlatformArgument(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		for value, want := range map[string]string{"0": ocispecs.MediaTypeImageManifest, "1": ocispecs.MediaTypeImageIndex} {
			t.Run(value, func(t *testing.T) {
				res := b.build(t, build{dir: exampleHello, args: map[string]string{"BUILDKIT_MULTI_PLATFORM": value}})
				if got := readIndex(t, res.layout).Manifests[0].MediaType; got != want {
					t.Errorf("the image is a %s, want %s", got, want)
				}
				if got := res.run("hello"); got != "Hello, world! (x1)\n" {
					t.Errorf("the program says %q", got)
				}
			})
		}
	})
}

// limited wants limits of every step that runs.
func limited(is func(*pb.LinuxResources) bool) func(*graph) error {
	return func(g *graph) error {
		steps := 0
		for digest, op := range g.Def {
			if op.GetExec() == nil {
				continue
			}
			steps++
			if r := g.Metadata[digest].GetLinuxResources(); r == nil || !is(r) {
				return fmt.Errorf("%s: limits %v", g.name(digest), r)
			}
		}
		if steps < 2 {
			return fmt.Errorf("%d steps run, want more", steps)
		}
		return nil
	}
}

package frontend

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/containerd/platforms"
	"github.com/distribution/reference"
	bkllb "github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/pb"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/llb"
	"github.com/org/rust-frontend/planner"
)

// toolchainContext is the named context that replaces the toolchain image.
const toolchainContext = "toolchain"

// image is an image as a state with its configuration.
type image struct {
	state bkllb.State
	conf  *dockerspec.DockerOCIImage
	probe *answers.Probe
}

// config gives the configuration, nil for no image.
func (i *image) config() *dockerspec.DockerOCIImage {
	if i == nil {
		return nil
	}
	return i.conf
}

// workerPlatform is where the steps run.
func (b *builder) workerPlatform() ocispecs.Platform { return b.dockerui.BuildPlatforms[0] }

// targetPlatform is the platform of the image.
func (b *builder) targetPlatform(p *ocispecs.Platform) ocispecs.Platform {
	if p == nil {
		return platforms.Normalize(b.workerPlatform())
	}
	return platforms.Normalize(*p)
}

// resolveToolchain resolves the image that compiles and asks it what it holds.
func (b *builder) resolveToolchain(ctx context.Context) (*image, error) {
	choice, err := planner.ChooseToolchain(b.project.workspace, b.project.settings)
	if err != nil {
		return nil, err
	}
	img, err := b.image(ctx, choice.Image, b.workerPlatform())
	if err != nil {
		return nil, fmt.Errorf("toolchain image %s (%s): %w", choice.Image, choice.Origin, err)
	}
	return b.withProbe(ctx, img, choice.Image)
}

func (b *builder) withProbe(ctx context.Context, img *image, name string) (*image, error) {
	var err error
	if img.probe, err = b.probe(ctx, img); err != nil {
		return nil, fmt.Errorf("toolchain image %s: %w", name, err)
	}
	return img, nil
}

// base resolves the final image's base, nil for scratch.
func (b *builder) base(ctx context.Context, ref string, target ocispecs.Platform) (*image, error) {
	if ref == "" {
		return nil, nil
	}
	img, err := b.image(ctx, ref, target)
	if err != nil {
		at := b.project.settings.Where("image.base")
		return nil, &document.Error{Position: at, Msg: fmt.Sprintf("base image %s", ref), Err: err}
	}
	return img, nil
}

// image resolves a reference: the named context of that name if there is one,
// else the registry. It is pinned to the digest that the registry gives.
func (b *builder) image(ctx context.Context, ref string, p ocispecs.Platform) (*image, error) {
	if img, err := b.namedImage(ctx, ref, p); img != nil || err != nil {
		return img, err
	}
	name, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return nil, err
	}
	// The client's own ResolveImageConfig would leave out the mode, and so --pull,
	// on its way to the daemon (frontend/gateway/grpcclient).
	resolver := sourceresolver.NewImageMetaResolver(b.client)
	_, digest, data, err := resolver.ResolveImageConfig(ctx, reference.TagNameOnly(name).String(), sourceresolver.Opt{
		LogName: "[internal] load metadata for " + ref,
		ImageOpt: &sourceresolver.ResolveImageOpt{
			Platform: &p, ResolveMode: b.dockerui.ImageResolveMode.String(),
		},
	})
	if err != nil {
		return nil, err
	}
	conf := &dockerspec.DockerOCIImage{}
	if err := json.Unmarshal(data, conf); err != nil {
		return nil, fmt.Errorf("read its configuration: %w", err)
	}
	st, err := bkllb.Image(pinned(ref, digest.String()), bkllb.Platform(p), b.dockerui.ImageResolveMode).WithImageConfig(data)
	return &image{state: st, conf: conf}, err
}

// pinned adds the digest unless the reference has one.
func pinned(ref, digest string) string {
	if digest == "" || strings.Contains(ref, "@") {
		return ref
	}
	return ref + "@" + digest
}

// namedImage is the named context of that name, or nil.
func (b *builder) namedImage(ctx context.Context, name string, p ocispecs.Platform) (*image, error) {
	named, err := b.dockerui.NamedContext(name, dockerui.ContextOpt{
		Platform: &p, ResolveMode: b.dockerui.ImageResolveMode.String(),
	})
	if err != nil || named == nil {
		return nil, err
	}
	st, conf, err := named.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("build context %s: %w", name, err)
	}
	if conf == nil {
		conf = &dockerspec.DockerOCIImage{}
	}
	return &image{state: *st, conf: conf}, nil
}

// probe asks a toolchain image what it holds; the step is cached by the image.
func (b *builder) probe(ctx context.Context, toolchain *image) (*answers.Probe, error) {
	st := llb.Probe(b.graphInputs(ctx, toolchain, nil, nil))
	def, err := st.Marshal(ctx, bkllb.Platform(b.workerPlatform()))
	if err != nil {
		return nil, err
	}
	ref, err := evaluate(ctx, b.client, client.SolveRequest{
		Definition: def.ToPB(), Evaluate: true, CacheImports: cacheImports(b.dockerui),
	})
	if err != nil {
		return nil, fmt.Errorf("it needs cargo, rustc (1.75 or newer) and a linker: %w", err)
	}
	data, err := ref.ReadFile(ctx, client.ReadRequest{Filename: llb.ProbeFile})
	if err != nil {
		return nil, err
	}
	return answers.ParseProbe(data)
}

// ssh tells whether git sources may use the client's agent.
func (b *builder) ssh() bool { return b.knows(pb.CapSourceGitMountSSHSock) }

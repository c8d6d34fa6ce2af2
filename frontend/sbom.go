package frontend

import (
	"context"
	"path"
	"strings"
	"time"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/frontend/attestations"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/result"

	"github.com/org/rust-frontend/sbom"
)

const (
	// sbomFile is the document's file name where an exporter writes files.
	sbomFile = "sbom.spdx.json"
	// sbomPredicate is the type of an in-toto statement that BuildKit takes for
	// an SBOM (frontend/attestations/sbom).
	sbomPredicate = "https://spdx.dev/Document"
)

// ownSBOM says whether the build is asked for an SBOM and for no particular
// generator: then the frontend makes it, and BuildKit pulls and runs no scanner
// (solver/llbsolver/proc/sbom.go).
func ownSBOM(bc *dockerui.Client) bool {
	if bc.SBOM == nil {
		return false
	}
	asked, err := attestations.Parse(bc.BuildOpts().Opts)
	if err != nil {
		return false // dockerui has refused it before
	}
	const generator = "generator"
	plain, err := attestations.Parse(map[string]string{"attest:" + attestations.KeyTypeSbom: ""})
	return err == nil && asked[attestations.KeyTypeSbom][generator] == plain[attestations.KeyTypeSbom][generator]
}

// sbom writes the document of one platform, nil when none is asked for.
func (b *builder) sbom(ctx context.Context, g *graph, image client.Reference) ([]byte, error) {
	if g.plan.SBOM == nil {
		return nil, nil
	}
	about := sbom.Build{
		Triple: g.plan.Triple, Profile: g.plan.Profile,
		Created: time.Unix(0, 0), Binaries: map[string][]byte{},
	}
	if g.epoch != nil {
		about.Created = *g.epoch
	}
	files := newRefFS(ctx, image)
	for _, bin := range g.plan.Bins {
		data, err := files.ReadFile(strings.TrimPrefix(path.Clean(bin.Path), "/"))
		if err != nil {
			return nil, err
		}
		about.Binaries[bin.Path] = data
	}
	return sbom.Write(g.plan.SBOM, about)
}

// attach adds the documents to the result.
func (b *builder) attach(ctx context.Context, res *dockerui.ResultBuilder) error {
	for i, document := range b.documents {
		if document == nil {
			continue
		}
		ref, err := b.file(ctx, sbomFile, document, nil)
		if err != nil {
			return err
		}
		res.AddAttestation(b.platformID(i), result.Attestation[client.Reference]{
			Kind: gatewaypb.AttestationKind_InToto, Ref: ref, Path: "/" + sbomFile,
			Metadata: map[string][]byte{result.AttestationReasonKey: []byte(result.AttestationReasonSBOM)},
			InToto:   result.InTotoAttestation{PredicateType: sbomPredicate},
		})
	}
	return nil
}

// platformID names a platform of the result as dockerui does (build.go).
func (b *builder) platformID(i int) string {
	p := platforms.DefaultSpec()
	if asked := b.dockerui.TargetPlatforms; len(asked) > 0 {
		p = asked[i]
	}
	return platforms.FormatAll(platforms.Normalize(p))
}

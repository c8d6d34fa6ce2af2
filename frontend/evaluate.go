package frontend

import (
	"context"
	"strings"

	"github.com/moby/buildkit/frontend/gateway/client"
	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/pb"
)

// evaluate solves a state and gives its reference.
func evaluate(ctx context.Context, c client.Client, req client.SolveRequest) (client.Reference, error) {
	// The reference is needed to ask for an error again.
	caps := c.BuildOpts().Caps
	apart := req.Evaluate && caps.Supports(gatewaypb.CapGatewayEvaluate) == nil
	req.Evaluate = req.Evaluate && !apart
	res, err := c.Solve(ctx, req)
	if err != nil {
		return nil, err
	}
	ref, err := res.SingleRef()
	if err != nil || !apart || ref == nil {
		return ref, err
	}
	if err := ref.Evaluate(ctx); err != nil {
		return nil, underlying(ctx, c, ref, err)
	}
	return ref, nil
}

// underlying is the error that an evaluation met. BuildKit 0.34 keeps the mounts
// of a step that failed, and where two of them are of one result, as those of
// crates that were unpacked together, it releases that result twice and says
// so instead of what the step met (frontend/gateway/gateway.go, registerResultIDs). The
// reference remembers that (solver/llbsolver/result.go), and who mounts it in a container
// is told.
func underlying(ctx context.Context, c client.Client, ref client.Reference, err error) error {
	caps, hidden := c.BuildOpts().Caps, strings.Contains(err.Error(), "releasing already released reference")
	if !hidden || caps.Supports(gatewaypb.CapGatewayExec) != nil {
		return err
	}
	ctr, told := c.NewContainer(ctx, client.NewContainerRequest{
		Mounts: []client.Mount{{Dest: "/", Ref: ref, MountType: pb.MountType_BIND}},
	})
	if told == nil {
		_ = ctr.Release(ctx)
		return err
	}
	return told
}

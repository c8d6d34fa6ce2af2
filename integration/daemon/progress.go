package daemon

import (
	"context"
	"os"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/util/progress/progressui"
)

// WithProgress shows what a solve says on the standard error.
func WithProgress(ctx context.Context, solve func(chan *client.SolveStatus) error) error {
	display, err := progressui.NewDisplay(os.Stderr, progressui.PlainMode)
	if err != nil {
		return err
	}
	ch, done := make(chan *client.SolveStatus), make(chan struct{})
	go func() {
		defer close(done)
		// Not with the solve's context: what it says last is still to be shown.
		_, _ = display.UpdateFrom(context.WithoutCancel(ctx), ch)
	}()
	err = solve(ch)
	<-done
	return err
}

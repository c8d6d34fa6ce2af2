package frontend

import (
	"context"
	"errors"
	"fmt"

	bkllb "github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/gateway/client"
	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"
	lintrequest "github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/util/apicaps"
	"github.com/moby/buildkit/util/grpcerrors"
	"google.golang.org/grpc/status"

	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/llb"
	"github.com/org/rust-frontend/settings"
)

// maxSource bounds the text that travels with an error or a graph.
const maxSource = 1 << 20

// locate turns a positional error into BuildKit's source error, here and
// nowhere else, so that a client shows the lines.
func (b *builder) locate(err error) error {
	if err == nil {
		return nil
	}
	err = whole{tooOld(err)}
	var at *document.Error
	if !errors.As(err, &at) || at.File == "" {
		return err
	}
	info := b.sourceInfo(at.File)
	if info == nil {
		return err
	}
	source := &errdefs.Source{Info: info}
	if at.Line > 0 {
		source.Ranges = llb.Ranges(at.Line, at.EndLine)
	}
	return errdefs.WithSource(err, source)
}

// tooOld says what to do about a daemon that cannot do what every build needs;
// what some need is refused with a better sentence (refuse, newBuildContext).
func tooOld(err error) error {
	var lacks *apicaps.CapError
	if !errors.As(err, &lacks) {
		return err
	}
	return fmt.Errorf("this BuildKit daemon is too old for rust-frontend, which needs BuildKit 0.8 (Docker 20.10) or newer: %w", err)
}

// whole is an error whose gRPC status has its whole message: BuildKit would
// send the message of the innermost status alone (util/grpcerrors), and so drop
// what was added to an error of the daemon.
type whole struct{ error }

// Unwrap gives the error itself.
func (e whole) Unwrap() error { return e.error }

// GRPCStatus is what is sent to the client.
func (e whole) GRPCStatus() *status.Status {
	return status.New(grpcerrors.Code(e.error), e.Error())
}

// buildError is an error as a part of the answer to --check.
func (b *builder) buildError(results *lintrequest.LintResults, err error) *lintrequest.BuildError {
	out := &lintrequest.BuildError{Message: err.Error()}
	var at *document.Error
	if !errors.As(err, &at) || at.File == "" {
		return out
	}
	if info := b.sourceInfo(at.File); info != nil {
		out.Location.SourceIndex = b.sourceIndex(results, info)
		if at.Line > 0 {
			out.Location.Ranges = llb.Ranges(at.Line, at.EndLine)
		}
	}
	return out
}

// sourceInfo is a file of the project as BuildKit shows it, or nil.
func (b *builder) sourceInfo(name string) *pb.SourceInfo {
	data := b.project.source(name)
	if data == nil || len(data) > maxSource {
		return nil
	}
	info := &pb.SourceInfo{Filename: name, Language: "TOML", Data: data}
	if e := b.project.entry; e != nil && e.Filename == name && e.Definition != nil {
		info.Definition = e.Definition.ToPB()
	}
	return info
}

// locator gives source locations for vertices, one map for each file.
func (b *builder) locator() func(string, int) bkllb.ConstraintsOpt {
	maps := map[string]*bkllb.SourceMap{}
	return func(name string, line int) bkllb.ConstraintsOpt {
		smap, known := maps[name]
		if !known {
			if data := b.project.source(name); data != nil && len(data) <= maxSource {
				smap = bkllb.NewSourceMap(nil, name, "TOML", data)
			}
			maps[name] = smap
		}
		if smap == nil {
			return nil
		}
		return smap.Location(llb.Ranges(line, line))
	}
}

// warn shows the warnings of reading and planning, each at its line. Findings of
// lint rules are shown by lint.
func (b *builder) warn(ctx context.Context, warnings []settings.Warning) {
	for _, w := range warnings {
		if w.Rule != "" {
			continue
		}
		opts := client.WarnOpts{Level: 1}
		if w.File != "" {
			opts.SourceInfo = b.sourceInfo(w.File)
			if w.Line > 0 {
				opts.Range = llb.Ranges(w.Line, w.Line)
			}
		}
		b.say(ctx, w.Msg, opts)
	}
}

// say shows one warning. A daemon that knows none shows the names of steps.
func (b *builder) say(ctx context.Context, msg string, opts client.WarnOpts) {
	if caps := b.client.BuildOpts().Caps; caps.Supports(gatewaypb.CapGatewayWarnings) == nil {
		b.project.entry.Warn(ctx, msg, opts)
		return
	}
	if opts.SourceInfo != nil && len(opts.Range) > 0 {
		msg = fmt.Sprintf("%s:%d: %s", opts.SourceInfo.Filename, opts.Range[0].Start.Line, msg)
	}
	step := bkllb.Scratch().File(bkllb.Mkfile("/warning", 0o644, []byte(msg)), bkllb.WithCustomName("[warning] "+msg))
	_, _ = b.project.context.solve(ctx, step) // a build goes on without its warnings
}

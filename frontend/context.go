package frontend

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	bkllb "github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/util/grpcerrors"
	"github.com/moby/patternmatcher"
	"google.golang.org/grpc/codes"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/plan"
)

// buildContext is the main context: local, or remote (git, http, an input).
type buildContext struct {
	dockerui *dockerui.Client
	client   client.Client
	// remote is the context's state when it is not local.
	remote *bkllb.State
	// ignore are the patterns of the ignore file, for a local context, and ignored what they match.
	ignore  []string
	ignored *patternmatcher.PatternMatcher
}

// AlwaysIgnored are the patterns of what never travels: cargo's output and the
// repository's history.
func AlwaysIgnored() []string { return []string{"target", "**/.git"} }

// planned are the files whose text planning and lint need.
func planned() []string {
	return append([]string{
		"**/Cargo.toml", "**/Cargo.lock", "**/.cargo/config", "**/.cargo/*.toml",
		"**/rust-toolchain", "**/rust-toolchain.toml", gitignore,
	}, cargo.RootSources()...)
}

// wholeRemote refuses what an old daemon would do in silence: it ignores the
// patterns of a copy, and so ignored files would get into the build.
const wholeRemote = "this BuildKit daemon is too old to take a part of a git or archive context, and so to leave out what is ignored: " +
	"use a newer one, or build from a directory"

// newBuildContext finds out what kind of context there is. dockerui makes a
// new state for a local context each time it is asked, with the options of
// that call, and gives the one that it has for any other.
func newBuildContext(ctx context.Context, bc *dockerui.Client) (*buildContext, error) {
	b := &buildContext{dockerui: bc, client: bc.GatewayClient()}
	first, err := bc.MainContext(ctx)
	if err != nil {
		return nil, err
	}
	second, err := bc.MainContext(ctx)
	if err != nil {
		return nil, err
	}
	if first == second {
		b.remote = first
		if caps := b.client.BuildOpts().LLBCaps; caps.Supports(pb.CapFileCopyIncludeExcludePatterns) != nil {
			return nil, errors.New(wholeRemote)
		}
		return b, nil
	}
	if b.ignore, err = bc.DockerIgnorePatterns(ctx); err != nil {
		return nil, err
	}
	b.ignored, err = patternmatcher.New(b.ignore)
	return b, err
}

// ignores says whether the ignore file keeps a path out.
func (b *buildContext) ignores(name string) bool {
	if b.ignored == nil {
		return false
	}
	out, err := b.ignored.MatchesOrParentMatches(name)
	return err == nil && out
}

// keptOut gives those of some paths that the client has, whatever the ignore file says. Where
// that cannot be asked without sending them there are none.
func (b *buildContext) keptOut(ctx context.Context, names []string) ([]string, error) {
	caps := b.client.BuildOpts().LLBCaps
	if len(names) == 0 || b.remote != nil || caps.Supports(pb.CapSourceMetadataTransfer) != nil {
		return nil, nil
	}
	below := make([]string, 0, len(names))
	for _, name := range names {
		below = append(below, plan.Escape(name)+"/*")
	}
	st, err := b.dockerui.MainContext(ctx, bkllb.MetadataOnlyTransfer(nil),
		bkllb.IncludePatterns(plan.Literally(names)), bkllb.ExcludePatterns(below),
		bkllb.SharedKeyHint("rust-frontend:ignored"),
		dockerui.WithInternalName("look for what the ignore file keeps out"))
	if err != nil {
		return nil, err
	}
	ref, err := b.solve(ctx, *st)
	if err != nil {
		return nil, err
	}
	there, err := newMetadataFS(ctx, ref)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(names, func(name string) bool {
		_, ok := there.dirs[path.Dir(name)][path.Base(name)]
		return !ok
	}), nil
}

// excludes are the patterns that never travel, with those of one part last.
func (b *buildContext) excludes(part []string) []string {
	return slices.Concat(b.ignore, AlwaysIgnored(), part)
}

// metadata reads what planning needs: the list of all files and the text of
// the manifests, in one transfer. Remote contexts and daemons before 0.22
// have no such transfer; there directories are listed as they are needed.
func (b *buildContext) metadata(ctx context.Context) (*contextFS, error) {
	if b.remote != nil {
		ref, err := b.solve(ctx, *b.remote)
		if err != nil {
			return nil, err
		}
		return newRefFS(ctx, ref), nil
	}
	caps := b.client.BuildOpts().LLBCaps
	if caps.Supports(pb.CapSourceMetadataTransfer) != nil {
		ref, err := b.transfer(ctx)
		if err != nil {
			return nil, err
		}
		return newRefFS(ctx, ref), nil
	}
	ref, err := b.transfer(ctx, bkllb.MetadataOnlyTransfer(planned()),
		// a manifest with an old text's size and time must not be mistaken for it
		bkllb.Differ(bkllb.DiffNone, false))
	if err != nil {
		return nil, err
	}
	files, err := newMetadataFS(ctx, ref)
	if err == nil {
		files.readAhead([]string{"Cargo.toml", "Cargo.lock", "lib.rs", "main.rs", "build.rs"})
	}
	return files, err
}

// transfer brings files of a local context to the daemon for planning.
func (b *buildContext) transfer(ctx context.Context, opts ...bkllb.LocalOption) (client.Reference, error) {
	st, err := b.dockerui.MainContext(ctx, append(opts,
		bkllb.ExcludePatterns(b.excludes(nil)),
		bkllb.SharedKeyHint("rust-frontend:metadata"),
		dockerui.WithInternalName("list the build context"))...)
	if err != nil {
		return nil, err
	}
	ref, err := b.solve(ctx, *st)
	if err != nil {
		return nil, untransferable(ctx, err)
	}
	return ref, nil
}

// untransferable says what BuildKit's transfer does not: names travel as
// protobuf strings, which are UTF-8. The client's gRPC server fails to send
// such a name, and in about 1 of 300 transfers on a busy machine its whole
// session ends before the daemon has read why.
func untransferable(ctx context.Context, err error) error {
	const help = "has a name that is not UTF-8, which BuildKit cannot transfer: rename it, or exclude it in .dockerignore"
	switch {
	case strings.Contains(err.Error(), "invalid UTF-8"):
		return errors.New("a file in the build context " + help)
	case grpcerrors.Code(err) == codes.Canceled && ctx.Err() == nil:
		return fmt.Errorf("the client ended the transfer of the build context without saying why (%w): perhaps a file %s", err, help)
	}
	return err
}

func (b *buildContext) solve(ctx context.Context, st bkllb.State) (client.Reference, error) {
	def, err := st.Marshal(ctx)
	if err != nil {
		return nil, err
	}
	return evaluate(ctx, b.client, client.SolveRequest{Definition: def.ToPB(), Evaluate: true})
}

// part is the state of a part of the context. Transfers of different parts
// have different keys, or each would drop the other's files from the daemon's
// copy (source/local).
func (b *buildContext) part(ctx context.Context) func(string, plan.Copy) bkllb.State {
	return func(name string, part plan.Copy) bkllb.State {
		internal := dockerui.WithInternalName("load " + name)
		if b.remote != nil {
			return bkllb.Scratch().File(bkllb.Copy(*b.remote, "/", "/", &bkllb.CopyInfo{
				CopyDirContentsOnly: true,
				IncludePatterns:     includes(part.Include),
				ExcludePatterns:     b.excludes(part.Exclude),
			}), internal)
		}
		st, err := b.dockerui.MainContext(ctx,
			bkllb.IncludePatterns(includes(part.Include)),
			bkllb.ExcludePatterns(b.excludes(part.Exclude)),
			bkllb.SharedKeyHint("rust-frontend:"+name), internal)
		if err != nil {
			return bkllb.Scratch().Async(func(context.Context, bkllb.State, *bkllb.Constraints) (bkllb.State, error) {
				return bkllb.Scratch(), err
			})
		}
		return *st
	}
}

// includes drops the patterns when one of them means the whole context.
func includes(patterns []string) []string {
	if slices.Contains(patterns, ".") || slices.Contains(patterns, "**") {
		return nil
	}
	return patterns
}

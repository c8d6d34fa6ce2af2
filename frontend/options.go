package frontend

import (
	"context"
	"fmt"
	"maps"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/moby/buildkit/frontend/gateway/client"

	"github.com/org/rust-frontend/cargo/document"
)

// manifestName is the file that is read when none is named.
const manifestName = "Cargo.toml"

// Options of BuildKit that dockerui has no field for.
const (
	keyFilename = "filename"
	keyCmdline  = "cmdline"
	keyContext  = "context" // the URL of a remote one
	keyNoCache  = "no-cache"
	argEpoch    = "SOURCE_DATE_EPOCH"
)

// defaults is a gateway client whose options name Cargo.toml, where a
// Dockerfile is what clients name when the user names nothing.
type defaults struct {
	client.Client
	opts client.BuildOpts
}

// BuildOpts gives the options with the defaults of this frontend.
func (d defaults) BuildOpts() client.BuildOpts { return d.opts }

// withDefaults makes Cargo.toml the file that is read when none is named.
func withDefaults(c client.Client) client.Client {
	opts := c.BuildOpts()
	opts.Opts = maps.Clone(opts.Opts)
	if opts.Opts == nil {
		opts.Opts = map[string]string{}
	}
	if name := path.Base(opts.Opts[keyFilename]); name == "." || name == "Dockerfile" {
		opts.Opts[keyFilename] = path.Join(path.Dir(opts.Opts[keyFilename]), manifestName)
	}
	return defaults{Client: c, opts: opts}
}

// epoch is SOURCE_DATE_EPOCH, in seconds or as "context", else the year 1970:
// without one BuildKit dates the image now, and no two were the same.
// https://reproducible-builds.org/specs/source-date-epoch/
func (b *builder) epoch(ctx context.Context) (*time.Time, error) {
	value := b.dockerui.BuildArgs[argEpoch]
	switch value {
	case "":
		at := time.Unix(0, 0).UTC()
		return &at, nil
	case "context":
		return b.dockerui.ResolveMainContextSourceDateEpoch(ctx)
	}
	seconds, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("build argument %s: %q is neither a number of seconds nor \"context\"", argEpoch, value)
	}
	at := time.Unix(seconds, 0).UTC()
	return &at, nil
}

// unreadable says what to do about an entry file that cannot be read. The
// gateway's errors are text only.
func unreadable(name string, err error) error {
	out := &document.Error{Position: document.Position{File: name}, Err: err}
	switch text := err.Error(); {
	case strings.Contains(text, "exceeds maximum allowed size"):
		out.Msg = "the file that describes the build is too large for BuildKit; is it a Cargo.toml or a settings file?"
	case strings.Contains(text, "is a directory"):
		out.Msg = "the file that describes the build is a directory; name a Cargo.toml or a settings file with -f"
	default:
		out.Msg = "cannot read the file that describes the build; run in the directory of Cargo.toml, or name it with -f"
	}
	return out
}

package frontend

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/util/apicaps"
)

// optsClient is a client that has options and nothing else.
type optsClient struct {
	client.Client
	opts map[string]string
	// what the daemon can do
	caps, llbCaps apicaps.CapSet
}

func (c optsClient) BuildOpts() client.BuildOpts {
	return client.BuildOpts{Opts: c.opts, Caps: c.caps, LLBCaps: c.llbCaps}
}

func TestWithDefaults(t *testing.T) {
	tests := []struct {
		reason string
		opts   map[string]string
		want   string
	}{
		{"no options at all", nil, "Cargo.toml"},
		{"no file named", map[string]string{"target": "app"}, "Cargo.toml"},
		{"what clients name by default", map[string]string{"filename": "Dockerfile"}, "Cargo.toml"},
		{"the default of a directory", map[string]string{"filename": "sub/dir/Dockerfile"}, "sub/dir/Cargo.toml"},
		{"Cargo.toml", map[string]string{"filename": "Cargo.toml"}, "Cargo.toml"},
		{"a settings file", map[string]string{"filename": "deploy/image.toml"}, "deploy/image.toml"},
		{"a name that only starts so", map[string]string{"filename": "Dockerfile.toml"}, "Dockerfile.toml"},
		{"a directory of that name", map[string]string{"filename": "Dockerfile/image.toml"}, "Dockerfile/image.toml"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			before := maps.Clone(tt.opts)
			c := withDefaults(optsClient{opts: tt.opts})
			if got := c.BuildOpts().Opts[keyFilename]; got != tt.want {
				t.Errorf("filename %q, want %q", got, tt.want)
			}
			for key, value := range before {
				if key != keyFilename && c.BuildOpts().Opts[key] != value {
					t.Errorf("option %s is %q, want %q", key, c.BuildOpts().Opts[key], value)
				}
			}
			if diff := cmp.Diff(before, tt.opts); diff != "" {
				t.Errorf("the client's own options changed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPinned(t *testing.T) {
	tests := []struct{ reason, ref, digest, want string }{
		{"a tag keeps its name", "rust:1", "sha256:aa", "rust:1@sha256:aa"},
		{"a digest of the user's wins", "rust@sha256:bb", "sha256:aa", "rust@sha256:bb"},
		{"tag and digest of the user's", "rust:1@sha256:bb", "sha256:aa", "rust:1@sha256:bb"},
		{"a registry that gives none", "rust:1", "", "rust:1"},
		{"a port is no tag", "host:5000/rust", "sha256:aa", "host:5000/rust@sha256:aa"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			if got := pinned(tt.ref, tt.digest); got != tt.want {
				t.Errorf("pinned %q, want %q", got, tt.want)
			}
		})
	}
}

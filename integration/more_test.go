package integration

import (
	"strings"
	"testing"

	gwclient "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/pb"
	apicapspb "github.com/moby/buildkit/util/apicaps/pb"
)

// oldDaemon is a BuildKit before 0.22: it cannot transfer the list of a
// context's files alone.
type oldDaemon struct{ gwclient.Client }

// BuildOpts leaves that capability out.
func (d oldDaemon) BuildOpts() gwclient.BuildOpts {
	opts := d.Client.BuildOpts()
	var caps []*apicapspb.APICap
	for _, c := range pb.Caps.All() {
		if c.ID != string(pb.CapSourceMetadataTransfer) {
			caps = append(caps, c)
		}
	}
	opts.LLBCaps = pb.Caps.CapSet(caps)
	return opts
}

// A daemon without metadata-only transfer builds the same image.
func TestOldDaemon(t *testing.T) {
	b := newBed(t, inProcess)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	p := newProject(t, testdata(t, "workspace"), r.values)
	now := b.build(t, build{dir: p.dir, attrs: target("app")})
	then := b.build(t, build{dir: p.dir, attrs: target("app"), wrap: func(c gwclient.Client) gwclient.Client { return oldDaemon{c} }})
	if now.digest != then.digest {
		t.Errorf("the images are %q and %q", now.digest, then.digest)
	}
	then.mustNotRun("deps", "source")
}

// --no-cache runs everything again, --no-cache-filter the named stages and
// what comes after them.
func TestNoCache(t *testing.T) {
	eachDriverInTurn(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "table"), r.values)
		first := b.build(t, build{dir: p.dir, attrs: target("app")})
		for _, tt := range []struct {
			stages     string
			runs, rest []string
		}{
			{"", []string{"fetch", "deps", "source", "image"}, nil},
			{"deps", []string{"deps"}, []string{"fetch"}},
			{"source", []string{"source"}, []string{"fetch", "deps"}},
		} {
			t.Run("no-cache="+tt.stages, func(t *testing.T) {
				attrs := target("app")
				attrs["no-cache"] = tt.stages
				res := b.build(t, build{dir: p.dir, attrs: attrs})
				res.mustRun(tt.runs...)
				res.mustNotRun(tt.rest...)
				if res.digest != first.digest {
					t.Errorf("the image changed from %s to %s", first.digest, res.digest)
				}
			})
		}
	})
}

// A package that Cargo.lock has for another system, and that no step compiles, is
// right to name and does nothing.
func TestNoCacheOfAnotherSystem(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "layers"), r.values)
		res := b.build(t, build{dir: p.dir, attrs: map[string]string{"no-cache": "winding,app"}})
		res.mustRun("source")
		var got []string
		for _, w := range res.warnings {
			got = append(got, string(w.Short))
		}
		if len(got) != 1 || !strings.HasPrefix(got[0], `--no-cache-filter "winding" has no effect`) {
			t.Errorf("warnings %q, want the one about winding", got)
		}
	})
}

// What does not stop a build is a warning.
func TestWarnings(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := newProject(t, configurable, map[string]string{"metadata": ""})
		res := b.build(t, build{dir: p.dir, args: map[string]string{"WHATEVER": "1"}})
		for _, w := range res.warnings {
			if strings.Contains(string(w.Short), "WHATEVER is not used") {
				return
			}
		}
		t.Errorf("no warning about the build argument: %v", res.warnings)
	})
}

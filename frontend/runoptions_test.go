package frontend

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/util/apicaps"
	capspb "github.com/moby/buildkit/util/apicaps/pb"
)

func TestProxyOf(t *testing.T) {
	tests := []struct {
		reason string
		args   map[string]string
		want   llb.ProxyEnv
	}{
		{"none", map[string]string{"features": "http_proxy"}, llb.ProxyEnv{}},
		{"all, in lower case", map[string]string{"http_proxy": "a", "https_proxy": "b", "ftp_proxy": "c", "no_proxy": "d", "all_proxy": "e"},
			llb.ProxyEnv{HTTPProxy: "a", HTTPSProxy: "b", FTPProxy: "c", NoProxy: "d", AllProxy: "e"}},
		{"in upper case", map[string]string{"HTTP_PROXY": "a"}, llb.ProxyEnv{HTTPProxy: "a"}},
		{"both, as curl chooses", map[string]string{"HTTPS_PROXY": "a", "https_proxy": "b"}, llb.ProxyEnv{HTTPSProxy: "b"}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			if got := proxyOf(tt.args); got != tt.want {
				t.Errorf("proxies %+v, want %+v", got, tt.want)
			}
		})
	}
}

// capable is a client whose daemon has all capabilities but some.
func capable(lacks ...apicaps.CapID) optsClient {
	set := func(list *apicaps.CapList) apicaps.CapSet {
		all := slices.DeleteFunc(list.All(), func(c *capspb.APICap) bool { return slices.Contains(lacks, apicaps.CapID(c.ID)) })
		return list.CapSet(all)
	}
	return optsClient{caps: set(&gatewaypb.Caps), llbCaps: set(&pb.Caps)}
}

func TestRefuse(t *testing.T) {
	tests := []struct {
		reason, option, value string
		lacks                 apicaps.CapID
		says                  string
	}{
		{"nothing", "", "", "", ""},
		{"no network", "force-network-mode", "none", "", ""},
		{"the host's network", "force-network-mode", "host", "", "--network=host is not supported"},
		{"limits", "ulimit", "nofile=1:2", "", ""},
		{"limits, old daemon", "ulimit", "nofile=1:2", pb.CapExecMetaUlimit, "--ulimit is not known to this BuildKit daemon"},
		{"shared memory, old daemon", "shm-size", "1", pb.CapExecMountTmpfsSize, "--shm-size is not known"},
		{"cgroup, old daemon", "cgroup-parent", "x", pb.CapExecMetaCgroupParent, "--cgroup-parent is not known"},
		{"resources, old daemon", "memory", "1", pb.CapExecMetaLinuxResources, "--resource is not known"},
		{"SBOM", "attest:sbom", "", "", ""},
		{"SBOM, old daemon", "attest:sbom", "", gatewaypb.CapAttestations, "too old to attach an SBOM"},
		{"a git context", "context", "https://example.com/x.git", "", ""},
		{"a git context, old daemon", "context", "https://example.com/x.git", pb.CapFileCopyIncludeExcludePatterns, "too old to take a part of a git or archive context"},
		{"an old daemon that is asked for nothing", "", "", pb.CapExecMetaUlimit, ""},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			c := capable(tt.lacks)
			c.opts = map[string]string{tt.option: tt.value}
			bc, err := dockerui.NewClient(c)
			if err != nil {
				t.Fatal(err)
			}
			err = (&builder{client: c, dockerui: bc}).refuse()
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want %q", err, tt.says)
			}
		})
	}
}

// What the daemon lacks and no option asks for has one sentence for all of it.
func TestTooOld(t *testing.T) {
	c := capable(pb.CapExecMetaNetwork)
	caps := c.BuildOpts().LLBCaps
	err := tooOld(fmt.Errorf("solve: %w", caps.Supports(pb.CapExecMetaNetwork)))
	if want := "too old for rust-frontend, which needs BuildKit 0.8"; !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "exec.meta.network") {
		t.Errorf("error %v, want %q and the capability", err, want)
	}
	other := errors.New("another")
	if got := tooOld(other); !errors.Is(got, other) || got.Error() != "another" {
		t.Errorf("error %v", got)
	}
}

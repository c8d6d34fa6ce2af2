package frontend

import (
	"strings"
	"testing"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
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

func TestRefuse(t *testing.T) {
	for mode, says := range map[pb.NetMode]string{
		pb.NetMode_UNSET: "", pb.NetMode_NONE: "", pb.NetMode_HOST: "--network=host is not supported",
	} {
		err := refuse(&dockerui.Client{Config: dockerui.Config{NetworkMode: mode}})
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("network %s: error %v, want %q", mode, err, says)
		}
	}
}

package frontend

import (
	"errors"
	"fmt"
	"strings"

	"github.com/moby/buildkit/client/llb"
	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/util/apicaps"
)

// refuse gives an error for options that cannot be honoured and must not be
// ignored: by this frontend, or by this daemon.
func (b *builder) refuse() error {
	bc := b.dockerui
	if bc.NetworkMode == pb.NetMode_HOST {
		return errors.New("--network=host is not supported: nothing is compiled with a network, and crates are fetched by the daemon; leave the option out")
	}
	if b.client.BuildOpts().Opts[keyContext] != "" && !b.knows(pb.CapFileCopyIncludeExcludePatterns) {
		return errors.New(wholeRemote)
	}
	for _, o := range []struct {
		name  string
		asked bool
		needs apicaps.CapID
	}{
		{"--ulimit", len(bc.Ulimits) > 0, pb.CapExecMetaUlimit},
		{"--shm-size", bc.ShmSize > 0, pb.CapExecMountTmpfsSize},
		{"--cgroup-parent", bc.CgroupParent != "", pb.CapExecMetaCgroupParent},
		{"--resource", bc.LinuxResources != nil, pb.CapExecMetaLinuxResources},
		{"--device", len(bc.Devices) > 0, pb.CapExecMetaCDI},
	} {
		if o.asked && !b.knows(o.needs) {
			return fmt.Errorf("%s is not known to this BuildKit daemon, which is too old: leave the option out, or use a newer one", o.name)
		}
	}
	if caps := b.client.BuildOpts().Caps; ownSBOM(bc) && caps.Supports(gatewaypb.CapAttestations) != nil {
		return errors.New("this BuildKit daemon is too old to attach an SBOM to an image: use a newer one, or --target " + stageSBOM + " to have the SBOM as a file")
	}
	return nil
}

// knows says whether the daemon has a capability.
func (b *builder) knows(c apicaps.CapID) bool {
	caps := b.client.BuildOpts().LLBCaps
	return caps.Supports(c) == nil
}

// runOptions are the user's options for every step. Those of limits and machines
// are no part of a step's key, the host's name and the devices are.
func (b *builder) runOptions() []llb.RunOption {
	bc := b.dockerui
	var opts []llb.RunOption
	for _, h := range bc.ExtraHosts {
		opts = append(opts, llb.AddExtraHost(h.Host, h.IP))
	}
	if bc.Hostname != "" {
		opts = append(opts, llb.With(llb.Hostname(bc.Hostname)))
	}
	for _, u := range bc.Ulimits {
		opts = append(opts, llb.AddUlimit(llb.UlimitName(u.Name), u.Soft, u.Hard))
	}
	if bc.ShmSize > 0 {
		opts = append(opts, llb.AddMount("/dev/shm", llb.Scratch(), llb.Tmpfs(llb.TmpfsSize(bc.ShmSize))))
	}
	if bc.CgroupParent != "" {
		opts = append(opts, llb.WithCgroupParent(bc.CgroupParent))
	}
	if r := bc.LinuxResources; r != nil {
		opts = append(opts, llb.WithLinuxResources(llb.LinuxResources{
			Memory: r.Memory, MemorySwap: r.MemorySwap, CPUShares: r.CpuShares, CPUPeriod: r.CpuPeriod,
			CPUQuota: r.CpuQuota, CpusetCpus: r.CpusetCpus, CpusetMems: r.CpusetMems,
		}))
	}
	for _, d := range bc.Devices {
		device := []llb.CDIDeviceOption{llb.CDIDeviceName(d.Name)}
		if d.Optional {
			device = append(device, llb.CDIDeviceOptional)
		}
		opts = append(opts, llb.AddCDIDevice(device...))
	}
	return opts
}

// onlineOptions are those of the one step that has a network.
func (b *builder) onlineOptions() []llb.RunOption {
	var opts []llb.RunOption
	if b.dockerui.NetworkMode == pb.NetMode_NONE {
		opts = append(opts, llb.Network(llb.NetModeNone))
	}
	if proxy := proxyOf(b.dockerui.BuildArgs); proxy != (llb.ProxyEnv{}) {
		opts = append(opts, llb.WithProxy(proxy))
	}
	return opts
}

// proxyOf reads the predefined arguments for proxies, in any case. They are no
// part of a step's key.
// https://docs.docker.com/reference/dockerfile/#predefined-args
func proxyOf(args map[string]string) llb.ProxyEnv {
	var p llb.ProxyEnv
	for name, field := range map[string]*string{
		"http_proxy": &p.HTTPProxy, "https_proxy": &p.HTTPSProxy, "ftp_proxy": &p.FTPProxy,
		"no_proxy": &p.NoProxy, "all_proxy": &p.AllProxy,
	} {
		// The lower case is what curl and rustup look at first.
		for _, spelling := range []string{strings.ToUpper(name), name} {
			if value := args[spelling]; value != "" {
				*field = value
			}
		}
	}
	return p
}

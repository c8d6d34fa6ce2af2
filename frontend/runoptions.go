package frontend

import (
	"errors"
	"strings"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/util/apicaps"
)

// refuse gives an error for options that cannot be honoured and must not be
// ignored.
func refuse(bc *dockerui.Client) error {
	if bc.NetworkMode == pb.NetMode_HOST {
		return errors.New("--network=host is not supported: nothing is compiled with a network, and crates are fetched by the daemon; leave the option out")
	}
	return nil
}

// runOptions are the user's options for every step, as far as the daemon knows
// them. Those of limits and machines are no part of a step's key, the host's name
// and the devices are.
func (b *builder) runOptions() []llb.RunOption {
	bc, caps := b.dockerui, b.client.BuildOpts().LLBCaps
	knows := func(c apicaps.CapID) bool { return caps.Supports(c) == nil }
	var opts []llb.RunOption
	for _, h := range bc.ExtraHosts {
		opts = append(opts, llb.AddExtraHost(h.Host, h.IP))
	}
	if bc.Hostname != "" {
		opts = append(opts, llb.With(llb.Hostname(bc.Hostname)))
	}
	if knows(pb.CapExecMetaUlimit) {
		for _, u := range bc.Ulimits {
			opts = append(opts, llb.AddUlimit(llb.UlimitName(u.Name), u.Soft, u.Hard))
		}
	}
	if bc.ShmSize > 0 && knows(pb.CapExecMountTmpfsSize) {
		opts = append(opts, llb.AddMount("/dev/shm", llb.Scratch(), llb.Tmpfs(llb.TmpfsSize(bc.ShmSize))))
	}
	if bc.CgroupParent != "" && knows(pb.CapExecMetaCgroupParent) {
		opts = append(opts, llb.WithCgroupParent(bc.CgroupParent))
	}
	if r := bc.LinuxResources; r != nil && knows(pb.CapExecMetaLinuxResources) {
		opts = append(opts, llb.WithLinuxResources(llb.LinuxResources{
			Memory: r.Memory, MemorySwap: r.MemorySwap, CPUShares: r.CpuShares, CPUPeriod: r.CpuPeriod,
			CPUQuota: r.CpuQuota, CpusetCpus: r.CpusetCpus, CpusetMems: r.CpusetMems,
		}))
	}
	if knows(pb.CapExecMetaCDI) {
		for _, d := range bc.Devices {
			device := []llb.CDIDeviceOption{llb.CDIDeviceName(d.Name)}
			if d.Optional {
				device = append(device, llb.CDIDeviceOptional)
			}
			opts = append(opts, llb.AddCDIDevice(device...))
		}
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

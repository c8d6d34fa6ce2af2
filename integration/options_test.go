package integration

import (
	"fmt"
	"strings"
	"testing"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
)

// Every option of BuildKit that is about steps is in the graph.
func TestOptionsInTheGraph(t *testing.T) {
	tests := []struct {
		option string // as a user of buildx writes it
		attrs  map[string]string
		want   func(*graph) error
	}{
		{"--add-host x:1.2.3.4", map[string]string{"add-hosts": "x=1.2.3.4"}, everyExec(func(e *pb.ExecOp) bool {
			return len(e.Meta.ExtraHosts) == 1 && e.Meta.ExtraHosts[0].Host == "x" && e.Meta.ExtraHosts[0].IP == "1.2.3.4"
		})},
		{"--shm-size 1048576", map[string]string{"shm-size": "1048576"}, everyExec(func(e *pb.ExecOp) bool {
			return hasMount(e, func(m *pb.Mount) bool { return m.Dest == "/dev/shm" && m.TmpfsOpt.GetSize() == 1048576 })
		})},
		{"--ulimit nofile=1024:2048", map[string]string{"ulimit": "nofile=1024:2048"}, everyExec(func(e *pb.ExecOp) bool {
			u := e.Meta.Ulimit
			return len(u) == 1 && u[0].Name == "nofile" && u[0].Soft == 1024 && u[0].Hard == 2048
		})},
		{"--cgroup-parent x", map[string]string{"cgroup-parent": "x"}, everyExec(func(e *pb.ExecOp) bool { return e.Meta.CgroupParent == "x" })},
		{"--build-arg BUILDKIT_SANDBOX_HOSTNAME=x", map[string]string{"build-arg:BUILDKIT_SANDBOX_HOSTNAME": "x"},
			everyExec(func(e *pb.ExecOp) bool { return e.Meta.Hostname == "x" })},
		{"--resource memory=1g", map[string]string{"memory": "1073741824"}, limited(func(r *pb.LinuxResources) bool { return r.Memory == 1<<30 })},
		{"--resource cpuset-cpus=0", map[string]string{"cpusetcpus": "0"}, limited(func(r *pb.LinuxResources) bool { return r.CpusetCpus == "0" })},
		{"--network none", map[string]string{"force-network-mode": "none"}, everyExec(offline)},
		{"--network default", map[string]string{"force-network-mode": "sandbox"}, everyExec(offline)},
		{"--build-arg BUILDKIT_CACHE_MOUNT_NS=x", map[string]string{"build-arg:BUILDKIT_CACHE_MOUNT_NS": "x", "build-arg:layers": "crate"},
			someExec(func(e *pb.ExecOp) bool {
				return hasMount(e, func(m *pb.Mount) bool {
					return m.CacheOpt != nil && strings.HasPrefix(m.CacheOpt.ID, "x/")
				})
			})},
		{"--no-cache", map[string]string{"no-cache": ""}, ignoresCache("[toolchain] compile", "[fetch] ", "[deps] compile", "[source] compile", "[image] ")},
		{"--no-cache-filter source", map[string]string{"no-cache": "source"}, ignoresCache("[source] compile")},
		{"--no-cache-filter hello", map[string]string{"no-cache": "hello"}, ignoresCache("[source] compile")},
		{"--no-cache-filter in capitals, beside a stage of other builds", map[string]string{"no-cache": "SOURCE,check"}, ignoresCache("[source] compile")},
		{"--no-cache-filter of a crate that is compiled with all others", map[string]string{"no-cache": "itoa", "build-arg:layers": "1"}, ignoresCache("[deps] compile")},
		{"--no-cache-filter of a crate", map[string]string{"no-cache": "itoa", "build-arg:layers": "crate"}, ignoresCache("[deps] compile itoa")},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		for _, tt := range tests {
			t.Run(tt.option, func(t *testing.T) {
				if err := tt.want(b.graph(t, build{dir: exampleHello, attrs: tt.attrs})); err != nil {
					t.Error(err)
				}
			})
		}
	})
}

// everyExec wants something of every step that runs.
func everyExec(has func(*pb.ExecOp) bool) func(*graph) error {
	return func(g *graph) error {
		execs := 0
		for digest, op := range g.Def {
			if e := op.GetExec(); e != nil {
				execs++
				if !has(e) {
					return fmt.Errorf("%s: %v", g.name(digest), e.Meta)
				}
			}
		}
		if execs < 2 {
			return fmt.Errorf("%d steps run, want more", execs)
		}
		return nil
	}
}

// someExec wants something of one step at least.
func someExec(has func(*pb.ExecOp) bool) func(*graph) error {
	return func(g *graph) error {
		for _, op := range g.Def {
			if e := op.GetExec(); e != nil && has(e) {
				return nil
			}
		}
		return fmt.Errorf("no step has it")
	}
}

func hasMount(e *pb.ExecOp, is func(*pb.Mount) bool) bool {
	for _, m := range e.Mounts {
		if is(m) {
			return true
		}
	}
	return false
}

func offline(e *pb.ExecOp) bool { return e.Network == llb.NetModeNone }

// ignoresCache wants that the vertices of these names, and no other that
// compiles, take nothing from the cache.
func ignoresCache(prefixes ...string) func(*graph) error {
	return func(g *graph) error {
		for _, p := range prefixes {
			found := false
			for digest := range g.Def {
				found = found || strings.HasPrefix(g.name(digest), p) && g.Metadata[digest].GetIgnoreCache()
			}
			if !found {
				return fmt.Errorf("%s takes from the cache", p)
			}
		}
		for digest := range g.Def {
			name, wanted := g.name(digest), false
			for _, p := range prefixes {
				wanted = wanted || strings.HasPrefix(name, p)
			}
			if !wanted && strings.Contains(name, "] compile ") && g.Metadata[digest].GetIgnoreCache() {
				return fmt.Errorf("%s takes nothing from the cache", name)
			}
		}
		return nil
	}
}

// What cannot be done is refused with a sentence.
func TestOptionsRefused(t *testing.T) {
	tests := []struct {
		option string
		attrs  map[string]string
		says   string
	}{
		{"--network host", map[string]string{"force-network-mode": "host"}, "--network=host is not supported"},
		{"--ulimit nonsense", map[string]string{"ulimit": "x"}, "ulimit"},
		{"--shm-size nonsense", map[string]string{"shm-size": "x"}, "shm size"},
		{"--target nobody", map[string]string{"target": "nobody"}, "nobody"},
		{"--no-cache-filter dependencies", map[string]string{"no-cache": "dependencies"},
			`--no-cache-filter "dependencies": this build has no stage, package or binary of that name; its stages are toolchain, fetch, plan, deps, source, image,`},
		{"--no-cache-filter itao", map[string]string{"no-cache": "source,itao"}, `"itao": this build has no stage, package or binary of that name, did you mean "itoa"?`},
		{"--no-cache-filter dependencies, of the graph", map[string]string{"no-cache": "dependencies", "requestid": "frontend.convertllb"}, `"dependencies"`},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		for _, tt := range tests {
			t.Run(tt.option, func(t *testing.T) {
				res := b.fail(t, build{dir: exampleHello, attrs: tt.attrs})
				res.mustSay(tt.says)
				res.mustNotRun("fetch", "deps", "source", "image")
			})
		}
	})
}

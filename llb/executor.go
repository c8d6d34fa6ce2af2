package llb

import (
	"context"
	"path"

	"github.com/moby/buildkit/client/llb"

	"github.com/org/rust-frontend/executor"
	"github.com/org/rust-frontend/plan"
)

// compiledExecutor has the toolchain image compile the step executor, as it is before
// rustup adds anything to it, for the machine that it runs on: what the image's environment
// says of targets, flags and wrappers is meant for programs of users. The copy has a fixed
// time, which cargo makes a part of what it knows of a wrapper.
func (c *converter) compiledExecutor() llb.State {
	const src, out = "/src", "/out"
	var files []plan.File
	for _, f := range executor.Sources() {
		files = append(files, plan.File{Path: f.Path, Data: f.Data})
	}
	opts := []llb.RunOption{
		llb.Args([]string{"cargo", "install", "--quiet", "--offline", "--no-track", "--path", src, "--root", out}),
		llb.Dir(src),
		llb.Network(llb.NetModeNone),
		llb.User(rootUser),
		llb.AddEnv("CARGO_HOME", plan.HomeDir),
		llb.AddEnv("CARGO_TARGET_DIR", plan.HomeDir+"/target"),
		llb.AddEnv("CARGO_ENCODED_RUSTFLAGS", ""),
		llb.AddEnv("RUSTC_WRAPPER", ""),
		llb.AddEnv("RUSTC_WORKSPACE_WRAPPER", ""),
		llb.AddMount(plan.HomeDir, llb.Scratch(), llb.Tmpfs()),
		llb.AddMount(src, c.write(files, StageToolchain, "write the step executor"), llb.ForceNoOutput),
	}
	for _, o := range c.options(StageToolchain, "compile the step executor") {
		opts = append(opts, o)
	}
	made := withoutEnv(c.in.Toolchain, "CARGO_BUILD_TARGET").Run(append(opts, c.in.Run...)...).AddMount(out, llb.Scratch())
	fixed := buildTime()
	copied := llb.Copy(made, "/bin/"+executor.Name, "/"+path.Base(plan.ExecutorFile), &llb.CopyInfo{CreatedTime: &fixed, ChownOpt: root()})
	return llb.Scratch().File(copied, c.options(StageToolchain, "copy the step executor")...)
}

// withoutEnv is a state without one variable: cargo takes an empty target for a mistake.
func withoutEnv(st llb.State, name string) llb.State {
	env, err := st.Env(context.Background()) // looks nothing up
	if err != nil {
		return st
	}
	out := llb.NewState(st.Output())
	for _, key := range env.Keys() {
		if value, ok := env.Get(key); ok && key != name {
			out = out.AddEnv(key, value)
		}
	}
	return out
}

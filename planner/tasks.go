package planner

import (
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
)

// unitsStep asks cargo what it would compile, with the command of the dependencies step,
// and for the manifests of all packages that may be in the graph. Archives it unpacks
// itself.
// https://doc.rust-lang.org/cargo/reference/unstable.html#unit-graph
func (cmd *command) unitsStep(deps *plan.Step, archives []plan.Crate) *plan.Step {
	t := plan.Task{
		Do: "resolve", Dir: cmd.dir(), Cargo: append(append([]string{}, cmd.deps...), "--unit-graph", "-Z", "unstable-options"),
		Questions: []string{"cargo", "metadata", "--offline", "--format-version", "1", "--all-features"},
	}
	for _, c := range archives {
		t.Archives = append(t.Archives, plan.Archive{Dir: c.Dir, Checksum: c.Checksum})
		t.ResolvedWith = resolvedWith()
	}
	return &plan.Step{Name: "resolve the unit graph", Files: deps.Files, Copy: deps.Copy, Links: deps.Links, Env: cmd.env, Task: t}
}

// resolvedWith are the files of a package that cargo resolves with, as patterns below its
// directory in which * stands for no slash: the manifest, and where targets are
// looked for that it does not give the path of. Of the others it wants to know
// nothing before it compiles.
// https://doc.rust-lang.org/cargo/guide/project-layout.html
func resolvedWith() []string {
	out := []string{"Cargo.toml", "*.rs", "src/*.rs"}
	for _, dir := range []string{"src/bin", "tests", "examples", "benches"} {
		out = append(out, dir+"/*.rs", dir+"/*/main.rs")
	}
	return out
}

// handOut says what the last step is for. The binaries stand where they stand in the
// image.
// https://doc.rust-lang.org/cargo/reference/build-cache.html
func (cmd *command) handOut(t *plan.Task) {
	switch goal := cmd.c.Goal.Traits(); {
	case goal.Image:
		t.Refuse, t.Dated = manifest.StubMarker, []string{plan.OutDir}
		for _, bin := range cmd.c.Selection.Bins {
			t.Binaries = append(t.Binaries, cmd.handOutBinary(bin.Target.Name))
		}
		if cmd.debug != nil {
			t.Dated = append(t.Dated, plan.DebugDir)
		}
	case goal.Docs:
		t.Docs = []string{plan.TargetDir + "/doc", plan.TargetDir + "/" + cmd.triple + "/doc"}
		t.Dated = []string{plan.OutDir}
	}
}

// wrapperVariable sets the stand-in for rustc for all packages.
// https://doc.rust-lang.org/cargo/reference/config.html#buildrustc-wrapper
const wrapperVariable = "RUSTC_WRAPPER"

// withWrapper adds the stand-in for the packages of the workspace to an environment.
// https://doc.rust-lang.org/cargo/reference/config.html#buildrustc-workspace-wrapper
func withWrapper(env []plan.Env) []plan.Env {
	return append(append([]plan.Env{}, env...), plan.Env{Name: "RUSTC_WORKSPACE_WRAPPER", Value: plan.ExecutorFile})
}

// questions is a build that compiles next to nothing. The profile, which the
// project may have defined, makes no difference to what cargo asks the compiler.
func (cmd *command) questions() []string {
	return []string{"cargo", "build", "--quiet", "--offline", "--release", "--target", cmd.triple}
}

// infoStep lets cargo probe rustc once for all layers, and says how cargo lays
// out what it compiles, see [answers.ParseLayout].
func (cmd *command) infoStep(config []byte) *plan.Step {
	return &plan.Step{
		Name: "probe rustc",
		Files: []plan.File{
			{Path: ".cargo/config.toml", Data: config},
			{Path: "Cargo.toml", Data: []byte("[package]\nname = \"" + unitName + "\"\nversion = \"0.0.0\"\nedition = \"2021\"\n")},
			{Path: "src/lib.rs"},
		},
		Env:  cmd.env,
		Task: plan.Task{Do: "probe rustc", Dir: plan.SourceDir, Questions: cmd.questions(), UnitDirs: []string{cmd.triple + "/release"}},
	}
}

// ProbeStep looks at what a toolchain image holds, for [answers.ParseProbe].
func ProbeStep() plan.Step {
	return plan.Step{Name: "inspect the toolchain", Task: plan.Task{Do: "inspect", Look: []plan.Look{
		{Fact: "cacerts", Path: plan.CACertificatesFile}, {Fact: "tzdata", Path: plan.ZoneinfoDir},
	}}}
}

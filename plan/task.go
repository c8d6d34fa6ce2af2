package plan

import "github.com/org/rust-frontend/settings"

// Task says what the step executor does in a step (executor/src/document.rs reads it).
// What is not needed is left out. Paths are absolute but for UnitDirs.
type Task struct {
	// Do names the kind of step: "inspect" the toolchain, "probe rustc", "resolve" what
	// cargo would compile, "schedule" the layers, compile the "dependencies" in one step, a
	// "layer" of the crate graph, or the "source".
	Do string `json:"do"`
	// Dir is where cargo runs, Cargo its command line.
	Dir   string   `json:"dir,omitempty"`
	Cargo []string `json:"cargo,omitempty"`
	// Questions is a further command line: with "probe rustc" and "dependencies" a build
	// that has cargo question the compiler and compiles next to nothing, with "resolve" one
	// that describes the packages.
	Questions []string `json:"questions,omitempty"`
	// UnitDirs are where cargo keeps what it compiles for the host and for the target, in
	// TargetDir.
	UnitDirs []string `json:"unitDirs,omitempty"`
	// Info is the directory of InfoDir with what cargo has found out about the compiler,
	// "" when nothing is below the step.
	Info string `json:"info,omitempty"`
	// StandIn has the executor stand where cargo looks for rustc.
	StandIn bool `json:"standIn,omitempty"`
	// Packages are, by name: of a layer those whose outputs it hands on; of the source step
	// those that no layer has compiled; of the dependencies step the stubs, whose traces are
	// removed, with Crates, the names of their targets.
	Packages []string `json:"packages,omitempty"`
	Crates   []string `json:"crates,omitempty"`
	// Watch is the directory of a package with a build script, "" for others: the step's
	// output then says what the script watches, and what is there. Recheck has that compared
	// with what is there now.
	Watch   string `json:"watch,omitempty"`
	Recheck bool   `json:"recheck,omitempty"`
	// DateVendor dates the directories of VendorDir. Those of unpacked crates are as new as
	// the unpacking, and cargo runs a build script again when a directory that it watches
	// is newer than its output. A copy with fixed times in the graph would cost seconds and
	// a second blob of all crates in an exported cache.
	DateVendor bool `json:"dateVendor,omitempty"`
	// Help is what to do about failures: the first is said of which cargo's output has a sign.
	Help []Help `json:"help,omitempty"`
	// Lookups has the step see what is looked for in vain, or is nil.
	Lookups *LookupsTask `json:"lookups,omitempty"`
	// Binaries are handed out, but none that holds Refuse. Docs are directories whose
	// contents are. Then all below Dated has the time 0.
	Binaries []HandOut `json:"binaries,omitempty"`
	Refuse   string    `json:"refuse,omitempty"`
	Docs     []string  `json:"docs,omitempty"`
	Dated    []string  `json:"dated,omitempty"`
	// Made is where the files are that tell runs of the source step apart: those that it
	// hands out, or its sources if it hands out nothing.
	Made string `json:"made,omitempty"`
	// Archives are unpacked from ArchivesDir: the files that fit one of ResolvedWith.
	Archives     []Archive `json:"archives,omitempty"`
	ResolvedWith []string  `json:"resolvedWith,omitempty"`
	// Build tells a build's steps from those of others, Urgency says how urgent they are.
	Build   string    `json:"build,omitempty"`
	Urgency []Urgency `json:"urgency,omitempty"`
	// Look are facts that hold if a file or directory is there and not empty.
	Look []Look `json:"look,omitempty"`
}

// Help is what to do about a failure whose reason neither rustc nor a build script can tell.
type Help struct {
	Text string `json:"text"`
	// Signs are parts of lines: cargo's output has one of them then.
	Signs []string `json:"signs"`
}

// HandOut is a binary on its way to the image.
type HandOut struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Commands are run first.
	Commands [][]string `json:"commands,omitempty"`
	// Copy is true when none of them writes To.
	Copy bool `json:"copy,omitempty"`
	// DWP is the directory for packed debug information, which lies beside From if there
	// is some.
	DWP string `json:"dwp,omitempty"`
}

// Archive is a crate in ArchivesDir, as the registry has it.
type Archive struct {
	Dir      string `json:"dir"`
	Checksum string `json:"checksum"`
}

// Urgency says how urgent a step is, from 0 to [mostUrgent], by its [Step.ID].
type Urgency struct {
	Step    string `json:"step"`
	Urgency int    `json:"urgency"`
}

// Look is a fact about a toolchain image.
type Look struct {
	Fact string `json:"fact"`
	Path string `json:"path"`
}

// unitsStep asks cargo what it would compile, with the command of the dependencies step,
// and for the manifests of all packages that may be in the graph. Archives it unpacks
// itself.
// https://doc.rust-lang.org/cargo/reference/unstable.html#unit-graph
func (cmd *command) unitsStep(deps Step, archives []Crate) *Step {
	t := Task{
		Do: "resolve", Dir: cmd.dir(), Cargo: append(append([]string{}, cmd.deps...), "--unit-graph", "-Z", "unstable-options"),
		Questions: []string{"cargo", "metadata", "--offline", "--format-version", "1", "--all-features"},
	}
	for _, c := range archives {
		t.Archives = append(t.Archives, Archive{Dir: c.Dir, Checksum: c.Checksum})
		t.ResolvedWith = resolvedWith()
	}
	return &Step{Name: "resolve the unit graph", Files: deps.Files, Copy: deps.Copy, Links: deps.Links, Env: cmd.env, Task: t}
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
func (cmd *command) handOut(t *Task) {
	switch cmd.c.goal {
	case settings.Build:
		t.Refuse, t.Dated = StubMarker, []string{OutDir}
		for _, bin := range cmd.c.sel.Bins {
			t.Binaries = append(t.Binaries, cmd.handOutBinary(bin.Target.Name))
		}
		if cmd.debug != nil {
			t.Dated = append(t.Dated, DebugDir)
		}
	case settings.Doc:
		t.Docs = []string{TargetDir + "/doc", TargetDir + "/" + cmd.triple + "/doc"}
		t.Dated = []string{OutDir}
	}
}

// wrapperVariable sets the stand-in for rustc for all packages.
// https://doc.rust-lang.org/cargo/reference/config.html#buildrustc-wrapper
const wrapperVariable = "RUSTC_WRAPPER"

// withWrapper adds the stand-in for the packages of the workspace to an environment.
// https://doc.rust-lang.org/cargo/reference/config.html#buildrustc-workspace-wrapper
func withWrapper(env []Env) []Env {
	return append(append([]Env{}, env...), Env{"RUSTC_WORKSPACE_WRAPPER", ExecutorFile})
}

// questions is a build that compiles next to nothing. The profile, which the
// project may have defined, makes no difference to what cargo asks the compiler.
func (cmd *command) questions() []string {
	return []string{"cargo", "build", "--quiet", "--offline", "--release", "--target", cmd.triple}
}

// infoStep lets cargo question the compiler once for all layers, and says how cargo lays
// out what it compiles, see [ParseLayout].
func (cmd *command) infoStep(config []byte) *Step {
	return &Step{
		Name: "probe rustc",
		Files: []File{
			{Path: ".cargo/config.toml", Data: config},
			{Path: "Cargo.toml", Data: []byte("[package]\nname = \"" + unitName + "\"\nversion = \"0.0.0\"\nedition = \"2021\"\n")},
			{Path: "src/lib.rs"},
		},
		Env:  cmd.env,
		Task: Task{Do: "probe rustc", Dir: SourceDir, Questions: cmd.questions(), UnitDirs: []string{cmd.triple + "/release"}},
	}
}

// ParseLayout reads LayoutFile: whether cargo lays out what it compiles in one of the ways
// that the step executor knows.
func ParseLayout(data []byte) (known bool) { return len(data) > 0 }

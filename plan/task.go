package plan

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
	// that has cargo probe rustc and compiles next to nothing, with "resolve" one
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
	// Programs is true where the names of programs that the image has not say more.
	Programs bool `json:"programs,omitempty"`
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

// Urgency says how urgent a step is, from 0 to graph.MostUrgent, by its [Step.ID].
type Urgency struct {
	Step    string `json:"step"`
	Urgency int    `json:"urgency"`
}

// Look is a fact about a toolchain image.
type Look struct {
	Fact string `json:"fact"`
	Path string `json:"path"`
}

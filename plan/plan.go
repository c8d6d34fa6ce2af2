package plan

import "github.com/org/rust-frontend/settings"

// Where things stand inside every step. The paths are fixed, so that a binary
// is the same on every machine.
const (
	SourceDir = "/src"    // the workspace root
	VendorDir = "/vendor" // registry and git packages, a directory each
	TargetDir = "/target" // CARGO_TARGET_DIR
	HomeDir   = "/cargo"  // CARGO_HOME, empty at the start of each step
	OutDir    = "/out"    // what the source step hands to the image
	BinDir    = "/usr/local/bin"
	// ReportDir is where the source step names the external packages that
	// it had to compile although a layer had.
	ReportDir  = "/report"
	ReportFile = "recompiled"
	// MadeFile is beside it and tells apart what the source step has made.
	MadeFile = "made"
	// ProbeDir and UnitsDir hold the answers of the toolchain and of the planning
	// step, which the source step has below itself without reading them.
	ProbeDir = "/probe"
	UnitsDir = "/units"
	// TriesDir holds what earlier tries said, and the layers in this one, which it does not
	// read either.
	TriesDir = "/tries"
	// UrgencyDir is what the step that says which layers are urgent leaves, nothing:
	// the source step has it below itself so that it is run.
	UrgencyDir = "/urgency"
	// DebugDir is where the source step leaves debug files.
	DebugDir = "/debug"
	// ArchivesDir holds the archives of the crates for the planning step, a directory
	// each.
	ArchivesDir = "/archives"
	// AuditDir holds the lists of packages that the source step puts into the
	// binaries, a file for each.
	AuditDir = "/audit"
)

// FileTime is the time of every file that cargo reads, in seconds since 1970
// (2000-01-01). Cargo compares the times of path packages and of what build
// scripts watch, so they must be the same on every machine and older than any
// output.
const FileTime = 946684800

// OutputTime is the time of every output of a layer, in seconds since 1970
// (2037-01-01). Cargo compiles a package again when its sources or what lies
// below it are newer than its output. What a layer has compiled was compiled from
// the very files that are there later, whenever they were unpacked: so it is
// newer than all of them, and no output newer than another. File systems that
// count in 32 bits end in 2038.
const OutputTime = 2114380800

// Plan is everything that one build for one platform does.
type Plan struct {
	Goal      settings.Goal `json:"goal,omitempty"`
	Triple    string        `json:"triple"`
	Profile   string        `json:"profile"`
	Toolchain Toolchain     `json:"toolchain"`
	Bins      []Bin         `json:"bins"`
	// LockFile is the path of Cargo.lock in the context.
	LockFile string `json:"lockFile"`
	// Packages are the packages of the tree that the binaries need.
	Packages []Package `json:"packages"`
	Crates   []Crate   `json:"crates"`
	Git      []Git     `json:"git,omitempty"`
	// Vendored is the directory of the context that holds the project's own
	// vendored sources, "" when crates are fetched.
	Vendored string `json:"vendored,omitempty"`
	// Units asks cargo for its unit graph and Info lets it question the
	// compiler; both are nil in the one-layer form, but for an SBOM cargo is
	// asked all the same.
	Units *Step `json:"units,omitempty"`
	Info  *Step `json:"info,omitempty"`
	// Layers compile the external packages, each after those that it
	// needs. Without them Deps does, in one step.
	Layers []Layer `json:"layers,omitempty"`
	// Urgency tells the layers which of them are urgent, nil in the one-layer form.
	Urgency *Step `json:"urgency,omitempty"`
	// Deps compiles the external packages in one step, nil when Layers do.
	Deps   *Step `json:"deps,omitempty"`
	Source Step  `json:"source"`
	Image  Image `json:"image"`
	// Debug says how debug information is kept apart from the binaries, nil when
	// it is not; NoDebug says why.
	Debug   *Debug `json:"debug,omitempty"`
	NoDebug string `json:"-"`
	// Audit are the lists of packages that go into the binaries, by their names.
	Audit []File `json:"audit,omitempty"`
	// SBOM is what an SBOM says, nil when none is asked for.
	SBOM *SBOM `json:"-"`
	// Warnings are sentences for the user that do not stop the build.
	Warnings []settings.Warning `json:"warnings,omitempty"`
}

// Toolchain names the image that compiles.
type Toolchain struct {
	// Image is a reference or the name of a named context.
	Image string `json:"image"`
	// Origin says where the choice comes from, for people.
	Origin string `json:"origin"`
	// AddTarget is the triple whose standard library rustup must add, or "".
	AddTarget string `json:"addTarget,omitempty"`
	// AddComponent is what else rustup must add, or "".
	AddComponent string `json:"addComponent,omitempty"`
}

// Bin is one binary of the image.
type Bin struct {
	Name    string `json:"name"`
	Package string `json:"package"`
	// File is the binary's path in TargetDir after the source step.
	File string `json:"file"`
	// Path is the binary's path in the image.
	Path string `json:"path"`
}

// Package is one package of the tree.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Dir     string `json:"dir"`
	// Solid is true when the dependencies step needs the package's real
	// files, because an external crate depends on it ([patch] by path).
	Solid bool `json:"solid,omitempty"`
}

// Crate is one registry package, fetched as a verified HTTP source.
type Crate struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Checksum string `json:"checksum"` // hex sha256
	// URL is "" when the registry's download template is not known yet.
	URL string `json:"url"`
	// Index is the index of a registry other than crates.io, as in Cargo.lock.
	Index string `json:"index,omitempty"`
	// Dir is the directory's name in VendorDir; always NAME-VERSION, since
	// that is what the archive holds.
	Dir string `json:"dir"`
	// Position is the package's place in Cargo.lock.
	Line int `json:"line"`
}

// Git is one git repository at one commit.
type Git struct {
	URL    string `json:"url"`
	Commit string `json:"commit"`
	Line   int    `json:"line"` // in Cargo.lock
	// Checkout is the directory of VendorDir that holds the whole repository, as cargo has
	// it: a package may read what lies beside it. The outer directory source does not look
	// into it, since its name begins with a dot.
	Checkout string `json:"checkout"`
	// Packages are the needed packages of the repository.
	Packages []GitPackage `json:"packages"`
}

// GitPackage is one package inside a git repository.
type GitPackage struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Subdir is the package's directory in the repository, "" while unknown.
	Subdir string `json:"subdir"`
	// Dir is the name in VendorDir of the link that leads to it.
	Dir string `json:"dir"`
	// Manifest replaces the package's Cargo.toml: inheritance from the
	// repository's workspace is resolved, since the vendored copy has none.
	Manifest []byte `json:"manifest,omitempty"`
}

// Step is one exec of the step executor over files, with the network off.
type Step struct {
	Name string `json:"name"`
	// Compiles are the packages and binaries that the step makes, as a user may
	// name them.
	Compiles []string `json:"compiles,omitempty"`
	// At is where the user's files name what is compiled, for an error. Blame are the packages
	// that the exit code tells apart when one of them fails.
	At    Place      `json:"at,omitzero"`
	Blame []Compiled `json:"blame,omitempty"`
	// Files are written by the plan itself: manifests, lock, configuration,
	// stubs; paths relative to SourceDir, sorted. The step executor lays them over
	// those of Copy.
	Files []File `json:"files"`
	// Copy are the directories and files taken from the context.
	Copy []Copy `json:"copy,omitempty"`
	// Links are made below VendorDir, for the packages of git repositories.
	Links []Link `json:"links,omitempty"`
	// Originals are those of Files that the context has and that others than cargo read as
	// they are there.
	Originals []string `json:"originals,omitempty"`
	Env       []Env    `json:"env"`
	// Task is what the step executor does.
	Task Task `json:"task"`
	// Key lists what the step's cache key depends on, for people.
	Key []string `json:"key"`
}

// Copy is a part of the context, copied to the same place under SourceDir.
type Copy struct {
	// Include and Exclude are patterns in the syntax of .dockerignore,
	// relative to the context.
	Include []string `json:"include"`
	Exclude []string `json:"exclude,omitempty"`
}

// File is a file written by the plan: its path is below SourceDir, or absolute.
type File struct {
	Path string `json:"path"`
	Data []byte `json:"data"`
}

// Link is a symbolic link, both ends below VendorDir.
type Link struct {
	Path string `json:"path"`
	To   string `json:"to"`
}

// Env is one environment variable.
type Env struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

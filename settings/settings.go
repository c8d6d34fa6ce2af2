package settings

import (
	"github.com/org/rust-frontend/cargo/document"
)

// Settings are what the user asked for; [Load] merges them, [Keys]
// describes them.
type Settings struct {
	// Goal is what --target asks for instead of the image.
	Goal            Goal
	Package         string
	Bins            []string
	Profile         string
	Features        []string
	DefaultFeatures bool
	AllFeatures     bool
	Triple          string
	Toolchain       string
	Env             map[string]string
	MemberEnv       map[string]string
	// Inputs are patterns of further files of the context that the build reads.
	Inputs []string
	// InputsOf is the directory of the selected package when Inputs are from its own table:
	// they are read by that package alone, and SharedInputs by all. Otherwise it is "".
	InputsOf     string
	SharedInputs []string
	// SharedInputsAt is where the latter stand.
	SharedInputsAt document.Position
	// MemberInputs are those of a member's own table, by its directory: they are
	// read by that member alone.
	MemberInputs map[string][]string
	// Strip is "none", "debuginfo", "symbols", or "" for the default: symbols,
	// unless the profile says something.
	Strip string
	// DebugInfo keeps debug information apart from the binaries, or, when false,
	// keeps none; nil leaves it to the profile.
	DebugInfo *bool
	// Auditable puts the list of packages into the binaries.
	Auditable bool
	// TestArgs and ClippyArgs are what `cargo test` and `cargo clippy` take after --.
	TestArgs   []string
	ClippyArgs []string
	// Layers is the largest number of steps for the external packages, or
	// [EachCrate].
	Layers Layers
	Lint   LintSettings
	Image  ImageSettings

	// Origins maps the dotted name of each key that was set to its place, so
	// that a later error can show it.
	Origins map[string]document.Position
}

// LintSettings are the keys of the table `lint`: names of rules, or "all".
type LintSettings struct {
	Skip         []string
	Experimental []string
	Error        bool
}

// ImageSettings are the keys of the table `image`. Nil pointers and slices
// mean "not set".
type ImageSettings struct {
	Base           string
	User           *string
	Entrypoint     []string
	Cmd            []string
	Env            map[string]string
	Workdir        string
	Expose         []string
	Volumes        []string
	Labels         map[string]string
	StopSignal     string
	Healthcheck    *Healthcheck
	Files          []ExtraFile
	CACertificates *bool
	TZData         bool
}

// Where gives the place where a setting was made, or the zero position.
func (s *Settings) Where(key string) document.Position { return s.Origins[key] }

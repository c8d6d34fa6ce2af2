package settings

import (
	"slices"

	"github.com/org/rust-frontend/cargo"
)

// Goal is what a build is for: an image, or what one of cargo's commands says
// of the project. The zero value is the image.
type Goal string

// The goals; but for [Build] each is the name of a cargo command, and of the
// stage that --target names.
const (
	Build  Goal = ""
	Check  Goal = "check"
	Clippy Goal = "clippy"
	Test   Goal = "test"
	Doc    Goal = "doc"
)

// Traits are what sets a goal apart.
type Traits struct {
	Goal Goal
	// Doc describes it for people, without a period.
	Doc string
	// Profile is the one that cargo takes for it, release for an image.
	// https://doc.rust-lang.org/cargo/reference/profiles.html#profile-selection
	Profile string
	// Cargo is the command of the last step, Deps that of the dependencies, and of the
	// question what they are: what clippy and rustdoc are given of a dependency is what
	// `cargo check` makes, so these goals share it.
	Cargo, Deps []string
	// DepsTitle and Title say what the steps do, for people.
	DepsTitle, Title string
	// Image is true for what makes binaries, and an image of them; Docs for what hands out
	// documentation. The result of others is empty.
	Image, Docs bool
	// RunsTests is true for what runs what it compiles for the target. Tests are compiled
	// over what unwinds, whatever the profile says of panics.
	// https://doc.rust-lang.org/cargo/reference/profiles.html#panic
	RunsTests bool
	// Component is what the toolchain must have besides cargo and rustc, "" for nothing, and
	// Configured are the names of files in or above a package that it is configured by.
	Component  string
	Configured []string
	// DevProfile is the profile with which the goal compiles tests, examples and
	// dev-dependencies; "*" is any, "" none. `cargo check` and `cargo clippy` do with the
	// profile test, as they always have.
	// https://doc.rust-lang.org/cargo/commands/cargo-check.html#compilation-options
	DevProfile string
	// words gives what is handed on to what cargo runs on the packages themselves.
	// https://doc.rust-lang.org/cargo/commands/cargo-test.html#description
	words func(*Settings) []string
}

// goals lists all: a new goal is one entry here, and one test.
func goals() []Traits {
	return []Traits{
		{
			Goal: Build, Profile: "release", Image: true,
			Cargo: []string{"build"}, Deps: []string{"build"},
			DepsTitle: "compile the dependencies of", Title: "compile",
		},
		{
			Goal: Test, Doc: "runs `cargo test`: a failing test fails the build; the result is empty",
			Profile: "test", DevProfile: "*", RunsTests: true,
			// All tests run: a build that names one failure at a time makes whoever waits for
			// it start over for each.
			Cargo: []string{"test", "--no-fail-fast"}, Deps: []string{"test", "--no-run"},
			DepsTitle: "compile the dependencies of the tests of", Title: "run the tests of",
			words: func(s *Settings) []string { return s.TestArgs },
		},
		{
			Goal: Check, Doc: "runs `cargo check`; the result is empty",
			Profile: "dev", DevProfile: "test",
			Cargo: []string{"check"}, Deps: []string{"check"},
			DepsTitle: "check the dependencies of", Title: "check",
		},
		{
			Goal: Clippy, Doc: "runs `cargo clippy`; the result is empty",
			Profile: "dev", DevProfile: "test", Component: "clippy",
			Configured: []string{"clippy.toml", ".clippy.toml"}, // https://doc.rust-lang.org/clippy/configuration.html
			Cargo:      []string{"clippy"}, Deps: []string{"check"},
			DepsTitle: "check the dependencies of", Title: "run clippy on",
			words: func(s *Settings) []string { return s.ClippyArgs },
		},
		{
			Goal: Doc, Doc: "runs `cargo doc --no-deps`; the result is the documentation, for -o DIR",
			Profile: "dev", Docs: true,
			Cargo: []string{"doc", "--no-deps"}, Deps: []string{"check"},
			DepsTitle: "check the dependencies of", Title: "document",
		},
	}
}

// Goals lists the goals that --target can name: all but the image.
func Goals() []Traits { return goals()[1:] }

// Traits gives what sets the goal apart.
func (g Goal) Traits() Traits {
	all := goals()
	return all[max(0, slices.IndexFunc(all, func(t Traits) bool { return t.Goal == g }))]
}

// Args are what follows the options of the last step, with the dashes before it.
func (t Traits) Args(s *Settings) []string {
	if t.words == nil || len(t.words(s)) == 0 {
		return nil
	}
	return append([]string{"--"}, t.words(s)...)
}

// Dev says whether tests, examples and dev-dependencies are compiled with a profile.
func (t Traits) Dev(profile string) bool {
	return t.DevProfile == "*" || t.DevProfile != "" && t.DevProfile == profile
}

// TargetGoal gives the goal that --target names, [Build] when it names none. A
// member or binary of that name is meant before.
func TargetGoal(ws *cargo.Workspace, target string) Goal {
	known := slices.ContainsFunc(Goals(), func(t Traits) bool { return string(t.Goal) == target })
	if !known || Taken(ws, target) {
		return Build
	}
	return Goal(target)
}

// Taken says whether a member, or a binary of one, has a name.
func Taken(ws *cargo.Workspace, name string) bool {
	all := members(ws)
	return len(named(BinsOf(all), name)) > 0 ||
		slices.ContainsFunc(all, func(p *cargo.Package) bool { return p.Name == name })
}

// goalPackages are the packages of a goal without binaries: the settings'
// package, else those that cargo takes when none is named.
// https://doc.rust-lang.org/cargo/commands/cargo-test.html#package-selection
func goalPackages(ws *cargo.Workspace, s *Settings) ([]*cargo.Package, error) {
	if s.Package == "" {
		if len(ws.DefaultMembers) > 0 {
			return ws.DefaultMembers, nil
		}
		return members(ws), nil
	}
	p, err := member(ws, s)
	return []*cargo.Package{p}, err
}

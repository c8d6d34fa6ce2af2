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

// GoalDoc describes a goal for people.
type GoalDoc struct {
	Goal Goal
	Doc  string // without a period
}

// Goals lists the goals that --target can name.
func Goals() []GoalDoc {
	return []GoalDoc{
		{Test, "runs `cargo test`: a failing test fails the build; the result is empty"},
		{Check, "runs `cargo check`; the result is empty"},
		{Clippy, "runs `cargo clippy`; the result is empty"},
		{Doc, "runs `cargo doc --no-deps`; the result is the documentation, for -o DIR"},
	}
}

// TargetGoal gives the goal that --target names, [Build] when it names none. A
// member or binary of that name is meant before.
func TargetGoal(ws *cargo.Workspace, target string) Goal {
	known := slices.ContainsFunc(Goals(), func(g GoalDoc) bool { return string(g.Goal) == target })
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

// Profile is the profile that cargo takes for the goal, release for an image.
// https://doc.rust-lang.org/cargo/reference/profiles.html#profile-selection
func (g Goal) Profile() string {
	switch g {
	case Build:
		return "release"
	case Test:
		return "test"
	}
	return "dev"
}

// Words are the cargo command of the last step. All tests run, since a build
// that names one failure at a time makes whoever waits for it start over for each.
func (g Goal) Words() []string {
	switch g {
	case Build:
		return []string{"build"}
	case Test:
		return []string{"test", "--no-fail-fast"}
	case Doc:
		return []string{"doc", "--no-deps"}
	}
	return []string{string(g)}
}

// Args are what follows the options of the last step: words for what cargo
// runs on the packages themselves, which no dependency is compiled with.
// https://doc.rust-lang.org/cargo/commands/cargo-test.html#description
func (g Goal) Args(s *Settings) []string {
	args := map[Goal][]string{Test: s.TestArgs, Clippy: s.ClippyArgs}[g]
	if len(args) == 0 {
		return nil
	}
	return append([]string{"--"}, args...)
}

// DepsWords are the cargo command of the dependencies, and of the question what
// they are: what clippy and rustdoc are given of a dependency is what `cargo check`
// makes, so these goals share it.
func (g Goal) DepsWords() []string {
	switch g {
	case Build:
		return []string{"build"}
	case Test:
		return []string{"test", "--no-run"}
	}
	return []string{"check"}
}

// Dev says whether the goal compiles tests, examples and dev-dependencies.
// `cargo check` and its kin do with the profile test, as they always have.
// https://doc.rust-lang.org/cargo/commands/cargo-check.html#compilation-options
func (g Goal) Dev(profile string) bool {
	return g == Test || (g == Check || g == Clippy) && profile == "test"
}

// Names say what both steps do, for people.
func (g Goal) Names(what string) (deps, last string) {
	switch g {
	case Test:
		return "compile the dependencies of the tests of " + what, "run the tests of " + what
	case Check:
		return "check the dependencies of " + what, "check " + what
	case Clippy:
		return "check the dependencies of " + what, "run clippy on " + what
	case Doc:
		return "check the dependencies of " + what, "document " + what
	}
	return "compile the dependencies of " + what, "compile " + what
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

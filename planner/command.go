package planner

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/needs"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// command is what both steps have in common. Whatever differed between them
// would make cargo compile the dependencies again.
type command struct {
	needs   []needs.Need
	c       *manifest.Closure
	triple  string
	profile string
	// argv is the command line, deps that of the dependencies step.
	argv, deps []string
	env        []plan.Env
	// memberEnv is that of steps that compile packages of the project.
	memberEnv []plan.Env
	// debug is nil when debug information is not kept apart; noDebug says why.
	debug   *plan.Debug
	noDebug string
	// audit adds the list of packages to the binaries.
	audit bool
	// objcopy rewrites binaries, "" when nothing has to.
	objcopy string
}

// newCommand writes the command lines and the environment of both steps. The
// lines differ in the words of the goal alone, which make no difference to a
// dependency.
//
// It is not --locked: Cargo.lock is filtered by package, and may keep a few
// that only a feature nobody enables asks for; cargo drops those entries, which
// --locked refuses. No version can change by that: CheckLock has compared the
// user's own file with the manifests, cargo prefers what is locked, it is
// offline, and VendorDir holds the locked versions alone.
// https://doc.rust-lang.org/cargo/commands/cargo-build.html
func newCommand(c *manifest.Closure, s *settings.Settings, in Facts, triple string) (*command, error) {
	cmd := &command{c: c, needs: needs.All(), triple: triple, profile: s.Profile, audit: s.Auditable && s.Goal.Traits().Image}
	var err error
	if cmd.debug, cmd.noDebug, err = debugInfo(c.Workspace, s, in, triple); err != nil {
		return nil, err
	}
	if cmd.debug != nil || cmd.audit {
		if cmd.objcopy = objcopy(in, triple); cmd.objcopy == "" {
			return nil, document.Errorf(s.Where("auditable"), "auditable: %s", noObjcopy(triple))
		}
	}
	options := []string{"--offline", "--profile", s.Profile, "--target", triple}
	for _, p := range c.Selection.Packages {
		options = append(options, "-p", packageSpec(c, p))
	}
	names := settings.BinNames(c.Selection.Bins)
	slices.Sort(names)
	for _, name := range names {
		options = append(options, "--bin", name)
	}
	if s.AllFeatures {
		options = append(options, "--all-features")
	}
	if !s.DefaultFeatures {
		options = append(options, "--no-default-features")
	}
	if len(c.Selection.Features) > 0 {
		options = append(options, "--features", strings.Join(c.Selection.Features, ","))
	}
	cmd.argv = slices.Concat([]string{"cargo"}, s.Goal.Traits().Cargo, options, s.Goal.Traits().Args(s))
	cmd.deps = slices.Concat([]string{"cargo"}, s.Goal.Traits().Deps, options)
	if cmd.env, err = environment(c.Workspace, s, in, triple, cmd.debug); err != nil {
		return nil, err
	}
	cmd.memberEnv, err = withMembers(cmd.env, s)
	return cmd, err
}

// withMembers adds the variables that crates do not see. One of the same name is for both.
func withMembers(env []plan.Env, s *settings.Settings) ([]plan.Env, error) {
	out := slices.Clone(env)
	for _, name := range slices.Sorted(maps.Keys(s.MemberEnv)) {
		if slices.ContainsFunc(env, func(e plan.Env) bool { return e.Name == name }) {
			return nil, document.Errorf(s.Where("member-env."+name), "%s is in `env` too, or is fixed: leave it out in one place", name)
		}
		out = append(out, plan.Env{Name: name, Value: s.MemberEnv[name]})
	}
	slices.SortFunc(out, func(a, b plan.Env) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// environment writes the variables of both steps, sorted by name.
// https://doc.rust-lang.org/cargo/reference/environment-variables.html
func environment(ws *cargo.Workspace, s *settings.Settings, in Facts, triple string, debug *plan.Debug) ([]plan.Env, error) {
	fixed := map[string]string{
		"CARGO_HOME":            plan.HomeDir,
		"CARGO_TARGET_DIR":      plan.TargetDir,
		"CARGO_BUILD_BUILD_DIR": plan.TargetDir,
		"CARGO_NET_OFFLINE":     "true",
	}
	env := map[string]string{
		"CARGO_INCREMENTAL":        "0",
		"CARGO_TERM_COLOR":         "never",
		"CARGO_TERM_PROGRESS_WHEN": "never",
	}
	if strip := strip(ws, s); strip != "" {
		env[profileVariable(s.Profile, "strip")] = strip
	}
	if linker := crossLinker(ws, s, in, triple); linker != "" {
		env[linkerVariable(triple)] = linker
	}
	for name, value := range s.Env {
		switch name {
		case "CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_NET_OFFLINE", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_BUILD_DIR":
			return nil, document.Errorf(s.Where("env."+name), "%s is fixed and cannot be set", name)
		}
		env[name] = value
	}
	setDebug(env, ws, s, debug)
	var out []plan.Env
	for _, m := range []map[string]string{fixed, env} {
		for name, value := range m {
			out = append(out, plan.Env{Name: name, Value: value})
		}
	}
	slices.SortFunc(out, func(a, b plan.Env) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// packageSpec names a package of the tree as `-p` wants it: by its place too where another
// package has its name. Its version is another one in the skeleton.
// https://doc.rust-lang.org/cargo/reference/pkgid-spec.html
func packageSpec(c *manifest.Closure, p *cargo.Package) string {
	same := 0
	for _, i := range c.Locked {
		if c.Workspace.Lock.Packages[i].Name == p.Name {
			same++
		}
	}
	if same < 2 {
		return p.Name
	}
	return "file://" + path.Join(plan.SourceDir, p.Dir) + "#" + p.Name
}

// strip gives the value of the profile's strip, or "" to leave it alone. An
// image has no use for symbols unless somebody says so.
// https://doc.rust-lang.org/cargo/reference/profiles.html#strip
func strip(ws *cargo.Workspace, s *settings.Settings) string {
	if !s.Goal.Traits().Image {
		return ""
	}
	if s.Strip == "" && !settings.SaysStrip(ws, s.Profile) {
		return "symbols"
	}
	return s.Strip
}

// outputs is the directory below TargetDir in which cargo puts the binaries.
func (cmd *command) outputs() string { return cmd.triple + "/" + settings.ProfileDir(cmd.profile) }

// unitDirs are where cargo keeps what it compiles for the host and for the target,
// in TargetDir.
func (cmd *command) unitDirs() []string {
	return []string{settings.ProfileDir(cmd.profile), cmd.outputs()}
}

// dir is where cargo runs.
func (cmd *command) dir() string { return path.Join(plan.SourceDir, cmd.c.Workspace.Dir) }

// depsTask compiles the skeleton, in which no stub is compiled (see [ExecutorFile])
// unless a solid package needs a real compiler for the tree, and has the stubs' every
// trace removed, by name. Solid packages stay.
func (cmd *command) depsTask() plan.Task {
	t := plan.Task{Do: "dependencies", Dir: cmd.dir(), Cargo: cmd.deps, UnitDirs: cmd.unitDirs(), DateVendor: true}
	for _, p := range cmd.c.Tree {
		if cmd.c.Solid[p] {
			continue
		}
		t.Packages = append(t.Packages, p.Name)
		for _, target := range append(cmd.c.Targets(p), cmd.c.DevStubs(p)...) {
			if target.Kind != cargo.BuildScript {
				t.Crates = append(t.Crates, target.CrateName)
			}
		}
	}
	slices.Sort(t.Packages)
	slices.Sort(t.Crates)
	t.Crates = slices.Compact(t.Crates)
	if len(cmd.c.Solid) == 0 {
		t.Questions = cmd.questions()
	}
	return t
}

// sourceTask has the manifests laid over the files of the context, runs cargo and hands
// out what it has made. Over layers, the target directory is put together here, and what
// cargo compiles again of what a layer has compiled is reported.
func (cmd *command) sourceTask(layers []plan.Layer, packages []*cargo.Package, found map[string]plan.Found) plan.Task {
	t := plan.Task{
		Do: "source", Dir: cmd.dir(), Cargo: cmd.argv, UnitDirs: cmd.unitDirs(), Help: cmd.sourceHelp(layers),
		Lookups:    lookupsTask(cmd.c, plan.SourceStep, cmd.triple, packages, found[plan.SourceStep], foundForAll(cmd.c, found).Names),
		DateVendor: len(layers) == 0,
	}
	for i := range layers {
		t.Lookups.Below = append(t.Lookups.Below, rememberedBy(&layers[i])...)
	}
	cmd.handOut(&t)
	t.Made = plan.SourceDir
	if goal := cmd.c.Goal.Traits(); goal.Image || goal.Docs {
		t.Made = plan.OutDir
	}
	if len(layers) == 0 {
		return t
	}
	t.Info = plan.PlainInfo
	t.Recheck = slices.ContainsFunc(layers, func(l plan.Layer) bool { return l.Task.Watch != "" })
	for _, p := range cmd.c.Tree {
		if !slices.ContainsFunc(layers, func(l plan.Layer) bool { return l.Tree && l.Packages[0] == p.Name+" "+p.Version }) {
			t.Packages = append(t.Packages, p.Name)
		}
	}
	return t
}

// missingSigns are what rustc, build scripts and well-known procedural macros
// say for want of a file.
func missingSigns() []string {
	return []string{
		"couldn't read", "No such file", "os error 2", "E0583", "does not exist",
		"is not a directory", "not found in directories", "File not found", "cargo sqlx prepare",
	}
}

// sourceHelp is that of the last step.
func (cmd *command) sourceHelp(layers []plan.Layer) []plan.Help {
	out := append(cmd.needed(nil, names(cmd.c, cmd.c.Locked)), absent())
	if len(layers) > 0 && !cmd.c.Goal.Traits().RunsTests {
		out = append(out, again())
	}
	return out
}

// absent says what a missing file may mean.
func absent() plan.Help {
	return plan.Help{
		Text:  "what is missing above is not in the build context, or an ignore file excludes it",
		Signs: missingSigns(), Programs: true,
	}
}

// needed says what to do where build scripts fail for want of what the toolchain image has
// not: those of the packages that a step compiles, and those that use a package below it.
func (cmd *command) needed(own, below []string) []plan.Help {
	var out []plan.Help
	for _, n := range cmd.needs {
		var signs []string
		if slices.Contains(below, n.Crate) {
			signs = append(signs, n.Signs...)
		}
		if slices.Contains(own, n.Crate) {
			signs = append(signs, "failed to run custom build command for `"+n.Crate+" v")
		}
		if len(signs) > 0 {
			out = append(out, plan.Help{Text: n.Help(), Signs: signs})
		}
	}
	return out
}

// names are those of some locked packages.
func names(c *manifest.Closure, locked []int) []string {
	out := make([]string, 0, len(locked))
	for _, i := range locked {
		out = append(out, c.Workspace.Lock.Packages[i].Name)
	}
	return out
}

// again says what to do about a package that writes into its own sources and that cargo
// compiles again: only the step that has compiled it at first lets it.
func again() plan.Help {
	return plan.Help{
		Text:  "a package writes into its own sources here, and cargo compiles it again where it may not: say layers = 1",
		Signs: []string{"Read-only file system", "ReadOnlyFilesystem"},
	}
}

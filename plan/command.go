package plan

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
)

// command is what both steps have in common. Whatever differed between them
// would make cargo compile the dependencies again.
type command struct {
	c       *closure
	triple  string
	profile string
	// argv is the command line, deps that of the dependencies step.
	argv, deps []string
	env        []Env
	// debug is nil when debug information is not kept apart; noDebug says why.
	debug   *Debug
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
func newCommand(c *closure, s *Settings, in Inputs, triple string) (*command, error) {
	cmd := &command{c: c, triple: triple, profile: s.Profile, audit: s.Auditable && s.Goal == Build}
	var err error
	if cmd.debug, cmd.noDebug, err = debugInfo(c.ws, s, in, triple); err != nil {
		return nil, err
	}
	if cmd.debug != nil || cmd.audit {
		if cmd.objcopy = objcopy(in, triple); cmd.objcopy == "" {
			return nil, cargo.Errorf(s.Where("auditable"), "auditable: %s", noObjcopy(triple))
		}
	}
	options := []string{"--offline", "--profile", s.Profile, "--target", triple}
	for _, p := range c.sel.Packages {
		options = append(options, "-p", p.Name)
	}
	names := binNames(c.sel.Bins)
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
	if len(c.sel.Features) > 0 {
		options = append(options, "--features", strings.Join(c.sel.Features, ","))
	}
	cmd.argv = slices.Concat([]string{"cargo"}, s.Goal.words(), options, s.Goal.args(s))
	cmd.deps = slices.Concat([]string{"cargo"}, s.Goal.depsWords(), options)
	cmd.env, err = environment(c.ws, s, in, triple, cmd.debug)
	return cmd, err
}

// environment writes the variables of both steps, sorted by name.
// https://doc.rust-lang.org/cargo/reference/environment-variables.html
func environment(ws *cargo.Workspace, s *Settings, in Inputs, triple string, debug *Debug) ([]Env, error) {
	fixed := map[string]string{
		"CARGO_HOME":        HomeDir,
		"CARGO_TARGET_DIR":  TargetDir,
		"CARGO_NET_OFFLINE": "true",
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
			return nil, cargo.Errorf(s.Where("env."+name), "%s is fixed and cannot be set", name)
		}
		env[name] = value
	}
	setDebug(env, ws, s, debug)
	var out []Env
	for _, m := range []map[string]string{fixed, env} {
		for name, value := range m {
			out = append(out, Env{name, value})
		}
	}
	slices.SortFunc(out, func(a, b Env) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// strip gives the value of the profile's strip, or "" to leave it alone. An
// image has no use for symbols unless somebody says so.
// https://doc.rust-lang.org/cargo/reference/profiles.html#strip
func strip(ws *cargo.Workspace, s *Settings) string {
	if s.Goal != Build {
		return ""
	}
	if s.Strip == "" && !saysStrip(ws, s.Profile) {
		return "symbols"
	}
	return s.Strip
}

// outputs is the directory below TargetDir in which cargo puts the binaries.
func (cmd *command) outputs() string { return cmd.triple + "/" + profileDir(cmd.profile) }

// build is the cargo command of the dependencies step's script.
func (cmd *command) build() string {
	return "cd " + quote(path.Join(SourceDir, cmd.c.ws.Dir)) + "\n" + words(cmd.deps) + "\n"
}

// dateAll is the beginning of both scripts. Directories of unpacked crates are
// as new as the unpacking, and cargo runs a build script again when a directory
// that it watches is newer than its output; so they are dated first. A copy
// with fixed times in the graph would cost seconds and a second blob of all
// crates in an exported cache.
func dateAll() string {
	return fmt.Sprintf("find %s -type d -exec touch -d @%d {} +\n", VendorDir, FileTime)
}

// depsScript compiles the skeleton, in which no stub is compiled (see
// [Wrapper]) unless a solid package needs a real compiler for the tree, and then
// removes the stubs' every trace, by name: fingerprints, libraries, binaries, runs of build scripts. A crate from
// elsewhere that has a stub's name goes with it and is compiled again in the
// source step; that costs time and nothing else. Solid packages stay.
// https://doc.rust-lang.org/cargo/reference/build-cache.html
func (cmd *command) depsScript() string {
	var packages, crates []string
	for _, p := range cmd.c.tree {
		if cmd.c.solid[p] {
			continue
		}
		packages = append(packages, quote(p.Name))
		for _, t := range append(cmd.c.targets(p), cmd.c.devStubs(p)...) {
			if t.Kind != cargo.BuildScript {
				crates = append(crates, quote(t.CrateName))
			}
		}
	}
	slices.Sort(packages)
	slices.Sort(crates)
	crates = slices.Compact(crates)
	var b strings.Builder
	b.WriteString(dateAll() + cmd.build())
	if len(cmd.c.solid) == 0 {
		b.WriteString(cmd.question())
	}
	if len(packages) == 0 {
		return b.String()
	}
	host, target := cmd.unitDirs()
	dirs := quote(TargetDir+"/"+host) + " " + quote(TargetDir+"/"+target)
	fmt.Fprintf(&b, "h='%s'\n", strings.Repeat("[0-9a-f]", 16))
	fmt.Fprintf(&b, "for d in %s; do\n", dirs)
	b.WriteString(`  for f in "$d"/*; do [ -d "$f" ] || rm -f "$f"; done
  rm -rf "$d/incremental" "$d/examples"
`)
	fmt.Fprintf(&b, "  for p in %s; do\n", strings.Join(packages, " "))
	b.WriteString(`    rm -rf "$d/.fingerprint/$p-"$h "$d/build/$p-"$h "$d/build/$p"
  done
`)
	fmt.Fprintf(&b, "  for c in %s; do\n", strings.Join(crates, " "))
	b.WriteString(`    rm -rf "$d/deps/$c-"$h "$d/deps/$c-"$h.* "$d/deps/lib$c-"$h.*
    rm -rf "$d/deps/$c" "$d/deps/$c.d" "$d/deps/lib$c.so" "$d/deps/lib$c.a" "$d/deps/lib$c.rlib"
  done
done
`)
	return b.String()
}

// sourceScript lays the manifests over the files of the context, runs cargo and
// hands out what it has made. The files are dated here and not by a copy in the
// graph, which would be one more blob in every exported cache.
//
// Over layers, the target directory is put together here, and what cargo
// compiles again of what a layer has compiled is reported.
func (cmd *command) sourceScript(layers []Layer) string {
	var b strings.Builder
	fmt.Fprintf(&b, "cp -R %s/. %s/\n", ManifestDir, SourceDir)
	fmt.Fprintf(&b, "find %s ! -type l -exec touch -d @%d {} +\n", SourceDir, FileTime)
	build := fmt.Sprintf("cd %s\n%s", quote(path.Join(SourceDir, cmd.c.ws.Dir)), run(cmd.argv, seen(cmd.c.tree), 0))
	if len(layers) == 0 {
		b.WriteString(dateAll() + build)
	} else {
		b.WriteString(assemble(TargetDir, plainInfo) + recheck(layers) + build + cmd.report(layers))
	}
	b.WriteString(cmd.handOut())
	if len(layers) > 0 {
		fmt.Fprintf(&b, "find %s -type f -exec cksum {} + | LC_ALL=C sort >%s/%s\n", cmd.made(), ReportDir, MadeFile)
	}
	return b.String()
}

// made is where the files are that tell runs of the source step apart: those that it
// hands out, or its sources if it hands out nothing.
func (cmd *command) made() string {
	if cmd.c.goal == Build || cmd.c.goal == Doc {
		return OutDir
	}
	return SourceDir
}

// run runs cargo, leaves what it says of synthetic packages out, and ends with
// its exit code. When it fails in a way that a missing file may have caused, help
// is said, and the exit code is missing unless that is 0: neither rustc nor a
// build script can tell why a file is missing.
func run(argv []string, help string, missing int) string {
	const filter = `sed -u '/` + unitName + `/d'`
	explain, said := "", ""
	if help != "" {
		said = "| tee " + HomeDir + "/said "
		var signs []string
		for _, s := range missingSigns() {
			signs = append(signs, "-e "+quote(s))
		}
		explain = fmt.Sprintf("  if grep -q %s %s/said; then\n    echo %s >&2\n", strings.Join(signs, " "), HomeDir, quote(help))
		if missing != 0 {
			explain += fmt.Sprintf("    exit %d\n", missing)
		}
		explain += "  fi\n"
	}
	return fmt.Sprintf(`{ %[1]s 2>&1 || echo $? >%[2]s/failed; } | %[3]s %[5]s>&2
if [ -e %[2]s/failed ]; then
%[4]s  exit $(cat %[2]s/failed)
fi
`, words(argv), HomeDir, filter, explain, said)
}

// missingSigns are what rustc, build scripts and well-known procedural macros
// say for want of a file.
func missingSigns() []string {
	return []string{
		"couldn't read", "No such file", "os error 2", "E0583", "does not exist",
		"is not a directory", "not found in directories", "File not found", "cargo sqlx prepare",
	}
}

// seen says which files a step has.
func seen(packages []*cargo.Package) string {
	var names []string
	for _, p := range packages {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return "rust-frontend: this step has the files of " + strings.Join(names, ", ") +
		" and those that the setting `inputs` names; if another one is missing, name it there"
}

// report names the packages that cargo has just compiled although a layer had.
// What was compiled before has its fingerprint from below, with the time of all
// outputs, in the future.
func (cmd *command) report(layers []Layer) string {
	var here []string
	for _, p := range cmd.c.tree {
		if !slices.ContainsFunc(layers, func(l Layer) bool { return l.Tree && l.Packages[0] == p.Name+" "+p.Version }) {
			here = append(here, p.Name)
		}
	}
	return fmt.Sprintf(`: >%[2]s/now
find %[1]s -path '*/.fingerprint/*' -name invoked.timestamp ! -newer %[2]s/now >%[2]s/compiled
while read -r f; do
  f=${f%%/*} f=${f##*/} n=${f%%-*}
  case %[3]s in *" $n "*) ;; *) echo "$n" ;; esac
done <%[2]s/compiled >%[4]s/%[5]s
`, TargetDir, HomeDir, quote(" "+strings.Join(here, " ")+" "), ReportDir, ReportFile)
}

// words writes a command for a POSIX shell.
func words(argv []string) string {
	var out []string
	for _, word := range argv {
		out = append(out, quote(word))
	}
	return strings.Join(out, " ")
}

// quote writes a word for a POSIX shell, in quotes only when it needs them.
func quote(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-+=./:,@%", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

package plan

import (
	"crypto/sha256"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Where a layer finds and leaves things.
const (
	// BuiltDir holds the outputs of the layers below, a directory each.
	BuiltDir = "/built"
	// OutputDir is where a layer leaves its own, in TargetDir: so that files
	// are moved and not copied.
	OutputDir = "/rust-frontend-out"
	// InfoDir holds what cargo has found out about the compiler.
	InfoDir = "/rustc-info"
	// SlotsDir holds a file for each processor, shared by all layers of a
	// machine: who compiles holds a lock on one.
	SlotsDir = "/slots"
	// WrapperFile is the program that stands in for rustc on synthetic packages.
	WrapperFile = "/rust-frontend/wrapper"
	// What cargo found out, with the wrapper and without.
	wrappedInfo = "wrapped.json"
	plainInfo   = "plain.json"
	// UnitsFile is the unit graph, in OutDir.
	UnitsFile = "units.json"
)

// Wrapper is the program that cargo calls in rustc's place for the packages of
// a workspace of stubs, and for its questions to rustc, which it passes on. It
// compiles no stub: a library or binary is left out, which cargo allows since
// it links nothing to it, and a build program is a script that does nothing.
// What cargo compiles of other packages does not depend on it.
// https://doc.rust-lang.org/cargo/reference/config.html#buildrustc-workspace-wrapper
const Wrapper = `#!/bin/sh
case " $* " in
*" --emit="*) ;;
*) exec "$@" ;;
esac
name= dir= extra=
while [ $# -gt 0 ]; do
  case "$1" in
  --crate-name) name=$2 ;;
  --out-dir) dir=$2 ;;
  extra-filename=*) extra=${1#extra-filename=} ;;
  esac
  shift
done
case "$name" in
build_script_*)
  printf '#!/bin/sh\n' >"$dir/$name$extra"
  chmod 755 "$dir/$name$extra"
  ;;
esac
`

// withWrapper adds the wrapper to an environment.
func withWrapper(env []Env) []Env {
	return append(slices.Clone(env), Env{"RUSTC_WORKSPACE_WRAPPER", WrapperFile})
}

// linked are the files that are used from where they lie: rustc and the linker
// replace them and never write into them. All other outputs are copied, so that
// cargo can write over them when it finds something stale.
func linked() []string { return []string{"*.rlib", "*.rmeta", "*.so", "*.a"} }

// assemble puts the outputs below into the target directory, and what cargo has
// found out about the compiler.
func assemble(info string) string {
	return fmt.Sprintf(`mkdir -p %[2]s
cp %[1]s/%[5]s %[2]s/.rustc_info.json
if [ -d %[3]s ]; then
  cp -Rs %[3]s/*/link/. %[2]s/
  cp -Rp %[3]s/*/copy/. %[2]s/
fi
: >%[4]s/assembled
`, InfoDir, TargetDir, BuiltDir, HomeDir, info)
}

// date dates the directories of crates with a build script, which may watch
// them: unpacking dates them now, on another daemon too.
func date(crates []string) string {
	if len(crates) == 0 {
		return ""
	}
	var dirs []string
	for _, dir := range crates {
		dirs = append(dirs, quote(path.Join(VendorDir, dir)))
	}
	return fmt.Sprintf("find %s -type d -exec touch -d @%d {} +\n", strings.Join(dirs, " "), FileTime)
}

// slot waits for a processor, so that steps that become ready at the same time
// do not swamp the machine. Without flock, or when the files are lost, they
// may: that costs memory and no more. A step that finds all taken waits for the
// one that seed gives.
func slot(seed string) string {
	sum := sha256.Sum256([]byte(seed))
	return fmt.Sprintf(`if command -v flock >/dev/null; then
  n=$(nproc) i=0
  while [ $i -lt $n ]; do
    exec 9>%[1]s/$i
    if flock -n 9; then break; fi
    i=$((i+1))
  done
  if [ $i -ge $n ]; then
    exec 9>%[1]s/$((%[2]d %% n))
    flock 9
  fi
fi
`, SlotsDir, int(sum[0])<<8|int(sum[1]))
}

// layerScript compiles the packages own over what lies below, and leaves what
// is new: not what was there before, nor what belongs to the synthetic
// packages, nor cargo's own files beside the directories of units. What is new
// and belongs to another package was compiled a second time: a miss, which is
// reported and not handed on.
func (cmd *command) layerScript(argv, own, scripts []string) string {
	var b strings.Builder
	b.WriteString(slot(strings.Join(own, " ")))
	b.WriteString(assemble(wrappedInfo))
	b.WriteString(date(scripts))
	fmt.Fprintf(&b, "find %s ! -type d -print0 >%s/before\n", TargetDir, HomeDir)
	fmt.Fprintf(&b, "cd %s\n%s\ncd %s\n", SourceDir, words(argv), TargetDir)
	fmt.Fprintf(&b, "xargs -0 rm -f <%s/before\n", HomeDir)
	crate := strings.ReplaceAll(unitName, "-", "_")
	fmt.Fprintf(&b, "find . \\( -name '*%s*' -o -name '*%s*' \\) -prune -exec rm -rf {} +\n", unitName, crate)
	dir := profileDir(cmd.profile)
	fmt.Fprintf(&b, "for d in %s %s; do\n", quote(dir), quote(cmd.triple+"/"+dir))
	b.WriteString("  [ -d \"$d\" ] || continue\n")
	b.WriteString("  find \"$d\" -maxdepth 1 -type f -exec rm -f {} +\n")
	b.WriteString("  find \"$d\" -depth -type d -exec rmdir {} + 2>/dev/null || :\n")
	fmt.Fprintf(&b, "  for f in \"$d\"/.fingerprint/*-*; do\n    [ -d \"$f\" ] || continue\n    n=${f##*/} n=${n%%-*}\n    case %s in *\" $n \"*) continue ;; esac\n",
		quote(" "+strings.Join(own, " ")+" "))
	b.WriteString(`    echo "rust-frontend: $n was compiled again" >&2
    h=${f##*-}
    rm -rf "$f" "$d/build/$n-$h"
    find "$d/deps" -name "*-$h*" -exec rm -f {} +
  done
done
`)
	b.WriteString("mkdir -p ." + OutputDir + "/link ." + OutputDir + "/copy\n")
	fmt.Fprintf(&b, "for d in %s %s; do\n  [ -d \"$d\" ] || continue\n", quote(dir), quote(cmd.triple))
	fmt.Fprintf(&b, "  cp -Rl \"$d\" .%[1]s/link/\n  cp -Rl \"$d\" .%[1]s/copy/\n  rm -rf \"$d\"\ndone\n", OutputDir)
	var names, others []string
	for _, pattern := range linked() {
		names = append(names, "-name '"+pattern+"'")
		others = append(others, "! -name '"+pattern+"'")
	}
	fmt.Fprintf(&b, "find .%[1]s/link ! -type d %[2]s -exec rm -f {} +\n", OutputDir, strings.Join(others, " "))
	fmt.Fprintf(&b, "find .%[1]s/copy ! -type d \\( %[2]s \\) -exec rm -f {} +\n", OutputDir, strings.Join(names, " -o "))
	b.WriteString("rm -rf .rustc_info.json CACHEDIR.TAG\n")
	return b.String()
}

// unitsStep asks cargo what it would compile. The flag is unstable, which one
// variable makes a stable cargo forget; it is set here alone, where nothing is
// compiled. A cargo that has no such flag leaves an empty file.
// https://doc.rust-lang.org/cargo/reference/unstable.html#unit-graph
func (cmd *command) unitsStep(skeleton []File) *Step {
	s := &Step{
		Name: "ask cargo for the unit graph", Files: skeleton,
		Cargo: append(append([]string{}, cmd.argv...), "--unit-graph", "-Z", "unstable-options"),
		Env:   cmd.env,
	}
	s.Script = fmt.Sprintf("cd %s\nRUSTC_BOOTSTRAP=1 %s >%[3]s/%[4]s || : >%[3]s/%[4]s\n",
		quote(path.Join(SourceDir, cmd.c.ws.Dir)), words(s.Cargo), OutDir, UnitsFile)
	return s
}

// questions is a build that compiles next to nothing. The profile, which the
// project may have defined, makes no difference to what cargo asks the compiler.
func (cmd *command) questions() []string {
	return []string{"cargo", "build", "--quiet", "--offline", "--release", "--target", cmd.triple}
}

// infoStep lets cargo question the compiler once for all layers, and once more
// without the wrapper for the source step: what it finds out holds for one
// compiler alone, and the wrapper is a part of that.
func (cmd *command) infoStep(config []byte) *Step {
	argv := cmd.questions()
	return &Step{
		Name: "question the compiler", Cargo: argv,
		Files: []File{
			{Path: ".cargo/config.toml", Data: config},
			{Path: "Cargo.toml", Data: []byte("[package]\nname = \"" + unitName + "\"\nversion = \"0.0.0\"\nedition = \"2021\"\n")},
			{Path: "src/lib.rs"},
		},
		Env: cmd.env,
		Script: fmt.Sprintf(`cd %[1]s
%[2]s
mv %[3]s/.rustc_info.json %[4]s/%[5]s
RUSTC_WORKSPACE_WRAPPER=%[7]s %[2]s
mv %[3]s/.rustc_info.json %[4]s/%[6]s
`, SourceDir, words(argv), TargetDir, OutDir, plainInfo, wrappedInfo, WrapperFile),
	}
}

// layerKey lists what a layer's key depends on beside the layers below.
func layerKey(l *Layer) []string {
	sum := sha256.New()
	for _, f := range l.Files {
		add(sum, f)
	}
	return []string{
		"crates: " + strings.Join(l.Crates, " "),
		fmt.Sprintf("workspace: sha256:%x", sum.Sum(nil)),
		fmt.Sprintf("script: sha256:%x", sha256.Sum256([]byte(l.Script))),
	}
}

package plan

import (
	"crypto/sha256"
	"fmt"
	"path"
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
	// stubsDir holds the packages of VendorDir that cargo only resolves, in
	// SourceDir.
	stubsDir = "rust-frontend-stubs"
	// WrapperFile is the program that stands in for rustc on synthetic packages.
	WrapperFile = "/rust-frontend/wrapper"
	// What cargo found out, with the wrapper for the workspace, with that for
	// all packages, and without.
	// A directory of infoFile each.
	wrappedInfo = "wrapped"
	memberInfo  = "member"
	plainInfo   = "plain"
	infoFile    = ".rustc_info.json"
	// watchedFile lists what a package's build script watches, in OutputDir.
	watchedFile = "watched"
	// farFuture is a time later than any output, in seconds since 1970.
	farFuture = OutputTime + 24*60*60
	// UnitsFile is the unit graph, MetadataFile what [ParseMetadata] reads; both
	// are in OutDir, beside [SizesFile].
	UnitsFile    = "units.json"
	MetadataFile = "metadata.json"
)

// linked are the files that are used from where they lie: rustc and the linker
// replace them and never write into them. All other outputs are copied, so that
// cargo can write over them when it finds something stale.
func linked() []string { return []string{"*.rlib", "*.rmeta", "*.so", "*.a"} }

// assemble makes a directory in the target directory or that itself, and puts the
// outputs below there, and what cargo has found out about the compiler. This and what
// follows start few processes: each takes a millisecond or more of every step.
func assemble(dir, info string) string {
	return fmt.Sprintf(`mkdir -p %[5]s
if [ -d %[3]s ]; then
  cp -Rs %[3]s/*/link/. %[2]s/
  cp -Rp %[3]s/*/copy/. %[1]s/%[4]s/. %[2]s/
else
  cp -Rp %[1]s/%[4]s/. %[2]s/
fi
`, InfoDir, TargetDir, BuiltDir, info, dir)
}

// placeStubs puts the stubs beside the crates.
func placeStubs(there bool) string {
	if !there {
		return ""
	}
	return fmt.Sprintf("mkdir -p %[1]s\ncp -R %[2]s/%[3]s/. %[1]s/\n", VendorDir, SourceDir, stubsDir)
}

// layerScript compiles the packages own over what lies below, and leaves what
// is new and theirs.
type layerScript struct {
	layer string // its directory in BuiltDir
	info  string // what cargo has found out about the compiler
	dir   string // where cargo runs
	cargo string // from [run]
	own   []string
	stubs bool
	after string // runs when the outputs are known
}

func (s layerScript) text(cmd *command) string {
	return slot(s.layer) + assemble(TargetDir+OutputDir+"/link", s.info) + placeStubs(s.stubs) +
		fmt.Sprintf("find %s ! -type d -print0 >%s/before\n", TargetDir, HomeDir) +
		fmt.Sprintf("cd %s\n%scd %s\n", quote(s.dir), s.cargo, TargetDir) +
		cmd.dropOthers(s.own) + s.after + cmd.splitOutputs()
}

// unitDirs are where cargo keeps what it compiles for the host and for the target,
// in TargetDir.
func (cmd *command) unitDirs() (host, target string) {
	return profileDir(cmd.profile), cmd.outputs()
}

// dropOthers removes what was there before, what belongs to the synthetic
// packages, and cargo's own files beside the directories of units. What is new
// and belongs to another package was compiled a second time: a miss, which is
// reported and not handed on.
func (cmd *command) dropOthers(own []string) string {
	host, target := cmd.unitDirs()
	var beside []string
	for _, dir := range []string{host, target} {
		beside = append(beside, fmt.Sprintf("-path %s ! -path %s", quote("./"+dir+"/*"), quote("./"+dir+"/*/*")))
	}
	return fmt.Sprintf(`xargs -0 rm -rf %s CACHEDIR.TAG <%s/before
find . \( -name '*%s*' -o -name '*%s*' \) -prune -exec rm -rf {} + -o -type f \( %s \) -exec rm -f {} +
`, infoFile, HomeDir, unitName, strings.ReplaceAll(unitName, "-", "_"), strings.Join(beside, " -o ")) +
		fmt.Sprintf(`find %[1]s %[2]s -depth -type d -delete 2>/dev/null || :
for d in %[1]s %[2]s; do
  for f in "$d"/.fingerprint/*-*; do
    [ -d "$f" ] || continue
    n=${f##*/} n=${n%%-*}
    case %[3]s in *" $n "*) continue ;; esac
    echo "rust-frontend: $n was compiled again" >&2
    h=${f##*-}
    rm -rf "$f" "$d/build/$n-$h"
    find "$d/deps" -name "*-$h*" -exec rm -f {} +
  done
done
`, quote(host), quote(target), quote(" "+strings.Join(own, " ")+" "))
}

// splitOutputs moves what is left to OutputDir, apart by how it is used, and
// dates it. Left out is what cargo does not read of a package that is fresh, since
// every step above copies it: when it was compiled, what a stale fingerprint would be
// explained with, and what rustc read, which the fingerprint says too.
//
// Cargo compiles a package again when something below it is newer: a
// layer that is made again, since the daemon has dropped it from its cache, must
// not be newer than those above it that are still there.
func (cmd *command) splitOutputs() string {
	var names, others []string
	for _, pattern := range linked() {
		names = append(names, "-name '"+pattern+"'")
		others = append(others, "! -name '"+pattern+"'")
	}
	host, target := cmd.unitDirs()
	for _, dir := range []string{host, target} {
		for _, unread := range []string{".fingerprint/*/invoked.timestamp", ".fingerprint/*.json", "deps/*.d"} {
			names = append(names, "-path "+quote("."+OutputDir+"/copy/"+dir+"/"+unread))
		}
	}
	return fmt.Sprintf(`set --
for d in %[2]s %[3]s; do
  if [ -d "$d" ]; then set -- "$@" "$d"; fi
done
if [ $# -gt 0 ]; then mv "$@" .%[1]s/link/; fi
cp -Rl .%[1]s/link .%[1]s/copy
find .%[1]s/link ! -type d %[4]s -delete
find .%[1]s/copy ! -type d \( %[5]s \) -delete
find .%[1]s ! -type l -exec touch -d @%[6]d {} +
`, OutputDir, quote(host), quote(cmd.triple), strings.Join(others, " "), strings.Join(names, " -o "), OutputTime)
}

// unitsStep asks cargo what it would compile, with the command of the
// dependencies step. The flag is unstable, which one variable makes a stable cargo
// forget; it is set here alone, where nothing is compiled. A cargo that has no such
// flag leaves an empty file. It is also asked for the manifests of all packages that
// may be in the graph. With archives it unpacks the crates itself.
// https://doc.rust-lang.org/cargo/reference/unstable.html#unit-graph
func (cmd *command) unitsStep(deps Step, archives bool) *Step {
	s := &Step{
		Name: "ask cargo for the unit graph", Files: deps.Files, Copy: deps.Copy,
		Cargo: append(append([]string{}, cmd.deps...), "--unit-graph", "-Z", "unstable-options"),
		Env:   cmd.env, Script: listCode(),
	}
	if archives {
		s.Script += unpackArchives()
	}
	s.Script += fmt.Sprintf(`cd %s
RUSTC_BOOTSTRAP=1 %s >%[3]s/%[4]s || : >%[3]s/%[4]s
cargo metadata --offline --format-version 1 --all-features >%[3]s/%[5]s || : >%[3]s/%[5]s
`, quote(path.Join(SourceDir, cmd.c.ws.Dir)), words(s.Cargo), OutDir, UnitsFile, MetadataFile) + measure()
	return s
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

package plan

import (
	"fmt"
	"slices"
)

// Wrapper is the program that cargo calls in rustc's place for the packages of
// a workspace of stubs, and for its questions to rustc, which it passes on. It
// compiles no stub: a library or binary is left out, which cargo allows since
// it links nothing to it, and a build program is a script that does nothing.
// What cargo compiles of other packages does not depend on it.
// https://doc.rust-lang.org/cargo/reference/config.html#buildrustc-workspace-wrapper
//
// A layer that compiles a package of the tree uses it for all packages, where it
// passes on all but the synthetic ones: the wrapper of the workspace is a part
// of the hash of each package in it.
// https://doc.rust-lang.org/cargo/reference/config.html#buildrustc-wrapper
const Wrapper = `#!/bin/sh
case " $* " in
*" --emit="*) ;;
*) exec "$@" ;;
esac
case "${RUSTC_WRAPPER:+$CARGO_PKG_NAME}" in
"" | rust-frontend-unit*) ;;
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

// wrapperVariable sets the wrapper for all packages.
const wrapperVariable = "RUSTC_WRAPPER"

// withWrapper adds the wrapper to an environment.
func withWrapper(env []Env) []Env {
	return append(slices.Clone(env), Env{"RUSTC_WORKSPACE_WRAPPER", WrapperFile})
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
		Script: fmt.Sprintf(`mkdir %[4]s/%[5]s %[4]s/%[6]s %[4]s/%[9]s
cd %[1]s
%[2]s
mv %[3]s/%[10]s %[4]s/%[5]s/
RUSTC_WORKSPACE_WRAPPER=%[7]s %[2]s
mv %[3]s/%[10]s %[4]s/%[6]s/
%[8]s=%[7]s %[2]s
mv %[3]s/%[10]s %[4]s/%[9]s/
`, SourceDir, words(argv), TargetDir, OutDir, plainInfo, wrappedInfo, WrapperFile, wrapperVariable, memberInfo, infoFile),
	}
}

// question lets cargo question the compiler as the source step will, without
// the wrapper: it keeps the answers beside its output for one of both.
func (cmd *command) question() string {
	return fmt.Sprintf(`mkdir -p %[1]s/question/src
printf '[package]\nname = "question"\nversion = "0.0.0"\nedition = "2021"\n' >%[1]s/question/Cargo.toml
cp -R .cargo %[1]s/question/
: >%[1]s/question/src/lib.rs
(cd %[1]s/question && env -u RUSTC_WORKSPACE_WRAPPER CARGO_TARGET_DIR=%[1]s/answer %[2]s)
mv %[1]s/answer/%[4]s %[3]s/
`, HomeDir, words(cmd.questions()), TargetDir, infoFile)
}

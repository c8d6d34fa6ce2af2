package plan

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// filesVariable holds the program that writes a step's files.
const filesVariable = "RUST_FRONTEND_FILES"

// mostInMemory is the longest such program, in bytes: Linux takes a variable of
// 128 KiB, and as much of all arguments and variables whatever the limits of the
// process are (execve(2)).
const mostInMemory = 100_000

// Exec gives the script that the step runs and its environment. A step that writes its
// files itself has them in a variable, which is gone before anything else is started,
// and not in the script: BuildKit shows that when a step fails
// (solver/llbsolver/ops/exec.go).
func (s *Step) Exec() (string, []Env) {
	if !s.InMemory {
		return s.Script, s.Env
	}
	env := append(slices.Clone(s.Env), Env{filesVariable, writing(s.Files)})
	return fmt.Sprintf("eval \"$%[1]s\"\nunset %[1]s\n", filesVariable) + s.Script, env
}

// fitsInMemory says whether a step can write its files itself. That spares BuildKit a
// vertex and two snapshots, a tenth of what a step takes around rustc. All files are
// dated when they are written, so no package that is compiled may be among them.
func fitsInMemory(files []File) bool { return len(writing(files)) <= mostInMemory }

// writing is the program that writes some files into SourceDir, where it runs, and the
// stubs of crates where cargo looks for them. It starts one process.
func writing(files []File) string {
	var dirs []string
	var b strings.Builder
	for _, f := range files {
		name := f.Path
		if stub, ok := strings.CutPrefix(name, stubsDir+"/"); ok {
			name = path.Join(VendorDir, stub)
		}
		if dir := path.Dir(name); dir != "." {
			dirs = append(dirs, dir)
		}
		if len(f.Data) == 0 {
			fmt.Fprintf(&b, ": >%s\n", quote(name))
			continue
		}
		fmt.Fprintf(&b, "printf %%s %s >%s\n", quote(string(f.Data)), quote(name))
	}
	if len(dirs) == 0 {
		return b.String()
	}
	slices.Sort(dirs)
	return "mkdir -p " + words(slices.Compact(dirs)) + "\n" + b.String()
}

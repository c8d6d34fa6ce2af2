package integration

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/org/rust-frontend/integration/cargosuite"
)

var (
	cargoOracle = flag.Bool("cargo-oracle", false, "build the projects of the cargo suite with plain cargo too")
	cargoAll    = flag.Bool("cargo-all", false, "run all projects of the cargo suite, not every fourth")
)

// What cargo's own tests promise of a build holds here too: each script of testdata/cargo
// is a project, after one of those tests. docs/cargo-suite.md is the list.
func TestCargoSuite(t *testing.T) {
	b := newBed(t, inProcess)
	cases, err := cargosuite.Read(os.DirFS("testdata/cargo"))
	check(t, err)
	files := map[string][]string{}
	for i, c := range cases {
		if *cargoAll || *update || named(t) || i%cargosuite.Fraction == 0 {
			files[c.Area] = append(files[c.Area], filepath.Join("testdata/cargo", filepath.FromSlash(c.File)))
		}
	}
	for area, files := range files {
		t.Run(area, func(t *testing.T) {
			t.Parallel()
			testscript.RunT(scriptT{t}, testscript.Params{
				Files: files, RequireUniqueNames: true,
				Setup: func(env *testscript.Env) error {
					t := env.T().(scriptT).T
					name := filepath.Join("testdata/cargo", area, filepath.Base(t.Name())+".txtar")
					env.Values[cargoScriptKey{}] = newCargoScript(t, b, name, env.WorkDir)
					return nil
				},
				Cmds: map[string]command{
					"append":   scriptCommand(2, (*cargoScript).append),
					"build":    onScript((*cargoScript).build),
					"compiles": onScript((*cargoScript).compiles),
					"dated":    scriptCommand(1, (*cargoScript).dated),
					"lock":     scriptCommand(1, (*cargoScript).lock),
					"oracle":   onScript((*cargoScript).oracle),
					"replace":  scriptCommand(3, (*cargoScript).replace),
				},
			})
		})
	}
}

// named tells whether -run names projects.
func named(t *testing.T) bool {
	t.Helper()
	return strings.Contains(flag.Lookup("test.run").Value.String(), t.Name()+"/")
}

// scriptT is a test for testscript, which hides the one that the bed wants.
type scriptT struct{ *testing.T }

// Run runs a script.
func (t scriptT) Run(name string, f func(testscript.T)) {
	t.T.Run(name, func(t *testing.T) { f(scriptT{t}) })
}

// Verbose has testscript print scripts that pass.
func (t scriptT) Verbose() bool { return testing.Verbose() }

type cargoScriptKey struct{}

type command = func(*testscript.TestScript, bool, []string)

// onScript is a command of a script.
func onScript(do func(s *cargoScript, ts *testscript.TestScript, neg bool, args []string)) command {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		do(ts.Value(cargoScriptKey{}).(*cargoScript), ts, neg, args)
	}
}

// scriptCommand is a command with n arguments that cannot be negated.
func scriptCommand(n int, do func(s *cargoScript, args []string)) command {
	return onScript(func(s *cargoScript, ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != n {
			ts.Fatalf("want %d arguments, and no !", n)
		}
		do(s, args)
	})
}

// append adds lines to a file.
func (s *cargoScript) append(args []string) {
	s.project.add(args[0], strings.ReplaceAll(args[1], `\n`, "\n")+"\n")
}

// replace changes a text of a file, which must be there.
func (s *cargoScript) replace(args []string) {
	s.project.replace(args[0], strings.ReplaceAll(args[1], `\n`, "\n"), strings.ReplaceAll(args[2], `\n`, "\n"))
}

// dated gives all files and directories a time.
func (s *cargoScript) dated(args []string) {
	at, err := time.Parse(time.DateOnly, args[0])
	check(s.t, err)
	s.project.date(at)
}

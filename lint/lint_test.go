package lint

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/settings"
)

// Every case of testdata is a file RULE.txtar of projects, each after a line
// "== REASON". A project says itself where its findings are, and has no others;
// experimental rules are on.
func TestRules(t *testing.T) {
	for _, r := range Rules() {
		t.Run(r.Name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", r.Name+".txtar"))
			must(t, err)
			fires, silent := 0, 0
			for _, part := range strings.Split("\n"+string(data), "\n== ")[1:] {
				reason, text, _ := strings.Cut(part, "\n")
				p := parseProject(text)
				if slices.ContainsFunc(p.want, func(s string) bool { return strings.HasSuffix(s, " "+r.Name) }) {
					fires++
				} else {
					silent++
				}
				t.Run(reason, func(t *testing.T) {
					findings := Check(p.inputs(t), Config{Experimental: []string{All}})
					if diff := cmp.Diff(p.want, found(findings)); diff != "" {
						t.Errorf("findings (-want +got):\n%s", diff)
					}
					for _, f := range findings {
						t.Logf("%s:%d:%d %s", f.File, f.Line, f.Column, f.Detail)
					}
				})
			}
			if fires == 0 || silent == 0 {
				t.Errorf("%d projects with the finding and %d without; there must be both", fires, silent)
			}
		})
	}
}

func TestConfig(t *testing.T) {
	const text = `
-- Cargo.toml --
[package]
name = "app"
version = "1.0.0"
[dependencies]
a = "*"
b = { git = "https://example.com/b" }
[package.metadata.rust-frontend]
image.user = "0"
`
	tests := []struct {
		reason string
		config Config
		want   string
	}{
		{"experimental rules are off", Config{}, "WildcardVersion GitDependencyByBranch"},
		{"one is skipped", Config{Skip: []string{"WildcardVersion"}}, "GitDependencyByBranch"},
		{"several are skipped", Config{Skip: []string{"WildcardVersion", "GitDependencyByBranch"}}, ""},
		{"all are skipped", Config{Skip: []string{All}}, ""},
		{"a name of BuildKit's own", Config{Skip: []string{"StageNameCasing"}}, "WildcardVersion GitDependencyByBranch"},
		{"an experimental rule is asked for, and cannot be skipped", Config{Skip: []string{All, "RootUser"}, Experimental: []string{"RootUser"}}, "RootUser"},
		{"all experimental rules", Config{Experimental: []string{All}}, "WildcardVersion GitDependencyByBranch RootUser"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			var got []string
			for _, f := range Check(parseProject(text).inputs(t), tt.config) {
				got = append(got, f.Rule.Name)
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("rules, by line (-want +got):\n%s", diff)
			}
		})
	}
}

// Without an image the rules about it have nothing to look at.
func TestRulesOfGoal(t *testing.T) {
	in := parseProject("-- Cargo.toml --\n[package]\nname = \"app\"\nversion = \"1.0.0\"\n[dependencies]\na = \"*\"\n" +
		"[package.metadata.rust-frontend]\nimage.user = \"0\"\nprofile = \"dev\"\n").inputs(t)
	for goal, want := range map[settings.Goal]string{settings.Build: "WildcardVersion RootUser UnoptimizedProfile", settings.Test: "WildcardVersion"} {
		in.Plan.Goal = goal
		var got []string
		for _, f := range Check(in, Config{Experimental: []string{All}}) {
			got = append(got, f.Rule.Name)
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("goal %q: rules, by line (-want +got):\n%s", goal, diff)
		}
	}
}

func TestCheckSettings(t *testing.T) {
	const text = "-- Cargo.toml --\n[package]\nname = \"app\"\nversion = \"1.0.0\"\n[package.metadata.rust-frontend]\n"
	for _, tt := range []struct{ reason, setting, want string }{
		{"a rule and all", `lint = { skip = ["WildcardVersion"], experimental = ["all"] }`, ""},
		{"no rule", `lint.skip = ["WildcardVersoin"]`, `Cargo.toml:5: lint.skip: there is no rule "WildcardVersoin"; did you mean "WildcardVersion"?`},
		{"no experimental rule", `lint.experimental = ["x"]`, `Cargo.toml:5: lint.experimental: there is no rule "x"; there are: DebugInfoInImage, DynamicBinary,`},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			got := ""
			if err := CheckSettings(parseProject(text + tt.setting).inputs(t).Settings); err != nil {
				got = err.Error()
			}
			if !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// The examples of the repository have nothing to find.
func TestExamples(t *testing.T) {
	dirs, err := filepath.Glob("../examples/*")
	must(t, err)
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			if got := found(Check((&project{files: readDir(t, dir)}).inputs(t), Config{})); got != nil {
				t.Errorf("findings: %v", got)
			}
		})
	}
	if len(dirs) < 2 {
		t.Errorf("only %v", dirs)
	}
}

// txtar files are named after rules, so none of another name is left unread.
func TestTestdata(t *testing.T) {
	files, err := filepath.Glob("testdata/*")
	must(t, err)
	if len(files) != len(Rules()) {
		t.Errorf("%d files of testdata, %d rules", len(files), len(Rules()))
	}
	names := []string{}
	for _, r := range Rules() {
		names = append(names, r.Name)
	}
	if !slices.IsSorted(names) || len(slices.Compact(names)) != len(Rules()) {
		t.Errorf("the rules are not in order: %v", names)
	}
}

package integration

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	lintrequest "github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/moby/buildkit/frontend/subrequests/outline"
	"github.com/moby/buildkit/frontend/subrequests/targets"
	"github.com/moby/buildkit/solver/pb"
)

// flawed is a project with findings in three files.
func flawed(t *testing.T) *project {
	p := copyProject(t, "../examples/workspace")
	p.write(".gitignore", "/target\n*.lock\n")
	p.replace("Cargo.toml", `itoa = "1"`, `itoa = "*"`)
	p.add("server/Cargo.toml", "\n[package.metadata.rust-frontend]\nimage.env = { API_TOKEN = \"x\" }\n")
	p.add("Cargo.toml", "\n[profile.release]\nopt-level = 0\n")
	return p
}

// flaws are its findings when the server is built: FILE:LINE RULE.
func flaws() []string {
	return []string{
		".gitignore:2 IgnoredLockFile",
		"Cargo.toml:13 WildcardVersion",
		"Cargo.toml:25 ProgramNotInImage", // the health check starts the worker
		"Cargo.toml:29 UnoptimizedProfile",
		"server/Cargo.toml:11 SecretInEnv",
	}
}

// checked asks for the findings of a project.
func (b *bed) checked(t *testing.T, req build) *lintrequest.LintResults {
	t.Helper()
	results := &lintrequest.LintResults{}
	answer := b.ask(t, req, lintrequest.RequestLint)
	if err := json.Unmarshal(answer, results); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	return results
}

func findings(results *lintrequest.LintResults) []string {
	var out []string
	for _, w := range results.Warnings {
		out = append(out, fmt.Sprintf("%s:%d %s", results.Sources[w.Location.SourceIndex].Filename, w.Location.Ranges[0].Start.Line, w.RuleName))
	}
	slices.Sort(out)
	return out
}

// --check gives every finding with its rule, page, file and line, and nothing is
// built. What a build argument, a comment or a setting skips is not among them.
func TestCheck(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := flawed(t)
		results := b.checked(t, build{dir: p.dir, attrs: target("server")})
		if diff := cmp.Diff(flaws(), findings(results)); diff != "" {
			t.Fatalf("findings (-want +got):\n%s", diff)
		}
		for _, w := range results.Warnings {
			if !strings.HasSuffix(w.URL, "/docs/rules/"+w.RuleName+".md") || w.Description == "" || w.Detail == "" {
				t.Errorf("finding without page, description or detail: %+v", w)
			}
		}
		if results.Error != nil {
			t.Errorf("error %v", results.Error)
		}
		for _, tt := range []struct {
			reason, check, directive, setting string
			want                              []string
			err                               string
		}{
			{reason: "a build argument skips two", check: "skip=SecretInEnv,IgnoredLockFile", want: flaws()[1:4]},
			{reason: "a comment skips one", directive: "# check=skip=WildcardVersion\n", want: slices.Delete(flaws(), 1, 2)},
			{reason: "the build argument wins over the comment", check: "skip=none", directive: "# check=skip=all\n", want: flaws()},
			{reason: "a setting skips one", setting: `["UnoptimizedProfile"]`, want: slices.Delete(flaws(), 3, 4)},
			{reason: "a setting adds to the build argument", setting: `["all"]`, check: "experimental=all"},
			{reason: "findings are errors", check: "skip=SecretInEnv,IgnoredLockFile;error=true", want: flaws()[1:4],
				err: "lint violation found for rules: WildcardVersion, ProgramNotInImage, UnoptimizedProfile"},
			{reason: "nothing is an error", check: "skip=all;error=true"},
		} {
			t.Run(tt.reason, func(t *testing.T) {
				p := flawed(t)
				if tt.directive != "" { // in place of the syntax line, which the drivers do not read
					p.replace("Cargo.toml", "# syntax=org/rust-frontend\n", tt.directive)
				}
				if tt.setting != "" {
					p.replace("Cargo.toml", "[workspace.metadata.rust-frontend]\n", "[workspace.metadata.rust-frontend]\nlint.skip = "+tt.setting+"\n")
					for i, f := range tt.want {
						tt.want[i] = strings.Replace(f, "Cargo.toml:25", "Cargo.toml:26", 1)
					}
				}
				args := map[string]string{}
				if tt.check != "" {
					args["BUILDKIT_DOCKERFILE_CHECK"] = tt.check
				}
				results := b.checked(t, build{dir: p.dir, attrs: target("server"), args: args})
				if diff := cmp.Diff(tt.want, findings(results)); diff != "" {
					t.Errorf("findings (-want +got):\n%s", diff)
				}
				got := ""
				if results.Error != nil {
					got = results.Error.Message
				}
				if got != tt.err {
					t.Errorf("error %q, want %q", got, tt.err)
				}
			})
		}
	})
}

// In a context that git has made, Cargo.lock is in git, whatever .gitignore says;
// all else is found there too.
func TestCheckGitContext(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := flawed(t)
		git(t, p.dir, "init", "-q")
		git(t, p.dir, "add", "--force", "Cargo.lock")
		url, commit := newGitServer(t).repo("app", p.dir, nil)
		results := b.checked(t, build{attrs: map[string]string{"context": url + "#" + commit, "target": "server"}})
		if diff := cmp.Diff(flaws()[1:], findings(results)); diff != "" {
			t.Errorf("findings (-want +got):\n%s", diff)
		}
	})
}

// An error of the project is part of the answer, with its line.
func TestCheckError(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := flawed(t)
		p.replace("server/Cargo.toml", "[dependencies]\n", "[dependencies]\nmissing = \"1\"\n")
		results := b.checked(t, build{dir: p.dir, attrs: target("server")})
		if results.Error == nil || !strings.Contains(results.Error.Message, "missing") {
			t.Fatalf("error %v, want one about the dependency", results.Error)
		}
		at := &results.Error.Location
		if file := results.Sources[at.SourceIndex].Filename; file != "server/Cargo.toml" || len(at.Ranges) == 0 {
			t.Errorf("the error is at %s %v", file, at.Ranges)
		}
	})
}

// A build warns of what --check finds, each once for all platforms, and goes on;
// with error=true nothing is compiled.
func TestLintWarnings(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := flawed(t)
		req := build{dir: p.dir, attrs: target("server")}
		res := b.build(t, req)
		var got []string
		for _, w := range res.warnings {
			rule, text, _ := strings.Cut(string(w.Short), ": ")
			if w.SourceInfo == nil || len(w.Range) != 1 || len(w.Detail) != 1 || !strings.HasSuffix(w.URL, "/"+rule+".md") {
				t.Errorf("warning without file, range, detail or page: %+v", w)
				continue
			}
			got = append(got, fmt.Sprintf("%s:%d %s", w.SourceInfo.Filename, w.Range[0].Start.Line, rule))
			if place := fmt.Sprintf(".gitignore:%d: ", w.Range[0].Start.Line); rule == "IgnoredLockFile" && !strings.HasPrefix(text, place) {
				t.Errorf("the warning does not name its file, which clients do not show: %s", w.Short)
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(flaws(), got); diff != "" {
			t.Errorf("warnings (-want +got):\n%s", diff)
		}
		req.args = map[string]string{"lint.error": "true", "BUILDKIT_DOCKERFILE_CHECK": "skip=SecretInEnv"}
		p.add("server/src/main.rs", "// "+p.dir+"\n")
		res = b.fail(t, req)
		res.mustSay("lint violation found for rules: IgnoredLockFile, WildcardVersion, ProgramNotInImage, UnoptimizedProfile")
		res.mustNotRun("fetch", "deps", "source", "image")
	})
}

// The outline lists every setting with its value and the line that sets it.
func TestOutline(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		var out outline.Outline
		answer := b.ask(t, build{dir: flawed(t).dir, attrs: target("server"), args: map[string]string{"layers": "4"}}, outline.RequestSubrequestsOutline)
		check(t, json.Unmarshal(answer, &out))
		if out.Name != "server" || !strings.Contains(out.Description, "server") {
			t.Errorf("the outline is of %q: %q", out.Name, out.Description)
		}
		for _, want := range []struct{ name, value, line string }{
			{"profile", "release", ""},
			{"layers", "4", ""},
			{"image.expose", "8080/tcp", "expose = [8080]"},
			{"image.env", `{ "API_TOKEN" = "x" }`, `image.env = { API_TOKEN = "x" }`},
			{"image.healthcheck.interval", "30s", `interval = "30s"`},
		} {
			i := slices.IndexFunc(out.Args, func(a outline.Arg) bool { return a.Name == want.name })
			if i < 0 {
				t.Errorf("no argument %s", want.name)
				continue
			}
			arg := out.Args[i]
			if line := lineAt(out.Sources, arg.Location); arg.Value != want.value || line != want.line || arg.Description == "" {
				t.Errorf("%s is %q, set in %q, %q; want %q, %q", arg.Name, arg.Value, line, arg.Description, want.value, want.line)
			}
		}
	})
}

// What git dependencies take from the client is in the outline, which fetches
// none of them.
func TestOutlineSecrets(t *testing.T) {
	const text = `
-- Cargo.toml --
[package]
name = "app"
version = "1.0.0"
[dependencies]
a = { git = "https://git.invalid/a", tag = "v1" }
b = { git = "ssh://git@git.invalid/b", tag = "v1" }
-- Cargo.lock --
version = 4

[[package]]
name = "a"
version = "1.0.0"
source = "git+https://git.invalid/a?tag=v1#0123456789012345678901234567890123456789"

[[package]]
name = "app"
version = "1.0.0"
dependencies = ["a", "b"]

[[package]]
name = "b"
version = "1.0.0"
source = "git+ssh://git@git.invalid/b?tag=v1#0123456789012345678901234567890123456789"
-- src/main.rs --
`
	eachDriver(t, func(t *testing.T, b *bed) {
		var out outline.Outline
		check(t, json.Unmarshal(b.ask(t, build{dir: newProject(t, text).dir}, outline.RequestSubrequestsOutline), &out))
		var got []string
		for _, s := range out.Secrets {
			got = append(got, fmt.Sprintf("secret %s %v %s", s.Name, s.Required, lineAt(out.Sources, s.Location)))
		}
		for _, s := range out.SSH {
			got = append(got, fmt.Sprintf("ssh %s %v %s", s.Name, s.Required, lineAt(out.Sources, s.Location)))
		}
		want := []string{"secret GIT_AUTH_TOKEN false [[package]]", "secret GIT_AUTH_HEADER false [[package]]", "ssh default true [[package]]"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("secrets (-want +got):\n%s", diff)
		}
	})
}

// lineAt is the line of a location, "" for none.
func lineAt(sources [][]byte, at *pb.Location) string {
	if at == nil {
		return ""
	}
	return strings.Split(string(sources[at.SourceIndex]), "\n")[at.Ranges[0].Start.Line-1]
}

// The list of targets marks what is built without --target.
func TestTargets(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := copyProject(t, "../examples/workspace")
		p.replace("Cargo.toml", `bins = ["server", "worker"]`, `bins = ["worker"]`)
		p.replace("worker/Cargo.toml", "[package]\n", "[package]\ndescription = \"Works.\"\n")
		var list targets.List
		check(t, json.Unmarshal(b.ask(t, build{dir: p.dir}, targets.RequestTargets), &list))
		var got []string
		for _, x := range list.Targets {
			got = append(got, fmt.Sprintf("%s %v %s", x.Name, x.Default, x.Description))
		}
		want := []string{"server false binary of server", "worker true binary of worker: Works."}
		for _, stage := range []string{"binaries", "debug-info", "sbom", "plan", "llb", "test", "check", "clippy", "doc"} {
			want = append(want, stage+" false ")
		}
		for i := range got {
			if i >= 2 {
				got[i] = strings.Join(strings.Fields(got[i])[:2], " ") + " "
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("targets (-want +got):\n%s", diff)
		}
	})
}

// The real client prints all of it, and its exit status is that of the check.
func TestBuildxCalls(t *testing.T) {
	x := newBuildx(t, newBed(t, gateway))
	bad := flawed(t).dir
	for _, tt := range []struct {
		reason, dir string
		args        []string
		status      int
		say         []string
	}{
		{"targets", exampleHello, []string{"--call=targets"}, 0, []string{"hello (default)", "binary of hello: Greets the world"}},
		{"targets beside binaries", exampleHello, []string{"--call=targets"}, 0, []string{"test", "runs `cargo test`: a failing test fails the build", "clippy", "doc"}},
		{"outline of tests", exampleHello, []string{"--call=outline", "--target", "test"}, 0, []string{"TARGET:", "test", "profile"}},
		{"check of a stage", exampleHello, []string{"--check", "--target", "clippy"}, 0, []string{"Check complete, no warnings found."}},
		{"outline", exampleHello, []string{"--call=outline", "--build-arg", "layers=3"}, 0, []string{"layers", " 3 ", "How many steps compile the dependencies"}},
		{"describe", exampleHello, []string{"--call=subrequests.describe"}, 0, []string{"outline", "targets"}},
		{"check of hello", exampleHello, []string{"--check"}, 0, []string{"Check complete, no warnings found."}},
		{"check of workspace", "../examples/workspace", []string{"--call=check"}, 0, []string{"Check complete, no warnings found."}},
		{"check with findings", bad, []string{"--check"}, 1, []string{"5 warnings have been found", "WARNING: UnoptimizedProfile - ", ">>> opt-level = 0"}},
		{"check with findings that are errors", bad, []string{"--check", "--build-arg", "BUILDKIT_DOCKERFILE_CHECK=error=true"}, 1,
			[]string{"5 warnings have been found", "lint violation found for rules: IgnoredLockFile, WildcardVersion, ProgramNotInImage, UnoptimizedProfile, SecretInEnv"}},
		{"check of what is skipped", bad, []string{"--check", "--build-arg", "BUILDKIT_DOCKERFILE_CHECK=skip=all"}, 0, []string{"no warnings found"}},
		{"build with findings that are errors", bad, []string{"--build-arg", "BUILDKIT_DOCKERFILE_CHECK=error=true"}, 1, []string{"lint violation found for rules"}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			if tt.dir == bad {
				tt.args = append(tt.args, "--target", "server")
			}
			out, status := x.build(tt.dir, tt.args...)
			if status != tt.status {
				t.Errorf("exit status %d, want %d", status, tt.status)
			}
			for _, want := range tt.say {
				if !strings.Contains(out, want) {
					t.Errorf("buildx does not print %q", want)
				}
			}
			if t.Failed() {
				t.Logf("%s", out)
			}
		})
	}
}

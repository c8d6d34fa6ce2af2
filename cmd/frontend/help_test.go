//go:build !gateway

package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/containerd/platforms"
	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/connhelper"
	bkbuild "github.com/moby/buildkit/cmd/buildctl/build"
	"github.com/moby/buildkit/util/progress/progressui"
	"github.com/urfave/cli/v3"

	"github.com/org/rust-frontend/llb"
	"github.com/org/rust-frontend/settings"
)

// helpTexts are the texts of the flags by command and flag, without their defaults.
func helpTexts(t *testing.T) map[string]string {
	t.Helper()
	byDefault := regexp.MustCompile(` \(default: .*\)`)
	out := map[string]string{}
	for _, cmd := range []*cli.Command{buildCommand(os.Getenv, nil), planCommand()} {
		for _, f := range cmd.Flags {
			doc, ok := f.(cli.DocGenerationFlag)
			if !ok {
				t.Fatalf("the flag %v has no text", f.Names())
			}
			out[cmd.Name+" --"+f.Names()[0]] = byDefault.ReplaceAllString(doc.GetUsage(), "")
		}
	}
	return out
}

// names are the names that a text lists behind some words, up to a semicolon.
func names(text, behind string) []string {
	_, list, _ := strings.Cut(text, behind)
	list, _, _ = strings.Cut(list, ";")
	return regexp.MustCompile(`, | or | and `).Split(list, -1)
}

// Every name that the help lists is one that works.
func TestHelpNames(t *testing.T) {
	var goals []string
	for _, g := range settings.Goals() {
		goals = append(goals, string(g.Goal))
	}
	oneOf := func(list ...string) func(string) error {
		return func(name string) error {
			if !slices.Contains(list, name) {
				return fmt.Errorf("there are %q", list)
			}
			return nil
		}
	}
	tests := []struct {
		flag, behind string
		works        func(name string) error
		all          []string // what the text must list, nil when it gives examples
	}{
		{"build --target", "a stage such as ", oneOf(goals...), nil},
		{"plan --target", "binary to build, or ", oneOf(goals...), goals},
		{"build --no-cache-filter", ": ", oneOf(llb.AllStages()...), llb.AllStages()},
		{"build --progress", ": ", progressMode, []string{"auto", "plain", "tty", "quiet", "rawjson"}},
		{"build --output", "takes it: ", outputForm, nil},
		{"build --addr", ": ", address, nil},
		{"build --platform", "such as ", platform, nil},
		{"build --allow", "such as ", func(name string) error { return bkbuild.ValidateAllow([]string{name}) }, nil},
		{"build --build-context", ": ", contextForm, nil},
		{"build --secret", ": ", secretForm, nil},
		{"build --ssh", ": ", sshForm, nil},
		{"build --import-cache", "takes it: ", cacheForm, nil},
		{"build --export-cache", "takes it: ", cacheForm, nil},
		{"build --tlsdir", " with ", func(string) error { return nil }, nil}, // see TestTLSFiles
	}
	texts, tested := helpTexts(t), map[string]bool{}
	for _, tt := range tests {
		tested[tt.flag] = true
		t.Run(tt.flag, func(t *testing.T) {
			extract(t, testProject)
			if !strings.Contains(texts[tt.flag], tt.behind) {
				t.Fatalf("the help %q has no %q", texts[tt.flag], tt.behind)
			}
			got := names(texts[tt.flag], tt.behind)
			for _, name := range got {
				if err := tt.works(name); err != nil {
					t.Errorf("the help lists %q: %v", name, err)
				}
			}
			slices.Sort(got)
			if want := slices.Sorted(slices.Values(tt.all)); tt.all != nil && !slices.Equal(got, want) {
				t.Errorf("the help lists %q, want %q", got, want)
			}
		})
	}
	lists := regexp.MustCompile(`such as |: | with |\|`)
	for flag, text := range texts {
		if lists.MatchString(text) && !tested[flag] {
			t.Errorf("nothing tests what the help of %s lists: %q", flag, text)
		}
	}
}

func progressMode(name string) error {
	_, err := progressui.NewDisplay(io.Discard, progressui.DisplayMode(name))
	if name == "tty" && err != nil && strings.Contains(err.Error(), "not a file") {
		return nil // it is known, and wants a terminal
	}
	return err
}

func platform(name string) error {
	for _, p := range strings.Split(name, ",") {
		if _, err := platforms.Parse(p); err != nil {
			return err
		}
	}
	return nil
}

// outputForm tries the types of "type=a|b[,KEY=VALUE...]".
func outputForm(form string) error {
	types, ok := strings.CutSuffix(strings.TrimPrefix(form, "type="), "[,KEY=VALUE...]")
	if !ok {
		return fmt.Errorf("it has another form")
	}
	all := []string{client.ExporterImage, client.ExporterDocker, client.ExporterOCI, client.ExporterTar, client.ExporterLocal}
	if diff := cmp.Diff(all, strings.Split(types, "|")); diff != "" {
		return fmt.Errorf("types (-want +got):\n%s", diff)
	}
	for _, name := range all {
		value := "type=" + name
		if name != client.ExporterImage {
			value += ",dest=out-" + name
		}
		if _, err := exports(&buildFlags{outputs: []string{value}}); err != nil {
			return err
		}
	}
	return nil
}

// address tries a scheme. Those that the client knows by itself have no helper.
func address(scheme string) error {
	if scheme == "unix://" || scheme == "tcp://" {
		return nil
	}
	helper, err := connhelper.GetConnectionHelper(scheme + "name")
	if err == nil && helper == nil {
		return fmt.Errorf("no package for it is in the program")
	}
	return err
}

// contextForm tries what a form stands for.
func contextForm(form string) error {
	values := map[string][]string{
		"docker-image://REF":              {"docker-image://alpine:3"},
		"oci-layout://PATH[:TAG|@DIGEST]": {"oci-layout://layout", "oci-layout://layout:one", "oci-layout://layout@" + testDigest},
		"a URL":                           {"https://git.example.com/x.git", "https://example.com/x.tar.gz"},
		"a directory":                     {"other"},
	}[form]
	if values == nil {
		return fmt.Errorf("no value is known for it")
	}
	for _, value := range values {
		if _, err := solveOpt(&buildFlags{context: "app", buildContexts: []string{"name=" + value}}); err != nil {
			return err
		}
	}
	return nil
}

func secretForm(form string) error {
	if form != "id=ID[,src=FILE|,env=NAME]" {
		return fmt.Errorf("it has another form")
	}
	_, err := bkbuild.ParseSecret([]string{"id=a,src=app/Cargo.toml", "id=b,env=HOME", "id=HOME"})
	return err
}

func sshForm(form string) error {
	values := map[string][]string{"default": {"default"}, "ID[=SOCKET|KEY,...]": {"name", "name=/run/agent", "name=/a,/b"}}[form]
	if values == nil {
		return fmt.Errorf("no value is known for it")
	}
	_, err := bkbuild.ParseSSH(values)
	return err
}

func cacheForm(form string) error {
	if form != "type=TYPE[,KEY=VALUE...]" {
		return fmt.Errorf("it has another form")
	}
	if _, err := bkbuild.ParseImportCache([]string{"type=local,src=in"}); err != nil {
		return err
	}
	_, err := bkbuild.ParseExportCache([]string{"type=local,dest=out,mode=max"})
	return err
}

// The files that the help of --tlsdir names are those that are read.
func TestTLSFiles(t *testing.T) {
	extract(t, "")
	for _, file := range names(helpTexts(t)["build --tlsdir"], " with ") {
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if opts, err := tlsOptions(&buildFlags{tlsDir: "."}); err != nil || len(opts) != 2 {
		t.Errorf("%d options of the connection, %v, want those of the daemon's and of the client's certificate", len(opts), err)
	}
}

// The commands that the error about an unknown one lists are there.
func TestCommandNames(t *testing.T) {
	app := newApp(buildCommand(os.Getenv, nil))
	var want []string
	for _, cmd := range app.Commands {
		want = append(want, cmd.Name)
	}
	err := app.Run(t.Context(), []string{"frontend", "nope"})
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, names(err.Error(), "there are: ")); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
}

package lint

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the list of rules")

const pages = "../docs/rules/"

// Every rule has a page. The project under Before has the rule's finding and no
// other, the one under After has none.
func TestPages(t *testing.T) {
	for _, r := range Rules() {
		t.Run(r.Name, func(t *testing.T) {
			if want := "/docs/rules/" + r.Name + ".md"; !strings.HasSuffix(r.URL(), want) {
				t.Errorf("URL %s, want %s at the end", r.URL(), want)
			}
			data, err := os.ReadFile(pages + r.Name + ".md")
			must(t, err)
			page := string(data)
			if !strings.HasPrefix(page, "# "+r.Name+"\n\n"+r.Description+".\n") {
				t.Error("the page does not begin with the rule's name and description")
			}
			for _, s := range []struct {
				title string
				want  []string
			}{{"Before", []string{r.Name}}, {"After", nil}} {
				var got []string
				for _, f := range Check(pageProject(t, page, s.title).inputs(t), Config{Experimental: []string{All}}) {
					got = append(got, f.Rule.Name)
				}
				if diff := cmp.Diff(s.want, got); diff != "" {
					t.Errorf("findings of the project under %s (-want +got):\n%s", s.title, diff)
				}
			}
		})
	}
}

// pageProject reads the files under a title: blocks, each after the file's
// name. What is missing of a package is added; a comment holds what Cargo.lock
// has below the dependencies.
func pageProject(t *testing.T, page, title string) *project {
	t.Helper()
	_, text, ok := strings.Cut(page, "\n## "+title+"\n")
	if !ok {
		t.Fatalf("the page has no %s", title)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	p := &project{files: fstest.MapFS{}}
	for _, m := range regexp.MustCompile("(?s)\n`([^`\n]+)`:\n\n```\\w+\n(.*?\n)```\n").FindAllStringSubmatch(text, -1) {
		p.files[m[1]] = &fstest.MapFile{Data: []byte(m[2])}
	}
	if len(p.files) == 0 {
		t.Fatalf("there are no files under %s", title)
	}
	if m := regexp.MustCompile("(?s)<!-- Cargo.lock\n(.*?)-->").FindStringSubmatch(text); m != nil {
		p.files["deps"] = &fstest.MapFile{Data: []byte(m[1])}
	}
	manifest := p.take("Cargo.toml")
	if !strings.Contains(manifest, "[package]") {
		manifest += "\n[package]\nname = \"app\"\nversion = \"1.0.0\"\n"
	}
	p.files["Cargo.toml"] = &fstest.MapFile{Data: []byte(manifest)}
	return p
}

// The index lists the rules, and there is no page of anything else.
func TestIndex(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# Lint rules

<!-- Written by go test ./lint -run TestIndex -update. -->

A build warns of what is allowed and probably not meant. ` + "`docker buildx build --check`" + `
looks for the same things and builds nothing; its exit status is 1 when there is a
finding. No rule needs the toolchain or the network. A rule that cannot be certain
says nothing.

| to | in the settings | for one build | in the file that the build starts with |
|---|---|---|---|
| skip rules | ` + "`lint.skip = [\"NativeCPU\"]` | `--build-arg BUILDKIT_DOCKERFILE_CHECK=skip=NativeCPU` | `# check=skip=NativeCPU`" + ` |
| skip all | ` + "`lint.skip = [\"all\"]` | `--build-arg BUILDKIT_DOCKERFILE_CHECK=skip=all` | `# check=skip=all`" + ` |
| check experimental rules | ` + "`lint.experimental = [\"all\"]` | `…=experimental=all` | `# check=experimental=all`" + ` |
| let a finding stop the build | ` + "`lint.error = true` | `…=error=true` | `# check=error=true`" + ` |

The words are those of Dockerfiles, several are separated by a semicolon
(` + "`skip=NativeCPU,RootUser;error=true`" + `). The comment stands at the top, beside the syntax
line, and is not read when there is the build argument. The settings are added to
either.

| rule | |
|---|---|
`)
	var files []string
	for _, r := range Rules() {
		files = append(files, r.Name+".md")
		experimental := ""
		if r.Experimental {
			experimental = " (experimental)"
		}
		b.WriteString("| [" + r.Name + "](" + r.Name + ".md) | " + r.Description + experimental + ". |\n")
	}
	if *update {
		must(t, os.WriteFile(pages+"README.md", []byte(b.String()), 0o644))
	}
	data, err := os.ReadFile(pages + "README.md")
	must(t, err)
	if diff := cmp.Diff(b.String(), string(data)); diff != "" {
		t.Errorf("docs/rules/README.md (-want +got, -update writes it):\n%s", diff)
	}
	names, err := filepath.Glob(pages + "*.md")
	must(t, err)
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "README.md" })
	if diff := cmp.Diff(files, names); diff != "" {
		t.Errorf("pages (-rules +files):\n%s", diff)
	}
}

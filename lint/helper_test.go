package lint

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/planner"
	"github.com/org/rust-frontend/settings"
)

// project is a Cargo project in the form of txtar, with its findings: a line
// that ends in "# <- RULE" is one. The mark is no part of the file. Three files
// are for the test alone:
//
//   - "deps" holds what stands below the crates of the manifests, a line
//     "CRATE: CRATE..." each; Cargo.lock is made from it.
//   - "args" holds build arguments, a line KEY=VALUE each.
//   - "contexts" holds the names of named contexts.
type project struct {
	files fstest.MapFS
	// want are "FILE:LINE RULE", sorted.
	want []string
}

func parseProject(text string) *project {
	mark := regexp.MustCompile(`[ \t]*# <- (\w+)$`)
	p := &project{files: fstest.MapFS{}}
	for _, f := range txtar.Parse([]byte(text)).Files {
		lines := strings.Split(string(f.Data), "\n")
		for i, line := range lines {
			if m := mark.FindStringSubmatch(line); m != nil {
				p.want = append(p.want, fmt.Sprintf("%s:%d %s", f.Name, i+1, m[1]))
				lines[i] = strings.TrimSuffix(line, m[0])
			}
		}
		p.files[f.Name] = &fstest.MapFile{Data: []byte(strings.Join(lines, "\n"))}
	}
	slices.Sort(p.want)
	return p
}

// take gives a file and removes it.
func (p *project) take(name string) string {
	f := p.files[name]
	delete(p.files, name)
	if f == nil {
		return ""
	}
	return string(f.Data)
}

// inputs reads and plans the project as the frontend does.
func (p *project) inputs(t *testing.T) *Subject {
	t.Helper()
	deps, args, contexts := p.take("deps"), p.take("args"), p.take("contexts")
	for name := range maps.Clone(p.files) {
		if main := strings.TrimSuffix(name, "Cargo.toml") + "src/main.rs"; strings.HasSuffix(name, "Cargo.toml") && p.files[main] == nil &&
			strings.Contains(string(p.files[name].Data), "[package]") {
			p.files[main] = &fstest.MapFile{Data: []byte("fn main() {}")}
		}
	}
	if p.files["Cargo.lock"] == nil {
		p.files["Cargo.lock"] = &fstest.MapFile{Data: lockFile(t, p.files, deps)}
	}
	ws, err := cargo.Load(p.files)
	must(t, err)
	entry := settings.Entry{Name: "Cargo.toml", Data: p.files["Cargo.toml"].Data}
	first, _, _ := strings.Cut(string(entry.Data), "\n")
	if cmdline, ok := strings.CutPrefix(first, "# syntax="); ok {
		entry.Cmdline = cmdline
	}
	src, err := entry.Source(ws)
	must(t, err)
	src.BuildArgs = map[string]string{}
	for line := range strings.Lines(args) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		src.BuildArgs[key] = value
	}
	in := &Subject{Workspace: ws, Entry: entry, Contexts: strings.Fields(contexts)}
	in.Settings, in.Warnings, err = settings.Load(ws, src)
	must(t, err)
	selected, err := planner.Select(ws, in.Settings, "")
	must(t, err)
	in.Plan, err = selected.Unasked(planner.Facts{})
	must(t, err)
	in.Used = selected.Used(in.Plan.Triple)
	if f := p.files[".gitignore"]; f != nil {
		in.Gitignore = f.Data
	}
	return in
}

// lockFile makes a Cargo.lock in which every dependency is fulfilled.
func lockFile(t *testing.T, files fstest.MapFS, deps string) []byte {
	t.Helper()
	ws, err := cargo.Load(files)
	must(t, err)
	below := map[string][]string{}
	version, source := map[string]string{}, map[string]string{}
	for line := range strings.Lines(deps) {
		crate, list, _ := strings.Cut(strings.TrimSpace(line), ":")
		below[crate] = strings.Fields(list)
		for _, name := range append(strings.Fields(list), crate) {
			version[name] = "1.0.0"
		}
	}
	for _, p := range ws.Packages {
		version[p.Name] = p.Version
		for _, d := range p.Dependencies {
			below[p.Name] = append(below[p.Name], d.Package)
			if d.Path != "" {
				continue
			}
			numbers := strings.Split(strings.Trim(d.Requirement, "=^*."), ".")
			if numbers[0] == "" {
				numbers[0] = "1"
			}
			version[d.Package] = strings.Join(append(numbers, "0", "0")[:3], ".")
			if d.Git != "" {
				source[d.Package] = gitSource(d)
			}
		}
	}
	for _, p := range ws.Packages {
		source[p.Name], version[p.Name] = "path", p.Version
	}
	var b strings.Builder
	b.WriteString("version = 4\n")
	for _, name := range slices.Sorted(maps.Keys(version)) {
		fmt.Fprintf(&b, "\n[[package]]\nname = %q\nversion = %q\n", name, version[name])
		switch from := source[name]; from {
		case "path":
		case "":
			fmt.Fprintf(&b, "source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"%064x\"\n", len(name))
		default:
			fmt.Fprintf(&b, "source = %q\n", from)
		}
		slices.Sort(below[name])
		fmt.Fprintf(&b, "dependencies = [\n")
		for _, dep := range slices.Compact(below[name]) {
			fmt.Fprintf(&b, " %q,\n", dep)
		}
		b.WriteString("]\n")
	}
	return []byte(b.String())
}

func gitSource(d cargo.Dependency) string {
	query := ""
	for key, value := range map[string]string{"branch": d.Branch, "tag": d.Tag, "rev": d.Rev} {
		if value != "" {
			query = "?" + key + "=" + value
		}
	}
	return "git+" + d.Git + query + "#" + strings.Repeat("1", 40)
}

// found gives the findings as marks are written.
func found(findings []Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Rule.Name))
	}
	slices.Sort(out)
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// readDir reads a directory into memory.
func readDir(t *testing.T, dir string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	must(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		files[name] = &fstest.MapFile{Data: data}
		return err
	}))
	return files
}

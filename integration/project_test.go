package integration

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// project is a Cargo project in a directory of its own.
type project struct {
	t   *testing.T
	dir string
}

// newProject writes the files of a txtar text, and links, "NAME -> TARGET". Each @{NAME} in it is replaced
// by the value of that name; @{salt} is new for each project, for a test whose
// steps must not have run before.
func newProject(t *testing.T, text string, values ...map[string]string) *project {
	t.Helper()
	p := &project{t: t, dir: t.TempDir()}
	text = expand(text, append(values, map[string]string{"salt": rand.Text()})...)
	for _, f := range txtar.Parse([]byte(text)).Files {
		if name, target, link := strings.Cut(f.Name, " -> "); link {
			check(t, os.MkdirAll(filepath.Dir(p.path(name)), 0o755))
			check(t, os.Symlink(target, p.path(name)))
			continue
		}
		p.write(f.Name, string(f.Data))
	}
	return p
}

// testdata reads a project of testdata.
func testdata(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".txtar"))
	check(t, err)
	return string(data)
}

func expand(text string, values ...map[string]string) string {
	for _, m := range values {
		for key, value := range m {
			text = strings.ReplaceAll(text, "@{"+key+"}", value)
		}
	}
	return text
}

// copyProject copies a directory.
func copyProject(t *testing.T, dir string) *project {
	t.Helper()
	p := &project{t: t, dir: t.TempDir()}
	check(t, os.CopyFS(p.dir, os.DirFS(dir)))
	for name, mode := range tree(t, p.dir) {
		if mode.IsRegular() {
			p.write(name, p.read(name))
		}
	}
	return p
}

func (p *project) path(name string) string { return filepath.Join(p.dir, name) }

// write gives a file a time of its own. The kernel gives files of one instant the same, and
// BuildKit takes those of one name, time and size for one file, also of two projects that
// are built beside each other (tonistiigi/fsutil, diff.go).
func (p *project) write(name, data string) {
	p.t.Helper()
	check(p.t, os.MkdirAll(filepath.Dir(p.path(name)), 0o755))
	check(p.t, os.WriteFile(p.path(name), []byte(data), 0o644))
	now := time.Now()
	check(p.t, os.Chtimes(p.path(name), now, now))
}

func (p *project) read(name string) string {
	p.t.Helper()
	data, err := os.ReadFile(p.path(name))
	check(p.t, err)
	return string(data)
}

// replace changes a text that must be there. The file's time and size change
// too, since the transfer goes by them.
func (p *project) replace(name, old, now string) {
	p.t.Helper()
	before := p.read(name)
	if !strings.Contains(before, old) {
		p.t.Fatalf("%s does not contain %q", name, old)
	}
	p.write(name, strings.ReplaceAll(before, old, now))
}

func (p *project) add(name, text string) {
	p.t.Helper()
	p.write(name, p.read(name)+text)
}

func (p *project) remove(name string) {
	p.t.Helper()
	check(p.t, os.RemoveAll(p.path(name)))
}

// date sets the time of every file and directory.
func (p *project) date(at time.Time) {
	p.t.Helper()
	for name := range tree(p.t, p.dir) {
		check(p.t, os.Chtimes(p.path(name), at, at))
	}
}

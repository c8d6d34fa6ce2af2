package integration

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/moby/buildkit/solver/errdefs"

	"github.com/org/rust-frontend/integration/badinputs"
)

// Every mistake of the table reaches the user through BuildKit as one
// sentence and the excerpt of the file that it is about, before anything is
// compiled.
func TestBadInputs(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		for _, c := range badinputs.Cases() {
			t.Run(c.Reason, func(t *testing.T) {
				files := c.Project()
				p := &project{t: t, dir: t.TempDir()}
				for name, data := range files {
					p.write(name, data)
				}
				attrs := target(c.Target)
				if c.Entry != "" {
					attrs = map[string]string{"filename": c.Entry}
				}
				res := b.fail(t, build{dir: p.dir, args: c.Args, attrs: attrs, noToolchain: c.OwnToolchain})
				res.mustNotRun("fetch", "deps", "source", "image")
				if data, ok := files[c.File]; !ok || len(data) > 1<<20 {
					c.File, c.Line = "", "" // nothing to show
				}
				file, line := shown(res.err)
				if err := c.Check(res.err.Error(), file, line); err != nil {
					t.Error(err)
				}
			})
		}
	})
}

// shown is what BuildKit's clients show with an error; line 0 for a whole
// file.
func shown(err error) (file string, line int) {
	sources := errdefs.Sources(err)
	if len(sources) == 0 {
		return "", 0
	}
	s := sources[0]
	if len(s.Ranges) > 0 {
		line = int(s.Ranges[0].Start.Line)
	}
	return s.Info.Filename, line
}

// Mistakes that only a real context can have.
func TestBadContexts(t *testing.T) {
	good := func(t *testing.T) *project {
		p := &project{t: t, dir: t.TempDir()}
		for name, data := range badinputs.Good() {
			p.write(name, data)
		}
		return p
	}
	link := func(p *project, to, name string) {
		check(p.t, os.MkdirAll(filepath.Dir(p.path(name)), 0o755))
		check(p.t, os.Symlink(to, p.path(name)))
	}
	tests := []struct {
		reason string
		change func(*project)
		req    build
		file   string
		say    []string
	}{
		{reason: "200 MB called Cargo.toml", change: func(p *project) { check(t, os.Truncate(p.path("Cargo.toml"), 200<<20)) },
			say: []string{"too large for BuildKit", "Cargo.toml exceeds maximum allowed size"}},
		{reason: "200 MB called Cargo.lock", change: func(p *project) { check(t, os.Truncate(p.path("Cargo.lock"), 200<<20)) },
			say: []string{"Cargo.lock", "MiB"}},
		{reason: "200 MB called Cargo.toml in a member", change: func(p *project) { check(t, os.Truncate(p.path("helper/Cargo.toml"), 200<<20)) },
			say: []string{"helper/Cargo.toml", "MiB"}},
		{reason: "Cargo.toml is a directory", change: func(p *project) {
			p.remove("Cargo.toml")
			check(t, os.Mkdir(p.path("Cargo.toml"), 0o755))
		}, say: []string{"Cargo.toml"}},
		{reason: "Cargo.lock is a link to itself", change: func(p *project) {
			p.remove("Cargo.lock")
			link(p, "Cargo.lock", "Cargo.lock")
		}, say: []string{"Cargo.lock", "symbolic link"}},
		{reason: "member that links to itself", change: func(p *project) {
			p.remove("helper")
			link(p, "helper", "helper")
		}, say: []string{"helper", "symbolic link"}},
		{reason: "manifest that links out of the context", change: func(p *project) {
			p.remove("helper/Cargo.toml")
			link(p, "../../../elsewhere/Cargo.toml", "helper/Cargo.toml")
		}, say: []string{"helper", "symbolic link"}},
		{reason: "manifest that is ignored", change: func(p *project) { p.write(".dockerignore", "helper\n") },
			file: "Cargo.toml", say: []string{"helper/Cargo.toml", "not in the build context"}},
		{reason: "lock file that is ignored", change: func(p *project) { p.write(".dockerignore", "Cargo.lock\n") },
			file: "Cargo.toml", say: []string{"Cargo.lock"}},
		{reason: "image file that is missing", change: func(p *project) {
			p.add("Cargo.toml", "[package.metadata.rust-frontend.image]\nfiles = [{ from = \"assets\", to = \"/a\" }]\n")
		}, file: "Cargo.toml", say: []string{"assets", "not in the build context"}},
		{reason: "pattern of image files that matches nothing", change: func(p *project) {
			p.add("Cargo.toml", "[package.metadata.rust-frontend.image]\nfiles = [{ from = \"*.html\", to = \"/a/\" }]\n")
		}, file: "Cargo.toml", say: []string{"*.html", "not in the build context"}},
		{reason: "mode that closes a folder of image files", change: func(p *project) {
			p.add("Cargo.toml", "[package.metadata.rust-frontend.image]\nfiles = [{ from = \"./src\", to = \"/a\", mode = \"0644\" }]\n")
		}, file: "Cargo.toml", say: []string{"mode 0644", "folder src"}},
		{reason: "name that is not UTF-8", change: func(p *project) { p.write("docs/caf\xe9.txt", "") },
			say: []string{"not UTF-8", ".dockerignore"}},
		{reason: "entry file that is missing", req: build{attrs: map[string]string{"filename": "settings.toml"}}, say: []string{"settings.toml"}},
		{reason: "platform that is not Linux", req: build{attrs: map[string]string{"platform": "windows/amd64"}}, say: []string{"windows/amd64", "linux"}},
		{reason: "platform without a standard library", req: build{attrs: map[string]string{"platform": otherPlatform()}},
			file: "Cargo.toml", say: []string{"no standard library for", "rustup"}},
		{reason: "toolchain image without cargo", req: build{noToolchain: true, attrs: map[string]string{"context:toolchain": "docker-image://scratch"}},
			say: []string{"toolchain", "cargo"}},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		for _, tt := range tests {
			t.Run(tt.reason, func(t *testing.T) {
				p := good(t)
				if tt.change != nil {
					tt.change(p)
				}
				req := tt.req
				req.dir = p.dir
				res := b.fail(t, req)
				res.mustSay(tt.say...)
				res.mustNotRun("fetch", "deps", "source", "image")
				if file, _ := shown(res.err); tt.file != "" && file != tt.file {
					t.Errorf("the error shows %q, want %q: %v", file, tt.file, res.err)
				}
				if strings.Contains(res.err.Error(), "goroutine") {
					t.Errorf("the error is a crash: %v", res.err)
				}
			})
		}
	})
}

// Odd names and links in circles do not stop a build that does not need them;
// names that are not UTF-8 must be ignored.
func TestOddFiles(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := newProject(t, testdata(t, "workspace"), newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates")).values)
		p.write("odd/\xff\xfe/x", "")
		p.write(".dockerignore", "odd\n")
		check(t, os.Symlink("loop", p.path("loop")))
		check(t, os.Symlink("..", p.path("crates/app/up")))
		p.write("crates/app/with spaces/\u00fcml\u00e4ut.txt", "")
		res := b.build(t, build{dir: p.dir, attrs: target("app")})
		if got := res.run("app"); !strings.HasPrefix(got, "app 1.2.3 42 ") {
			t.Errorf("the program says %q", got)
		}
	})
}

// otherPlatform is one that the test bed's toolchain cannot compile for.
func otherPlatform() string {
	if runtime.GOARCH == "arm64" {
		return "linux/amd64"
	}
	return "linux/arm64"
}

// A header that is not on line 1 never reaches this frontend; BuildKit's own
// message must name the line, since nothing else tells the user.
func TestHeaderBelowLineOne(t *testing.T) {
	b := newBed(t, gateway)
	p := copyProject(t, exampleHello)
	p.write("Cargo.toml", "\n"+p.read("Cargo.toml"))
	res := b.fail(t, build{dir: p.dir, frontend: "dockerfile.v0", attrs: map[string]string{"filename": "Cargo.toml"}})
	res.mustSay("dockerfile parse error on line", "unknown instruction")
}

package integration

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
)

// A Docker Engine as old as 20.10 runs the frontend in its own BuildKit, from the
// header of Cargo.toml, and makes the binary that the newest one makes.
func TestDockerEngine(t *testing.T) {
	b := newBed(t, gateway)
	e := newEngine(t, b, oldEngine(b))
	e.loadAll(b)
	runsTheFrontend(t, b, e)
	t.Run("warning", func(t *testing.T) {
		e := e.in(t)
		if out, status := e.build(exampleHello, "--build-arg", "WHATEVER=1"); status != 0 || !strings.Contains(out, "[warning] build argument WHATEVER is not used") {
			t.Errorf("exit status %d, and no warning: %s", status, out)
		}
	})
	t.Run("image of another BuildKit", func(t *testing.T) {
		e := e.in(t)
		x := newBuildx(t, b)
		x.env = append(x.env, e.env[len(os.Environ()):]...)
		if out, status := x.build(exampleHello, "--load", "-t", "loaded"); status != 0 {
			t.Fatalf("buildx --load: %s", out)
		}
		cmd := exec.Command(frontendCommand(t), "build", "--addr", b.host, "--load", "-t", "commanded",
			"--build-context", "toolchain=oci-layout://"+b.toolchain.dir+"@"+b.toolchain.digest, exampleHello)
		cmd.Env = append(e.env, "PATH="+filepath.Dir(e.bin)+":"+os.Getenv("PATH")) // it calls docker
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("frontend build --load: %v\n%s", err, out)
		}
		for _, image := range []string{"loaded", "commanded"} {
			if got := e.says(image); got != "Hello, world! (x1)\n" {
				t.Errorf("%s: the program says %q", image, got)
			}
		}
	})
	t.Run("too old for a git context", func(t *testing.T) {
		e := e.in(t)
		s := newGitServer(t)
		url, _ := s.repo("project", copyProject(t, exampleHello).dir, nil)
		out, status := e.docker("build", "--progress=plain", "-f", "Cargo.toml", url+"#main")
		if status == 0 || !strings.Contains(out, "too old to take a part of a git or archive context") {
			t.Errorf("exit status %d: %s", status, out)
		}
	})
}

// runsTheFrontend builds with an engine's own builder what every engine must build.
func runsTheFrontend(t *testing.T, b *bed, e *engine) {
	t.Helper()
	p := copyProject(t, exampleHello)
	t.Run("build", func(t *testing.T) {
		e := e.in(t)
		if out, status := e.build(p.dir, "-t", "hello"); status != 0 {
			t.Fatalf("docker build: %s", out)
		}
		if got := e.says("hello", "3"); got != "Hello, world! (x3)\n" {
			t.Errorf("the program says %q", got)
		}
		res := b.build(t, build{dir: p.dir})
		if !bytes.Equal(e.file("hello", "/usr/local/bin/hello"), res.binary("hello")) {
			t.Error("the binary is not that of a new BuildKit")
		}
		want := readImage(t, res.layout).config
		var conf dockerspec.DockerOCIImageConfig
		e.inspect("hello", ".Config", &conf)
		if diff := cmp.Diff(want.Config, conf, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("configuration (-new BuildKit +this engine's):\n%s", diff)
		}
	})
	t.Run("edit", func(t *testing.T) {
		e := e.in(t)
		p.replace("src/main.rs", "Hello, world!", "Hello again!")
		out, status := e.build(p.dir, "-t", "hello")
		if status != 0 || !strings.Contains(out, "Compiling hello ") || strings.Contains(out, "Compiling itoa ") {
			t.Errorf("the edit compiles something else: %s", out)
		}
		if got := e.says("hello"); got != "Hello again! (x1)\n" {
			t.Errorf("the program says %q", got)
		}
	})
	t.Run("workspace", func(t *testing.T) {
		e := e.in(t)
		out, status := e.build("../examples/workspace", "-t", "workspace", "--target", "server")
		if status != 0 {
			t.Fatalf("docker build: %s", out)
		}
		if got := e.says("workspace"); !strings.HasPrefix(got, "server: 42") {
			t.Errorf("the program says %q", got)
		}
	})
}

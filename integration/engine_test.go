package integration

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
)

// engine is a Docker Engine of the test's own, with the client that came with it.
// It has no bridge and touches no firewall.
type engine struct {
	t   *testing.T
	bin string
	env []string
}

// oldEngine is the oldest version that docs/support.md names.
const oldEngine = "20.10."

// newEngine starts a Docker Engine with nothing in it.
func newEngine(t *testing.T, b *bed) *engine {
	t.Helper()
	// A short path: the name of a socket has at most 107 bytes.
	dir, err := os.MkdirTemp("", "dk")
	check(t, err)
	// Beside the images of the test bed, where overlayfs is known to work.
	root, err := filepath.Abs("../.testbed")
	check(t, err)
	data, err := os.MkdirTemp(root, "docker-")
	check(t, err)
	config, host := filepath.Join(dir, "daemon.json"), "unix://"+filepath.Join(dir, "sock")
	check(t, os.WriteFile(config, []byte("{}"), 0o600)) // not the machine's
	var log bytes.Buffer
	cmd := exec.Command(filepath.Join(b.docker, "sbin/dockerd"), "--config-file", config, "--host", host,
		"--data-root", data, "--exec-root", filepath.Join(dir, "exec"), "--pidfile", filepath.Join(dir, "pid"),
		"--bridge=none", "--iptables=false", "--ip-forward=false", "--log-level=error")
	// Its containerd, which it starts.
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(b.docker, "bin")+":"+os.Getenv("PATH"))
	cmd.Stdout, cmd.Stderr = &log, &log
	check(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		for _, d := range []string{dir, data} {
			if err := os.RemoveAll(d); err != nil {
				t.Error(err)
			}
		}
		if t.Failed() {
			t.Logf("dockerd:\n%s", log.Bytes())
		}
	})
	e := &engine{t: t, bin: filepath.Join(b.docker, "bin/docker"), env: append(os.Environ(), "DOCKER_HOST="+host, "DOCKER_BUILDKIT=1", "DOCKER_CONFIG="+dir)}
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		out, status := e.docker("version", "--format", "{{.Server.Version}}")
		if status == 0 {
			if !strings.HasPrefix(out, oldEngine) {
				t.Fatalf("the engine is %s, want %s", out, oldEngine)
			}
			return e
		}
		if time.Now().After(deadline) {
			t.Fatalf("dockerd does not answer: %s\n%s", out, log.Bytes())
		}
	}
}

// docker runs the client and gives what it prints, and its exit status.
func (e *engine) docker(args ...string) (string, int) {
	e.t.Helper()
	cmd := e.command(args...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		e.t.Fatalf("docker %v: %v", args, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func (e *engine) command(args ...string) *exec.Cmd {
	cmd := exec.Command(e.bin, args...)
	cmd.Env = e.env
	return cmd
}

// must runs the client, which must succeed.
func (e *engine) must(args ...string) string {
	e.t.Helper()
	out, status := e.docker(args...)
	if status != 0 {
		e.t.Fatalf("docker %v: exit status %d\n%s", args, status, out)
	}
	return out
}

// load gives the engine an image of the test bed: an old one knows no layouts.
func (e *engine) load(b *bed, name, from string) {
	e.t.Helper()
	p := newProject(e.t, "-- Dockerfile --\nFROM image\n")
	cmd := e.command("load")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	in, err := cmd.StdinPipe()
	check(e.t, err)
	check(e.t, cmd.Start())
	b.build(e.t, build{
		dir: p.dir, frontend: "dockerfile.v0",
		attrs: map[string]string{"context:image": "oci-layout://" + from},
		exports: []client.ExportEntry{{
			Type:   client.ExporterDocker,
			Attrs:  map[string]string{string(exptypes.OptKeyName): name, "compression": "uncompressed", "force-compression": "true"},
			Output: func(map[string]string) (io.WriteCloser, error) { return in, nil },
		}},
	})
	if err := cmd.Wait(); err != nil {
		e.t.Fatalf("docker load: %v\n%s", err, log.Bytes())
	}
}

// build runs `docker build` on the manifest of a directory.
func (e *engine) build(dir string, args ...string) (string, int) {
	e.t.Helper()
	args = append([]string{"build", "--progress=plain", "--build-arg", "toolchain=testbed/toolchain", "-f", filepath.Join(dir, "Cargo.toml")}, args...)
	return e.docker(append(args, dir)...)
}

// inspect reads a field of an image of the engine.
func (e *engine) inspect(image, field string, into any) {
	e.t.Helper()
	check(e.t, json.Unmarshal([]byte(e.must("image", "inspect", "--format", "{{json "+field+"}}", image)), into))
}

// in is the engine in a subtest.
func (e *engine) in(t *testing.T) *engine { return &engine{t, e.bin, e.env} }

// file reads a file of an image of the engine.
func (e *engine) file(image, name string) []byte {
	e.t.Helper()
	container := strings.TrimSpace(e.must("create", "--network=none", image))
	out := filepath.Join(e.t.TempDir(), "file")
	e.must("cp", container+":"+name, out)
	e.must("rm", container)
	data, err := os.ReadFile(out)
	check(e.t, err)
	return data
}

// A Docker Engine as old as 20.10 runs the frontend in its own BuildKit, from the
// header of Cargo.toml, and makes the binary that the newest one makes.
func TestDockerEngine(t *testing.T) {
	b := newBed(t, gateway)
	e := newEngine(t, b)
	e.load(b, frontendRef, "frontend@"+b.frontend.digest)
	e.load(b, "testbed/toolchain", "toolchain@"+b.toolchain.digest)
	p := copyProject(t, exampleHello)
	t.Run("build", func(t *testing.T) {
		e := e.in(t)
		if out, status := e.build(p.dir, "-t", "hello"); status != 0 {
			t.Fatalf("docker build: %s", out)
		}
		if got := e.must("run", "--rm", "--network=none", "hello", "3"); got != "Hello, world! (x3)\n" {
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
		if got := e.must("run", "--rm", "--network=none", "hello"); got != "Hello again! (x1)\n" {
			t.Errorf("the program says %q", got)
		}
	})
	t.Run("warning", func(t *testing.T) {
		e := e.in(t)
		if out, status := e.build(p.dir, "--build-arg", "WHATEVER=1"); status != 0 || !strings.Contains(out, "[warning] build argument WHATEVER is not used") {
			t.Errorf("exit status %d, and no warning: %s", status, out)
		}
	})
	t.Run("workspace", func(t *testing.T) {
		e := e.in(t)
		out, status := e.build("../examples/workspace", "-t", "workspace", "--target", "server")
		if status != 0 {
			t.Fatalf("docker build: %s", out)
		}
		if got := e.must("run", "--rm", "--network=none", "workspace"); !strings.HasPrefix(got, "server: 42") {
			t.Errorf("the program says %q", got)
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
			if got := e.must("run", "--rm", "--network=none", image); got != "Hello, world! (x1)\n" {
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

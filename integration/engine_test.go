package integration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
)

// engine is a Docker Engine of the test's own, with the client that came with it.
// It has no bridge and touches no firewall.
type engine struct {
	t   *testing.T
	bin string
	env []string
	// builds is the command of the client that builds.
	builds []string
}

// release is a Docker Engine of the test bed.
type release struct {
	version string // what its own begins with
	dockerd string
	path    string // the directory of its containerd
	config  string // daemon.json
	builds  []string
}

// oldEngine is the oldest one that docs/support.md names.
func oldEngine(b *bed) release {
	return release{
		version: "20.10.", dockerd: filepath.Join(b.docker, "sbin/dockerd"), path: filepath.Join(b.docker, "bin"),
		config: "{}", builds: []string{"build"},
	}
}

// currentEngine is the newest one that docs/support.md names, with one of its two
// image stores. The machine's runc may know no time namespaces.
func currentEngine(b *bed, containerd bool) release {
	config := fmt.Sprintf(`{"features": {"containerd-snapshotter": %t, "time-namespaces": false}, "ip6tables": false, "userland-proxy": false}`, containerd)
	return release{
		version: "2.0.0-beta.24", dockerd: filepath.Join(b.dockerd, "dockerd"), path: b.dockerd,
		config: config, builds: []string{"buildx", "build", "--builder", "default"},
	}
}

// newEngine starts a Docker Engine with nothing in it. The client is that of the
// old one, which the current one still takes, with the test bed's buildx.
func newEngine(t *testing.T, b *bed, r release) *engine {
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
	check(t, os.WriteFile(config, []byte(r.config), 0o600)) // not the machine's
	var log bytes.Buffer
	cmd := exec.Command(r.dockerd, "--config-file", config, "--host", host,
		"--data-root", data, "--exec-root", filepath.Join(dir, "exec"), "--pidfile", filepath.Join(dir, "pid"),
		"--bridge=none", "--iptables=false", "--ip-forward=false", "--log-level=error")
	// Its containerd, which it starts.
	cmd.Env = append(os.Environ(), "PATH="+r.path+":"+os.Getenv("PATH"))
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
	e := &engine{
		t: t, bin: filepath.Join(b.docker, "bin/docker"), builds: r.builds,
		env: append(os.Environ(), "DOCKER_HOST="+host, "DOCKER_BUILDKIT=1", "DOCKER_CONFIG="+dir),
	}
	check(t, os.Mkdir(filepath.Join(dir, "cli-plugins"), 0o700))
	check(t, os.Symlink(filepath.Join(b.bin, "buildx"), filepath.Join(dir, "cli-plugins/docker-buildx")))
	e.await(r.version, &log)
	return e
}

// await waits until the engine answers, which must be of a version.
func (e *engine) await(version string, log *bytes.Buffer) {
	e.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		out, status := e.docker("version", "--format", "{{.Server.Version}}")
		if status == 0 {
			if !strings.HasPrefix(out, version) {
				e.t.Fatalf("the engine is %s, want %s", out, version)
			}
			return
		}
		if time.Now().After(deadline) {
			e.t.Fatalf("dockerd does not answer: %s\n%s", out, log.Bytes())
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

// loadAll gives the engine the frontend and the toolchain.
func (e *engine) loadAll(b *bed) {
	e.t.Helper()
	e.load(b, frontendRef, "frontend@"+b.frontend.digest)
	e.load(b, engineToolchain, "toolchain@"+b.toolchain.digest)
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

// engineToolchain is the name of the toolchain in an engine.
const engineToolchain = "testbed/toolchain:1"

// build builds the manifest of a directory with the builder of the engine.
func (e *engine) build(dir string, args ...string) (string, int) {
	e.t.Helper()
	return e.docker(slices.Concat(e.builds,
		[]string{"--progress=plain", "--build-arg", "toolchain=" + engineToolchain, "-f", filepath.Join(dir, "Cargo.toml")}, args, []string{dir})...)
}

// says runs a program of an image.
func (e *engine) says(image string, args ...string) string {
	e.t.Helper()
	return e.must(append([]string{"run", "--rm", "--network=none", image}, args...)...)
}

// inspect reads a field of an image of the engine.
func (e *engine) inspect(image, field string, into any) {
	e.t.Helper()
	check(e.t, json.Unmarshal([]byte(e.must("image", "inspect", "--format", "{{json "+field+"}}", image)), into))
}

// in is the engine in a subtest.
func (e *engine) in(t *testing.T) *engine {
	return &engine{t: t, bin: e.bin, env: e.env, builds: e.builds}
}

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

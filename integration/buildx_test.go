package integration

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// buildx is the real client, with a builder that is the test bed's daemon.
type buildx struct {
	t   *testing.T
	bin string
	env []string
	dir string // where it runs, for what has no name of a directory
	// contexts hand the frontend and the toolchain to a build.
	contexts []string
}

func newBuildx(t *testing.T, b *bed) *buildx {
	t.Helper()
	x := &buildx{
		t:   t,
		bin: filepath.Join(b.bin, "buildx"),
		env: append(os.Environ(), "BUILDX_CONFIG="+t.TempDir(), "DOCKER_CONFIG="+t.TempDir()),
		contexts: []string{
			"--build-context", frontendRef + "=oci-layout://" + b.frontend.dir + "@" + b.frontend.digest,
			"--build-context", "toolchain=oci-layout://" + b.toolchain.dir + "@" + b.toolchain.digest,
		},
	}
	if out, status := x.run("create", "--name", "testbed", "--driver", "remote", b.host); status != 0 {
		t.Fatalf("buildx create: %s", out)
	}
	return x
}

// build runs `buildx build` on the manifest of a directory and gives what it
// prints, and its exit status.
func (x *buildx) build(dir string, args ...string) (string, int) {
	x.t.Helper()
	return x.run(slices.Concat(
		[]string{"build", "--builder", "testbed", "--progress=plain", "-f", filepath.Join(dir, "Cargo.toml")},
		x.contexts, args, []string{dir})...)
}

func (x *buildx) run(args ...string) (string, int) {
	x.t.Helper()
	cmd := exec.Command(x.bin, args...)
	cmd.Env, cmd.Dir = x.env, x.dir
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		x.t.Fatalf("buildx %v: %v", args, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

package integration

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// buildctl asks for the frontend by name, as any client of BuildKit can, and the
// image that it exports runs.
func TestBuildctl(t *testing.T) {
	b := newBed(t, gateway)
	run := func(args ...string) (string, error) {
		cmd := exec.Command(filepath.Join(b.bin, "buildctl"), slices.Concat([]string{
			"--addr", b.host, "build", "--progress=plain",
			"--frontend", "gateway.v0", "--opt", "source=" + frontendRef,
			"--oci-layout", "frontend=" + b.frontend.dir,
			"--opt", "context:" + frontendRef + "=oci-layout://frontend@" + b.frontend.digest,
			"--oci-layout", "toolchain=" + b.toolchain.dir,
			"--opt", "context:toolchain=oci-layout://toolchain@" + b.toolchain.digest,
		}, args)...)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	locals := []string{"--local", "context=" + exampleHello, "--local", "dockerfile=" + exampleHello}
	t.Run("image", func(t *testing.T) {
		out := filepath.Join(t.TempDir(), "image")
		log, err := run(append(locals, "--opt", "label:a=b", "--output", "type=oci,tar=false,dest="+out)...)
		if err != nil {
			t.Fatalf("buildctl: %v\n%s", err, log)
		}
		res := &result{t: t, layout: out}
		if got := res.run("hello", "2"); got != "Hello, world! (x2)\n" {
			t.Errorf("the program says %q", got)
		}
		if got := readImage(t, out).config.Config.Labels["a"]; got != "b" {
			t.Errorf("the label is %q", got)
		}
	})
	t.Run("binary", func(t *testing.T) {
		out := t.TempDir()
		if log, err := run(append(locals, "--opt", "target=binaries", "--output", "type=local,dest="+out)...); err != nil {
			t.Fatalf("buildctl: %v\n%s", err, log)
		}
		if got, err := exec.Command(filepath.Join(out, "hello"), "4").Output(); err != nil || string(got) != "Hello, world! (x4)\n" {
			t.Errorf("%q, %v", got, err)
		}
	})
	t.Run("a misspelt setting", func(t *testing.T) {
		log, err := run(append(locals, "--opt", "build-arg:profle=dev")...)
		if err == nil || !strings.Contains(log, `did you mean "profile"`) {
			t.Errorf("%v\n%s", err, log)
		}
	})
}

// frontendCommand compiles the command line of the frontend.
func frontendCommand(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "frontend")
	if out, err := exec.Command("go", "build", "-o", name, "../cmd/frontend").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return name
}

// `frontend build` needs no frontend image.
func TestFrontendCommand(t *testing.T) {
	b := newBed(t, inProcess)
	out := filepath.Join(t.TempDir(), "out")
	cmd := exec.Command(frontendCommand(t), "build", "--addr", b.host, "--progress=plain", "--label", "a=b",
		"--build-context", "toolchain=oci-layout://"+b.toolchain.dir+"@"+b.toolchain.digest,
		"-o", "type=oci,tar=false,dest="+out, exampleHello)
	if log, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("frontend build: %v\n%s", err, log)
	}
	res := &result{t: t, layout: out}
	if got := res.run("hello", "2"); got != "Hello, world! (x2)\n" {
		t.Errorf("the program says %q", got)
	}
	if got := readImage(t, out).config.Config.Labels["a"]; got != "b" {
		t.Errorf("the label is %q", got)
	}
}

// The bake file of the example: targets, groups, arguments, labels and platforms.
func TestBake(t *testing.T) {
	x := newBuildx(t, newBed(t, gateway))
	p := copyProject(t, "../examples/workspace")
	x.dir = p.dir
	set := func(values ...string) []string {
		var out []string
		for i, c := range x.contexts {
			if i%2 == 1 { // behind each --build-context
				out = append(out, "--set", "*.contexts."+c)
			}
		}
		for _, v := range values {
			out = append(out, "--set", v)
		}
		return out
	}
	bake := func(args ...string) (string, int) {
		return x.run(slices.Concat([]string{"bake", "--builder", "testbed", "--progress=plain", "--allow=fs=" + os.TempDir(), "--allow=fs.read=/"}, args)...)
	}
	t.Run("two images", func(t *testing.T) {
		server, worker := filepath.Join(t.TempDir(), "image"), filepath.Join(t.TempDir(), "image")
		log, status := bake(set("server.output=type=oci,tar=false,dest="+server, "worker.output=type=oci,tar=false,dest="+worker)...)
		if status != 0 || strings.Contains(log, "WARNING") {
			t.Fatalf("bake: %s", log)
		}
		for name, dir := range map[string]string{"server": server, "worker": worker} {
			res, conf := &result{t: t, layout: dir}, readImage(t, dir).config.Config
			if got := res.run(name); !strings.HasPrefix(got, name+": ") {
				t.Errorf("%s says %q", name, got)
			}
			if diff := cmp.Diff([]string{"/usr/local/bin/" + name}, conf.Entrypoint); diff != "" {
				t.Errorf("%s, entrypoint (-want +got):\n%s", name, diff)
			}
			if got := conf.Labels["com.example.built-by"]; got != "bake" {
				t.Errorf("%s has the label %q", name, got)
			}
			if got := binaries(t, res); !slices.Equal(got, []string{name}) {
				t.Errorf("the image of %s has the binaries %v", name, got)
			}
		}
	})
	t.Run("binaries", func(t *testing.T) {
		if log, status := bake(append(set(), "binaries")...); status != 0 {
			t.Fatalf("bake: %s", log)
		}
		for _, name := range []string{"server", "worker"} {
			if got, err := exec.Command(p.path("bin/" + name)).Output(); err != nil || !strings.HasPrefix(string(got), name+": ") {
				t.Errorf("%q, %v", got, err)
			}
		}
	})
	t.Run("platforms", func(t *testing.T) {
		// The toolchain of the test bed has one platform: the other is asked of it.
		log, status := bake(append(set("*.output=type=cacheonly"), "release")...)
		if status == 0 || !strings.Contains(log, "no standard library for "+otherTriple()) {
			t.Errorf("exit status %d: %s", status, log)
		}
	})
}

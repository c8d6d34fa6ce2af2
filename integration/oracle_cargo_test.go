package integration

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/org/rust-frontend/integration/oracle"
)

// salt is new in each run, in a form that a package's name can have.
func salt() string { return strings.ToLower(rand.Text()[:5]) + "x" }

// plainCargo is the toolchain image in a directory, where cargo runs without a container.
// It keeps its target directory from one state of a workspace to the next.
type plainCargo struct {
	root      string
	registry  *registry
	src       *mirror
	untold    map[string]string
	manifests string // those that the lock file was made for
}

// newPlainCargo unpacks the toolchain image, and the crates of the registry.
func newPlainCargo(t *testing.T, b *bed, r *registry, values map[string]string) *plainCargo {
	t.Helper()
	c := &plainCargo{root: t.TempDir(), registry: r}
	readImage(t, b.toolchain.dir).unpack(t, c.root)
	vendor := &project{t: t, dir: filepath.Join(c.root, "vendor")}
	for _, f := range txtar.Parse([]byte(expand(oracle.Registry(), values))).Files {
		vendor.write(f.Name, string(f.Data))
		crate, _, _ := strings.Cut(f.Name, "/")
		vendor.write(crate+"/.cargo-checksum.json", fmt.Sprintf(`{"files":{},"package":%q}`, r.values[crate]))
	}
	return c
}

// start begins a new workspace.
func (c *plainCargo) start(t *testing.T) {
	t.Helper()
	for _, dir := range []string{"src", "target"} {
		check(t, os.RemoveAll(filepath.Join(c.root, dir)))
	}
	c.src = &mirror{dir: filepath.Join(c.root, "src")}
	c.untold, c.manifests = map[string]string{}, ""
}

// become writes a state of a workspace, and gives the lock file that goes with it.
func (c *plainCargo) become(t *testing.T, w *oracle.Workspace) string {
	t.Helper()
	files := c.files(w)
	c.src.become(t, files, w.Links())
	c.touch(t, w)
	file := filepath.Join(c.root, "src", "Cargo.lock")
	if now := lockKey(files, w); !w.OldLock() && now != c.manifests {
		c.manifests = now
		if err := c.command("src", "/target", "generate-lockfile", "--offline").Run(); err == nil {
			lock, err := os.ReadFile(file)
			check(t, err)
			check(t, os.WriteFile(file, []byte(c.pin(string(lock), w.Locked())), 0o644))
		}
	}
	lock, err := os.ReadFile(file)
	if !os.IsNotExist(err) {
		check(t, err)
	}
	return string(lock)
}

func (c *plainCargo) files(w *oracle.Workspace) map[string]string {
	files := w.Files()
	files[".cargo/config.toml"] = w.Config() + "[source.crates-io]\nreplace-with = \"test\"\n[source.test]\ndirectory = \"/vendor\"\n"
	return files
}

// lockKey is what a lock file is made from.
func lockKey(files map[string]string, w *oracle.Workspace) string {
	out := fmt.Sprint(w.Locked())
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if filepath.Base(name) == "Cargo.toml" {
			out += name + "\n" + files[name]
		}
	}
	return out
}

// touch dates the sources that read what cargo is told nothing of.
func (c *plainCargo) touch(t *testing.T, w *oracle.Workspace) {
	t.Helper()
	untold := w.Untold()
	for name, text := range untold {
		if old, ok := c.untold[name]; !ok || old == text {
			continue
		}
		now := time.Now()
		err := os.Chtimes(filepath.Join(c.root, "src", name), now, now)
		if !os.IsNotExist(err) {
			check(t, err)
		}
	}
	c.untold = untold
}

// pin has a lock file name other versions of crates of the registry.
func (c *plainCargo) pin(lock string, versions map[string]string) string {
	for name, version := range versions {
		entry := regexp.MustCompile(`name = "` + name + `"\nversion = "(1\.[0-9.]+)"\nsource = "(.*)"\nchecksum = ".*"`)
		found := entry.FindStringSubmatch(lock)
		if found == nil {
			continue // nobody needs it, or it is patched
		}
		lock = strings.Replace(lock, found[0], fmt.Sprintf("name = %q\nversion = %q\nsource = %q\nchecksum = %q",
			name, version, found[2], c.registry.values[name+"-"+version]), 1)
		lock = strings.ReplaceAll(lock, fmt.Sprintf("%q", name+" "+found[1]), fmt.Sprintf("%q", name+" "+version))
	}
	return lock
}

// built is what came of one build of cargo's.
type built struct {
	failed   bool
	said     map[string]string // by the program
	log      string
	compiled []string
	took     time.Duration
}

// build builds the state that was written.
func (c *plainCargo) build(w *oracle.Workspace) built { return c.buildIn(w, "src", "/target") }

// anew builds a state in directories where nothing was built.
func (c *plainCargo) anew(t *testing.T, w *oracle.Workspace) built {
	t.Helper()
	dir := filepath.Join(c.root, "anew")
	check(t, os.RemoveAll(dir))
	files := c.files(w)
	if lock, err := os.ReadFile(filepath.Join(c.root, "src", "Cargo.lock")); err == nil {
		files["Cargo.lock"] = string(lock)
	}
	(&mirror{dir: filepath.Join(dir, "src")}).become(t, files, w.Links())
	return c.buildIn(w, "anew/src", "/anew/target")
}

func (c *plainCargo) buildIn(w *oracle.Workspace, src, target string) built {
	cmd := c.command(filepath.Join(src, w.ProgramDir()), target, "build", "--release", "--locked", "--offline", "--bins",
		"--target", muslTriple(), "--features", strings.Join(w.Asked(), ","))
	var log bytes.Buffer
	cmd.Stderr = &log
	started := time.Now()
	err := cmd.Run()
	out := built{took: time.Since(started), failed: err != nil, said: map[string]string{}, log: log.String(), compiled: compiling(log.String())}
	if out.failed {
		return out
	}
	for _, bin := range w.Binaries() {
		// The program itself does not fail: it prints what it has, if anything.
		said, _ := inRoot(c.root, 0, filepath.Join(target, muslTriple(), "release", bin))
		out.said[bin] = unnumbered(said)
	}
	return out
}

// command is a call of cargo in a directory of its root.
func (c *plainCargo) command(dir, target string, args ...string) *exec.Cmd {
	cmd := exec.Command("/usr/bin/env", append([]string{"cargo"}, args...)...)
	cmd.Dir = "/" + dir
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "CARGO_HOME=/cargo", "CARGO_TARGET_DIR=" + target}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: c.root}
	return cmd
}

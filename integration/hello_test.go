package integration

import (
	"bytes"
	"debug/elf"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const exampleHello = "../examples/hello"

// A package with one binary and no settings becomes a scratch image: the
// binary, static and stripped, and the few files that programs expect.
func TestHello(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		res := b.build(t, build{dir: exampleHello})
		if got := res.run("hello", "3"); got != "Hello, world! (x3)\n" {
			t.Errorf("the program says %q", got)
		}
		bin := filepath.Join(res.files(), "usr/local/bin/hello")
		mustBeStatic(t, bin)
		t.Run("runs outside its image", func(t *testing.T) {
			if got, err := inRoot("/", 0, bin, "2"); err != nil || got != "Hello, world! (x2)\n" {
				t.Errorf("%q, %v", got, err)
			}
		})
		t.Run("files", func(t *testing.T) {
			want := map[string]fs.FileMode{
				"/etc": fs.ModeDir | 0o755, "/etc/passwd": 0o644, "/etc/group": 0o644,
				"/etc/ssl": fs.ModeDir | 0o755, "/etc/ssl/certs": fs.ModeDir | 0o755,
				"/etc/ssl/certs/ca-certificates.crt": 0o644,
				"/tmp":                               fs.ModeDir | fs.ModeSticky | 0o777,
				"/usr":                               fs.ModeDir | 0o755, "/usr/local": fs.ModeDir | 0o755,
				"/usr/local/bin": fs.ModeDir | 0o755, "/usr/local/bin/hello": 0o755,
			}
			if diff := cmp.Diff(want, tree(t, res.files())); diff != "" {
				t.Errorf("files of the image (-want +got):\n%s", diff)
			}
		})
		t.Run("size", func(t *testing.T) {
			var total int64
			for name := range tree(t, res.files()) {
				if info, err := os.Lstat(filepath.Join(res.files(), name)); err == nil && info.Mode().IsRegular() {
					total += info.Size()
				}
			}
			binary, err := os.Stat(bin)
			check(t, err)
			if rest := total - binary.Size(); rest > 300<<10 {
				t.Errorf("%d bytes beside the binary, at most 300 KB", rest)
			}
		})
		t.Run("config", func(t *testing.T) { helloConfig(t, readImage(t, res.layout)) })
	})
}

func helloConfig(t *testing.T, img *ociImage) {
	conf := img.config
	if conf.OS != "linux" || conf.Architecture != runtime.GOARCH {
		t.Errorf("the image is for %s/%s", conf.OS, conf.Architecture)
	}
	if conf.Created != nil && conf.Created.Unix() != 0 {
		t.Errorf("the image is dated %v, and so would differ each time", conf.Created)
	}
	if diff := cmp.Diff([]string{"/usr/local/bin/hello"}, conf.Config.Entrypoint); diff != "" {
		t.Errorf("entrypoint (-want +got):\n%s", diff)
	}
	if conf.Config.User != "65532:65532" {
		t.Errorf("user %q", conf.Config.User)
	}
	want := map[string]string{
		"org.opencontainers.image.title":       "hello",
		"org.opencontainers.image.version":     "0.1.0",
		"org.opencontainers.image.description": "Greets the world and says how often",
		"org.opencontainers.image.licenses":    "Apache-2.0",
	}
	if diff := cmp.Diff(want, conf.Config.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	for _, h := range img.config.History {
		if h.Created != nil && h.Created.Unix() != 0 {
			t.Errorf("a layer is dated %v", h.Created)
		}
	}
}

// mustBeStatic wants a binary that needs no loader and holds no symbols.
func mustBeStatic(t *testing.T, name string) {
	t.Helper()
	data, err := os.ReadFile(name)
	check(t, err)
	f, err := elf.NewFile(bytes.NewReader(data))
	check(t, err)
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Errorf("%s asks for a loader", name)
		}
	}
	if libs, err := f.ImportedLibraries(); err != nil || len(libs) > 0 {
		t.Errorf("%s needs %v, %v", name, libs, err)
	}
	if f.Section(".symtab") != nil {
		t.Errorf("%s is not stripped", name)
	}
}

package cargo

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func lockFile(text string) fstest.MapFS {
	return fstest.MapFS{"Cargo.lock": {Data: []byte(text)}}
}

// readTestLock reads a lock file of testdata; cargo wrote those of format 3
// and 4.
func readTestLock(t testing.TB, name string) *Lock {
	t.Helper()
	l, err := ReadLock(os.DirFS(filepath.Join("testdata", "lock")), name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// ids lists packages as NAME VERSION SOURCE -> dependencies.
func ids(l *Lock) []string {
	name := func(i int) string {
		p := l.Packages[i]
		s := p.Name + " " + p.Version
		switch p.Source.Kind {
		case PathSource:
		case GitSource:
			s += fmt.Sprintf(" git %s%s", p.Source.Branch, p.Source.Tag)
		default:
			s += " " + string(p.Source.Kind)
		}
		return s
	}
	var out []string
	for i, p := range l.Packages {
		s := name(i)
		for _, j := range p.Dependencies {
			s += ", " + name(j)
		}
		if p.Replace >= 0 {
			s += " => " + name(p.Replace)
		}
		out = append(out, s)
	}
	return out
}

func TestReadLockFormats(t *testing.T) {
	want := []string{
		"b 0.1.0, b 0.1.0, g1 0.1.0 git v1.0, g1 0.1.0 git BRANCH, g1 0.1.0 git , hashbrown 0.9.1 registry, hashbrown 0.11.2 registry, itoa 1.0.19 registry, libc 0.2.191 registry, q 0.1.0, syn 2.0.119 registry",
		"g1 0.1.0 git v1.0",
		"g1 0.1.0 git BRANCH",
		"g1 0.1.0 git ",
		"hashbrown 0.9.1 registry",
		"hashbrown 0.11.2 registry",
		"itoa 1.0.19 registry",
		"libc 0.2.191 registry",
		"proc-macro2 1.0.107 registry, unicode-ident 1.0.99",
		"q 0.1.0",
		"quote 1.0.47 registry, proc-macro2 1.0.107 registry",
		"syn 2.0.119 registry, proc-macro2 1.0.107 registry, quote 1.0.47 registry, unicode-ident 1.0.99",
		"unicode-ident 1.0.99",
	}
	for version, branch := range map[int]string{1: "dev", 2: "dev", 3: "feature/a+b", 4: "feature/a+b"} {
		l := readTestLock(t, fmt.Sprintf("v%d.lock", version))
		if l.Version != version {
			t.Errorf("format %d is taken for %d", version, l.Version)
		}
		var wanted []string
		for _, s := range want {
			wanted = append(wanted, strings.ReplaceAll(s, "BRANCH", branch))
		}
		if diff := cmp.Diff(wanted, ids(l)); diff != "" {
			t.Errorf("format %d (-want +got):\n%s", version, diff)
		}
		for _, p := range l.Packages {
			registry := p.Source.Kind == RegistrySource
			if registry != (len(p.Checksum) == 64) {
				t.Errorf("format %d: the checksum of %s is %q", version, p.Name, p.Checksum)
			}
			if line := strings.Split(string(l.Raw), "\n")[p.Position.Line-1]; line != "[[package]]" {
				t.Errorf("format %d: %s is said to be at %q", version, p.Name, line)
			}
		}
	}
}

func TestReadLockDetails(t *testing.T) {
	for _, c := range []struct {
		reason, text string
		want         []string
	}{
		{"no file", "-", nil},
		{"an empty file", "", nil},
		{"the root of a very old file is the first package", `
[root]
name = "a"
version = "0.1.0"
dependencies = ["b 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)"]

[[package]]
name = "b"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
`, []string{"a 0.1.0, b 1.0.0 registry", "b 1.0.0 registry"}},
		{"without a source, the package of the tree wins", `version = 4
[[package]]
name = "a"
version = "0.1.0"
dependencies = ["b 1.0.0"]
[[package]]
name = "b"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
[[package]]
name = "b"
version = "1.0.0"
`, []string{"a 0.1.0, b 1.0.0", "b 1.0.0 registry", "b 1.0.0"}},
		{"old dependencies on git have the commit", `
[[package]]
name = "a"
version = "0.1.0"
dependencies = ["b 1.0.0 (git+https://example.com/b#2ca2dd9157dfd76c7edbf35347a79d808c8660a3)"]
[[package]]
name = "b"
version = "1.0.0"
source = "git+https://example.com/b#2ca2dd9157dfd76c7edbf35347a79d808c8660a3"
`, []string{"a 0.1.0, b 1.0.0 git ", "b 1.0.0 git "}},
		{"[replace]", `version = 3
[[package]]
name = "b"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
replace = "b 1.0.0 (git+https://example.com/b)"
[[package]]
name = "b"
version = "1.0.0"
source = "git+https://example.com/b#2ca2dd9157dfd76c7edbf35347a79d808c8660a3"
`, []string{"b 1.0.0 registry => b 1.0.0 git ", "b 1.0.0 git "}},
		{"Windows line ends", "version = 4\r\n[[package]]\r\nname = \"a\"\r\nversion = \"0.1.0\"\r\n", []string{"a 0.1.0"}},
		{"arrays as a person may write them", `package = [ { name = "a", version = "0.1.0", dependencies = ["b"] }, { name = "b", version = "1.0.0" } ]`,
			[]string{"a 0.1.0, b 1.0.0", "b 1.0.0"}},
	} {
		fsys := lockFile(c.text)
		if c.text == "-" {
			fsys = fstest.MapFS{}
		}
		l, err := ReadLock(fsys, "Cargo.lock")
		switch {
		case err != nil:
			t.Errorf("%s: %v", c.reason, err)
		case c.text == "-":
			if l != nil {
				t.Errorf("%s: a lock file", c.reason)
			}
		default:
			if diff := cmp.Diff(c.want, ids(l)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.reason, diff)
			}
			for _, p := range l.Packages {
				if p.Position.Line == 0 {
					t.Errorf("%s: no line of %s", c.reason, p.Name)
				}
			}
		}
	}
}

func TestReadLockUnusedPatches(t *testing.T) {
	l, err := ReadLock(lockFile("version = 4\n[[patch.unused]]\nname = \"a\"\nversion = \"1.0.0\"\n"), "Cargo.lock")
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Packages) != 0 || len(l.UnusedPatches) != 1 || l.UnusedPatches[0].Name != "a" || l.UnusedPatches[0].Position.Line != 2 {
		t.Errorf("packages %v, unused patches %v", l.Packages, l.UnusedPatches)
	}
}

func TestReadLockErrors(t *testing.T) {
	const a = "version = 4\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n"
	for _, c := range []struct{ reason, text, want string }{
		{"merge conflict", a + "<<<<<<< HEAD\nx\n", "Cargo.lock:5: unresolved merge conflict"},
		{"merge conflict in the first line", "<<<<<<< HEAD\n", "Cargo.lock:1: unresolved merge conflict"},
		{"newer format", "# x\nversion = 5\nanything = 1\n", "Cargo.lock:2: format 5, which needs a newer cargo"},
		{"no format of cargo", "version = 2\n", "Cargo.lock:1: has version 2"},
		{"version of a wrong type", "version = \"4\"\n", "Cargo.lock:1: must be an integer, not a string"},
		{"not TOML", a + "x = \n", "Cargo.lock:5: not valid TOML"},
		{"not UTF-8", a + "\xff\n", "Cargo.lock:5: not UTF-8"},
		{"a wrong type", "version = 4\n[[package]]\nname = 1\n", "Cargo.lock:3: not valid TOML"},
		{"no name", "[[package]]\nversion = \"1.0.0\"\n", "Cargo.lock:1: has no name"},
		{"a name that leads elsewhere", "[[package]]\nname = \"../x\"\nversion = \"1.0.0\"\n", "Cargo.lock:2: \"../x\" is not a package name"},
		{"a bad version", "[[package]]\nname = \"a\"\nversion = \"1.0/x\"\n", "Cargo.lock:3: package a: \"1.0/x\" is not a version"},
		{"a bad source", a + "source = \"x\"\n", "Cargo.lock:5: has no kind"},
		{"git without a commit", a + "source = \"git+https://example.com/b?branch=x\"\n", "Cargo.lock:5: a 0.1.0 is not locked to a commit"},
		{"git with a short commit", a + "source = \"git+https://example.com/b#2ca2dd9\"\n", "Cargo.lock:5: a 0.1.0 is not locked to a commit"},
		{"a bad checksum", a + "checksum = \"abc\"\n", "Cargo.lock:5: not a SHA-256"},
		{"unknown dependency", a + "dependencies = [\n \"a\",\n \"b\",\n]\n", "Cargo.lock:7: the dependency \"b\" of a 0.1.0 is not in the lock file"},
		{"unknown version", a + "dependencies = [\"a 0.2.0\"]\n", "Cargo.lock:5: the dependency \"a 0.2.0\" of a 0.1.0 is not in the lock file"},
		{"ambiguous dependency", a + "dependencies = [\"a\"]\n[[package]]\nname = \"a\"\nversion = \"0.2.0\"\n", "Cargo.lock:5: is ambiguous, there are 2"},
		{"twice", a + "[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n", "Cargo.lock:5: twice"},
		{"unknown replacement", a + "replace = \"b 1.0.0\"\n", "Cargo.lock:5: the replacement \"b 1.0.0\""},
		{"replaced with itself", a + "replace = \"a\"\n", "Cargo.lock:5: replaced with itself"},
		{"bad checksum of format 1", "[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n[metadata]\n\"checksum a 0.1.0\" = \"x\"\n", "Cargo.lock:5: not a SHA-256"},
		{"deeply nested", "x = " + strings.Repeat("[", 1<<20), "Cargo.lock:1: nested"},
		{"too large", strings.Repeat("#", maxLock+1), "Cargo.lock: larger than 32 MiB"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			_, err := ReadLock(lockFile(c.text), "Cargo.lock")
			wantError(t, err, c.want)
		})
	}
	_, err := ReadLock(fstest.MapFS{"Cargo.lock/x": {}}, "Cargo.lock")
	wantError(t, err, "Cargo.lock: must be a file")
}

func FuzzReadLock(f *testing.F) {
	for v := 1; v <= 4; v++ {
		f.Add(string(readTestLock(f, fmt.Sprintf("v%d.lock", v)).Raw))
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ReadLock(lockFile(text), "Cargo.lock")
		if err != nil {
			return
		}
		all := func(int) bool { return true }
		out := l.Write(all, func(i int) string { return l.Packages[i].Version })
		again, err := ReadLock(lockFile(string(out)), "Cargo.lock")
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, out)
		}
		if len(again.Packages) != len(l.Packages) {
			t.Fatalf("%d packages became %d", len(l.Packages), len(again.Packages))
		}
	})
}

func BenchmarkReadLock(b *testing.B) {
	fsys := generate(0, 1000)
	b.SetBytes(int64(len(fsys["Cargo.lock"].Data)))
	for b.Loop() {
		if _, err := ReadLock(fsys, "Cargo.lock"); err != nil {
			b.Fatal(err)
		}
	}
}

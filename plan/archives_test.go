package plan

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The planning step finds what cargo resolves with in every archive and the sizes of
// what it leaves out, with GNU tar and with a tar that knows less.
func TestUnpackArchives(t *testing.T) {
	tars := map[string]string{
		"GNU tar":                 "",
		"GNU tar of another age":  "case \" $* \" in *\" --wildcards \"*) exit 1 ;; esac\n",
		"a tar that nobody knows": "case \" $* \" in *\" --\"*) exit 1 ;; esac\n",
	}
	crates := []string{"one-1.0.0", "two-0.2.0-rc.1+meta", "three-3.0.0"}
	for name, tool := range tars {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			archives, vendor, bin := filepath.Join(dir, "archives"), filepath.Join(dir, "vendor"), filepath.Join(dir, "bin")
			writeFile(t, filepath.Join(bin, "tar"), "#!/bin/sh\n"+tool+"PATH=${PATH#*:}\nexec tar \"$@\"\n", 0o755)
			sums := map[string]string{}
			for _, crate := range crates {
				archive := archiveOf(t, crate)
				writeFile(t, filepath.Join(archives, crate, crate+".crate"), archive, 0o644)
				sums[crate] = fmt.Sprintf("%x", sha256.Sum256([]byte(archive)))
			}
			home, out := filepath.Join(dir, "home"), filepath.Join(dir, "out")
			makeDirs(t, home, out, filepath.Join(vendor, "git"))
			writeFile(t, filepath.Join(vendor, "git", "lib.rs"), "12345", 0o644)
			script := strings.NewReplacer(ArchivesDir, archives, VendorDir, vendor, HomeDir, home, OutDir, out).
				Replace(listCode() + unpackArchives() + measure())
			cmd := exec.CommandContext(t.Context(), "sh", "-euc", script)
			cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
			if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
				t.Fatalf("%v: %s", err, out)
			}
			want := Sizes{"git": 5}
			for _, crate := range crates {
				want[crate], want[crate+"/src"], want[crate+"/src/deep"] = int64(len(crate)), 2*int64(len(crate)), int64(len(crate))
				for file, content := range map[string]string{
					"Cargo.toml": crate, "build.rs": crate, "src/lib.rs": crate, "src/a b.rs": crate, "tests/it/main.rs": crate,
					"src/deep/x.rs": "", "README.md": "", "tests/it/data.toml": "",
					".cargo-checksum.json": fmt.Sprintf("{\"files\":{},\"package\":%q}\n", sums[crate]),
				} {
					if got, err := os.ReadFile(filepath.Join(vendor, crate, file)); string(got) != content || (err == nil) != (content != "") {
						t.Errorf("%s of %s: %q, %v, want %q", file, crate, got, err, content)
					}
				}
				want[crate+"/tests/it"] = int64(len(crate))
			}
			sizes, err := os.ReadFile(filepath.Join(out, SizesFile))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, ParseSizes([]byte(strings.ReplaceAll(string(sizes), vendor, VendorDir)))); diff != "" {
				t.Errorf("sizes (-want +got)\n%s", diff)
			}
		})
	}
}

func makeDirs(t *testing.T, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func writeFile(t *testing.T, file, text string, mode os.FileMode) {
	t.Helper()
	makeDirs(t, filepath.Dir(file))
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// archiveOf is a crate whose files hold its name. Like many it has blocks after the
// end, which are not the end of what follows it.
func archiveOf(t *testing.T, crate string) string {
	t.Helper()
	var buf bytes.Buffer
	zip := gzip.NewWriter(&buf)
	w := tar.NewWriter(zip)
	for _, file := range []string{
		"Cargo.toml", "README.md", "build.rs", "src/lib.rs", "src/a b.rs", "src/deep/x.rs", "tests/it/main.rs", "tests/it/data.toml",
	} {
		if err := w.WriteHeader(&tar.Header{Name: crate + "/" + file, Mode: 0o644, Size: int64(len(crate))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(crate)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := zip.Write(make([]byte, 8<<10)); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

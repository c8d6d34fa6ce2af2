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
)

// The planning step finds what cargo resolves with in every archive, with GNU tar in
// one process and with a tar that knows less.
func TestUnpackArchives(t *testing.T) {
	tars := map[string]string{
		"GNU tar":             "",
		"without --wildcards": "case \" $* \" in *\" --wildcards \"*) exit 1 ;; esac\n",
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
			script := strings.NewReplacer(ArchivesDir, archives, VendorDir, vendor).Replace(unpackArchives())
			cmd := exec.CommandContext(t.Context(), "sh", "-euc", script)
			cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
			if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
				t.Fatalf("%v: %s", err, out)
			}
			if _, err := os.Stat(filepath.Join(vendor, crates[0], "README.md")); (err == nil) != (tool != "") {
				t.Errorf("README.md: %v; GNU tar alone can leave it out", err)
			}
			for _, crate := range crates {
				for file, want := range map[string]string{
					"Cargo.toml": crate, "src/lib.rs": crate, "sub/Cargo.toml": crate,
					".cargo-checksum.json": fmt.Sprintf("{\"files\":{},\"package\":%q}\n", sums[crate]),
				} {
					if got, err := os.ReadFile(filepath.Join(vendor, crate, file)); err != nil || string(got) != want {
						t.Errorf("%s of %s: %q, %v, want %q", file, crate, got, err, want)
					}
				}
			}
		})
	}
}

func writeFile(t *testing.T, file, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
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
	for _, file := range []string{"Cargo.toml", "README.md", "src/lib.rs", "sub/Cargo.toml"} {
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

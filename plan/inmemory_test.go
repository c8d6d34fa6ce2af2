package plan

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A step that writes its files itself writes the very bytes, stubs where cargo looks for
// crates, and what is started after that does not see them.
func TestStepWritesItsFiles(t *testing.T) {
	dir := t.TempDir()
	src, vendor := filepath.Join(dir, "src"), filepath.Join(dir, "vendor")
	makeDirs(t, src)
	files := map[string]string{
		"Cargo.toml":                            "[target.'cfg(windows)']\nname = \"50% $HOME `id` \\n\\t\"\n",
		"Cargo.lock":                            "no new line at the end",
		".cargo/config.toml":                    "\n\n# 'quoted' \\'\n",
		"src/lib.rs":                            "",
		"a dir/with $(signs)/é.rs":              "ü\n",
		stubsDir + "/far-1.0.0/Cargo.toml":      "[package]\n",
		stubsDir + "/far-1.0.0/src/lib.rs":      "",
		stubsDir + "/far-1.0.0+m/.cargo-x.json": `{"files":{}}`,
	}
	s := &Step{InMemory: true, Script: "env\n"}
	for name, data := range files {
		s.Files = append(s.Files, File{Path: name, Data: []byte(data)})
	}
	script, env := s.Exec()
	if len(env) != 1 || strings.Contains(script, "Cargo.toml") {
		t.Errorf("the files are in the script, which BuildKit shows when a step fails:\n%s", script)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-euc", script)
	cmd.Dir = src
	cmd.Env = append(os.Environ(), env[0].Name+"="+strings.ReplaceAll(env[0].Value, VendorDir, vendor))
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "Cargo.lock") {
		t.Errorf("%v, or what is started later sees the files: %s", err, out)
	}
	for name, data := range files {
		at := filepath.Join(src, name)
		if stub, ok := strings.CutPrefix(name, stubsDir+"/"); ok {
			at = filepath.Join(vendor, stub)
		}
		if got, err := os.ReadFile(at); string(got) != data || err != nil {
			t.Errorf("%s is %q, %v, want %q", name, got, err, data)
		}
	}
}

// What Linux would not take as a variable comes as files.
func TestManyFilesAreNoVariable(t *testing.T) {
	for _, tt := range []struct {
		bytes int
		want  bool
	}{{mostInMemory / 2, true}, {mostInMemory + 1, false}} {
		files := []File{{Path: "Cargo.lock", Data: []byte(strings.Repeat("x", tt.bytes))}}
		if got := fitsInMemory(files); got != tt.want {
			t.Errorf("%d bytes in memory: %t", tt.bytes, got)
		}
		cmd := exec.CommandContext(t.Context(), "sh", "-c", ":")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s", filesVariable, writing(files)))
		if err := cmd.Run(); tt.want && err != nil {
			t.Errorf("%d bytes: %v", tt.bytes, err)
		}
	}
}

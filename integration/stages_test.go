package integration

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/buildkit/client"
)

// What --target names beside binaries is a folder that -o writes.
func TestStages(t *testing.T) {
	tests := []struct {
		stage    string
		compiles bool
		file     string
		check    func(t *testing.T, file string, data []byte)
	}{
		{"binaries", true, "hello", func(t *testing.T, file string, _ []byte) {
			out, err := output(func() *exec.Cmd { return exec.Command(file) })
			if err != nil || !strings.HasPrefix(out, "Hello, world!") {
				t.Errorf("the program says %q, %v", out, err)
			}
		}},
		{"sbom", true, "sbom.spdx.json", func(t *testing.T, _ string, data []byte) {
			if !strings.Contains(string(data), "pkg:cargo/itoa@") {
				t.Errorf("the SBOM does not know itoa: %.300s", data)
			}
		}},
		{"plan", false, "plan.json", func(t *testing.T, _ string, data []byte) {
			var plan struct{ Layers []struct{ Packages []string } }
			if err := json.Unmarshal(data, &plan); err != nil || len(plan.Layers) != 2 {
				t.Errorf("the plan has layers %v, %v", plan.Layers, err)
			}
		}},
		{"llb", false, "llb.json", func(t *testing.T, _ string, data []byte) {
			var graph struct{ Def map[string]any }
			if err := json.Unmarshal(data, &graph); err != nil || len(graph.Def) < 5 {
				t.Errorf("the graph has %d vertices, %v", len(graph.Def), err)
			}
		}},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		for _, tt := range tests {
			t.Run(tt.stage, func(t *testing.T) {
				out := t.TempDir()
				p := copyProject(t, exampleHello)
				p.add("src/main.rs", "// "+t.Name()+"\n")
				res := b.build(t, build{dir: p.dir, attrs: target(tt.stage), args: map[string]string{"layers": "crate"},
					exports: []client.ExportEntry{{Type: "local", OutputDir: out}}})
				found := tree(t, out)
				if len(found) != 1 {
					t.Errorf("the folder has %v", found)
				}
				if !tt.compiles {
					res.mustNotRun("deps", "source")
				}
				file := filepath.Join(out, tt.file)
				data, err := os.ReadFile(file)
				check(t, err)
				tt.check(t, file, data)
			})
		}
	})
}

// A binary of that name is meant before the stage.
func TestStageNamedLikeABinary(t *testing.T) {
	b := newBed(t, inProcess)
	p := newProject(t, `
-- Cargo.toml --
[package]
name = "plan"
version = "1.0.0"
-- Cargo.lock --
version = 4

[[package]]
name = "plan"
version = "1.0.0"
-- src/main.rs --
fn main() {
    println!("a plan");
}
`)
	if got := b.build(t, build{dir: p.dir, attrs: target("plan")}).run("plan"); got != "a plan\n" {
		t.Errorf("the program says %q", got)
	}
}

package lint

import (
	"testing"
	"testing/fstest"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/planner"
	"github.com/org/rust-frontend/settings"
)

// No text of a manifest, .gitignore or configuration makes a rule panic, and
// every finding is at a line that there is.
func FuzzCheck(f *testing.F) {
	const head = "[package]\nname = \"app\"\nversion = \"1.0.0\"\n"
	f.Add(head+"[package.metadata.rust-frontend]\nimage.volumes = [\"/a\"]\nimage.entrypoint = [\"\"]\n", "*\n!\n/\n[\n", "[build]\nrustflags = [1, \"\"]\n", "x y =")
	f.Add("# a\n# syntax=x\n"+head+"[profile.release]\nstrip = {}\ndebug = []\nopt-level = 0.0\n", "**/", "[target.x]\nrustflags = 1\n[env]\nA = 1\n", "")
	f.Fuzz(func(t *testing.T, manifest, ignore, config, cmdline string) {
		files := fstest.MapFS{
			"Cargo.toml":         {Data: []byte(manifest)},
			"Cargo.lock":         {Data: []byte("version = 4\n[[package]]\nname = \"app\"\nversion = \"1.0.0\"\n")},
			".cargo/config.toml": {Data: []byte(config)},
			".gitignore":         {Data: []byte(ignore)},
			"src/main.rs":        {},
		}
		ws, err := cargo.Load(files)
		if err != nil {
			return
		}
		in := &Subject{Workspace: ws, Gitignore: []byte(ignore), Entry: settings.Entry{Name: "Cargo.toml", Data: []byte(manifest), Cmdline: cmdline}}
		if in.Settings, in.Warnings, err = settings.Load(ws, settings.Source{}); err != nil {
			return
		}
		selected, err := planner.Select(ws, in.Settings, "")
		if err != nil {
			return
		}
		if in.Plan, err = selected.Unasked(planner.Facts{}); err != nil {
			return
		}
		in.Used = selected.Used(in.Plan.Triple)
		for _, finding := range Check(in, Config{Experimental: []string{All}}) {
			if finding.File != "" && files[finding.File] == nil || finding.Detail == "" {
				t.Errorf("%+v", finding)
			}
		}
	})
}

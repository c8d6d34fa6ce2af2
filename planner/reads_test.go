package planner

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// tied is a project whose only crate needs another one on some other platform,
// which needs a third.
func tied() fstest.MapFS {
	const locked = "[[package]]\nname = \"NAME\"\nversion = \"1.0.0\"\n" +
		"source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"SUM\"\n"
	lock := "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"1.0.0\"\ndependencies = [\n \"near\",\n]\n"
	for _, p := range []struct{ name, needs, sum string }{{"bottom", "", "b"}, {"far", "bottom", "f"}, {"near", "far", "a"}} {
		lock += "\n" + strings.NewReplacer("NAME", p.name, "SUM", strings.Repeat(p.sum, 64)).Replace(locked)
		if p.needs != "" {
			lock += "dependencies = [\n \"" + p.needs + "\",\n]\n"
		}
	}
	return fstest.MapFS{
		"Cargo.toml":  {Data: []byte("[package]\nname = \"app\"\nversion = \"1.0.0\"\n[dependencies]\nnear = \"1\"\n")},
		"Cargo.lock":  {Data: []byte(lock)},
		"src/main.rs": {},
	}
}

// What a layer does not compile and cargo wants to resolve is a stub, below
// which there is nothing.
func TestStubsEndTheClosure(t *testing.T) {
	const metadata = `{"version": 1, "packages": [
		{"id": "registry+https://github.com/rust-lang/crates.io-index#far@1.0.0", "features": {"deep": [], "default": ["deep"]}}
	]}`
	tests := []struct {
		reason, metadata string
		crates           []string
		stub             bool
	}{
		{"cargo says what features the package has", metadata, []string{"near-1.0.0"}, true},
		{"cargo says nothing", `{"version": 1}`, []string{"bottom-1.0.0", "far-1.0.0", "near-1.0.0"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			in := amd64()
			var err error
			if in.Units, err = answers.ParseUnitGraph(unitsOf(t, "app tree bin target > 1", "near 1.0.0 lib target")); err != nil {
				t.Fatal(err)
			}
			if in.Metadata, err = answers.ParseMetadata([]byte(tt.metadata)); err != nil {
				t.Fatal(err)
			}
			l := newPlan(t, tied(), newSettings(func(s *settings.Settings) { s.Layers = settings.EachCrate }), in).Layers[0]
			if !slices.Equal(l.Crates, tt.crates) {
				t.Errorf("cargo reads %q, want %q", l.Crates, tt.crates)
			}
			files := map[string]string{}
			for _, f := range l.Files {
				files[f.Path] = string(f.Data)
			}
			stub, there := files[plan.StubsDir+"/far-1.0.0/Cargo.toml"]
			if there != tt.stub || there && !strings.Contains(stub, "version = '1.0.0'") {
				t.Errorf("the stub is %q", stub)
			}
			for _, feature := range []string{"default", "deep"} {
				if there && !strings.Contains(stub, feature+" = []") {
					t.Errorf("the stub has no feature %s: %s", feature, stub)
				}
			}
			if strings.Contains(files["Cargo.lock"], "bottom") == there {
				t.Errorf("what lies below a stub is locked: %s", files["Cargo.lock"])
			}
			if strings.Contains(string(l.Document()), `"`+plan.VendorDir+`/far-1.0.0/Cargo.toml"`) != there {
				t.Errorf("the step puts the stub in place: %t", !there)
			}
		})
	}
}

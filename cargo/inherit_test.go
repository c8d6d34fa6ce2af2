package cargo

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pelletier/go-toml/v2"

	"github.com/org/rust-frontend/cargo/document"
)

const inheriting = `-- Cargo.toml --
[workspace]
members = ["crates/app"]
[workspace.package]
version = "1.2.3"
authors = ["me"]
readme = "README.md"
license-file = "legal/LICENSE"
publish = false
edition = "2021"
[workspace.dependencies]
plain = "1"
full = { version = "2", features = ["a"], default_features = false, package = "other" }
local = { path = "crates/local", version = "0.1" }
repo = { git = "https://git.example.com/r", branch = "main" }
[workspace.lints.rust]
unsafe_code = "forbid"
-- crates/app/Cargo.toml --
[package]
name = "app"
version.workspace = true
authors.workspace = true
readme.workspace = true
license-file.workspace = true
publish.workspace = true
edition = { workspace = true }
workspace = "../.."
[package.metadata.x]
workspace = "kept"
[dependencies]
plain.workspace = true
full = { workspace = true, features = ["b"], default-features = true, optional = true }
local.workspace = true
own = { path = "../local", package = "local" }
[target.'cfg(unix)'.build-dependencies]
repo.workspace = true
[dev_dependencies]
plain = { workspace = true, features = ["c"] }
[lints]
workspace = true
-- crates/app/src/main.rs --
-- crates/local/Cargo.toml --
[package]
name = "local"
version = "0.1.0"
-- crates/local/src/lib.rs --
`

func TestResolved(t *testing.T) {
	ws, err := Load(archive(inheriting))
	if err != nil {
		t.Fatal(err)
	}
	app := ws.Packages[0]
	const want = `
[package]
name = "app"
version = "1.2.3"
authors = ["me"]
readme = "../../README.md"
license-file = "../../legal/LICENSE"
publish = false
edition = "2021"
[package.metadata.x]
workspace = "kept"
[dependencies]
plain = { version = "1" }
full = { version = "2", features = ["a", "b"], default-features = true, package = "other", optional = true }
local = { path = "../local", version = "0.1" }
own = { path = "../local", package = "local" }
[target.'cfg(unix)'.build-dependencies]
repo = { git = "https://git.example.com/r", branch = "main" }
[dev-dependencies]
plain = { version = "1", features = ["c"] }
[lints.rust]
unsafe_code = "forbid"
`
	var doc map[string]any
	if err := toml.Unmarshal([]byte(want), &doc); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(doc, app.Resolved()); diff != "" {
		t.Error(diff)
	}
	app.Resolved()["package"].(map[string]any)["name"] = "changed"
	app.Resolved()["dependencies"].(map[string]any)["full"].(map[string]any)["features"].([]any)[0] = "changed"
	if diff := cmp.Diff(doc, app.Resolved()); diff != "" {
		t.Errorf("Resolved is no copy of the caller's own: %s", diff)
	}
}

func TestDependencies(t *testing.T) {
	ws, err := Load(archive(inheriting))
	if err != nil {
		t.Fatal(err)
	}
	want := []Dependency{
		{Key: "full", Package: "other", Kind: Normal, Requirement: "2", Optional: true, DefaultFeatures: true, Features: []string{"a", "b"}, Position: document.Position{Line: 14}},
		{Key: "local", Package: "local", Kind: Normal, Requirement: "0.1", Path: "crates/local", DefaultFeatures: true, Position: document.Position{Line: 15}},
		{Key: "own", Package: "local", Kind: Normal, Path: "crates/local", DefaultFeatures: true, Position: document.Position{Line: 16}},
		{Key: "plain", Package: "plain", Kind: Normal, Requirement: "1", DefaultFeatures: true, Position: document.Position{Line: 13}},
		{Key: "repo", Package: "repo", Kind: Build, Target: "cfg(unix)", Git: "https://git.example.com/r", Branch: "main", DefaultFeatures: true, Position: document.Position{Line: 18}},
		{Key: "plain", Package: "plain", Kind: Dev, Requirement: "1", DefaultFeatures: true, Features: []string{"c"}, Position: document.Position{Line: 20}},
	}
	got := ws.Packages[0].Dependencies
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(document.Position{}, "File", "Column")); diff != "" {
		t.Error(diff)
	}
	for _, d := range got {
		if d.Position.File != "crates/app/Cargo.toml" || d.Position.Column != 1 {
			t.Errorf("%s is at %+v", d.Key, d.Position)
		}
	}
}

func TestPatches(t *testing.T) {
	ws, err := Load(archive(pkg("", "a", `
[patch.crates-io]
log = { path = "log" }
serde = { git = "https://git.example.com/serde", rev = "abc" }
[patch."https://git.example.com/x"]
y = { version = "1", registry = "own" }
[replace]
"old:1.0.0" = { path = "old" }
"https://git.example.com/z#z@2.0.0" = { git = "https://git.example.com/zz" }`) + pkg("log", "log", "") + pkg("old", "old", "")))
	if err != nil {
		t.Fatal(err)
	}
	want := []Patch{
		{Source: "crates-io", Dependency: Dependency{Key: "log", Package: "log", Kind: Normal, Path: "log", DefaultFeatures: true}},
		{Source: "crates-io", Dependency: Dependency{Key: "serde", Package: "serde", Kind: Normal, Git: "https://git.example.com/serde", Rev: "abc", DefaultFeatures: true}},
		{Source: "https://git.example.com/x", Dependency: Dependency{Key: "y", Package: "y", Kind: Normal, Requirement: "1", Registry: "own", DefaultFeatures: true}},
		{Replace: "https://git.example.com/z#z@2.0.0", Dependency: Dependency{Key: "z", Package: "z", Kind: Normal, Git: "https://git.example.com/zz", DefaultFeatures: true}},
		{Replace: "old:1.0.0", Dependency: Dependency{Key: "old", Package: "old", Kind: Normal, Path: "old", DefaultFeatures: true}},
	}
	if diff := cmp.Diff(want, ws.Patches, cmpopts.IgnoreTypes(document.Position{})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("member . a 0.1.0 2021 -\nother log log 0.1.0 2021 -\nother old old 0.1.0 2021 -\n", summaries(ws.Packages)); diff != "" {
		t.Error(diff)
	}
}

// The configuration wins over the manifest, as with cargo.
func TestPatchesOfTheConfiguration(t *testing.T) {
	m, err := document.Parse("Cargo.toml", []byte("[patch.crates-io]\na = { path = \"a\" }\nb = { path = \"b\" }\n"))
	if err != nil {
		t.Fatal(err)
	}
	config := &Config{Files: []string{".cargo/config.toml"}, Doc: map[string]any{"patch": map[string]any{
		"crates-io": map[string]any{"b": map[string]any{"path": "c"}},
	}}}
	got, err := readPatches(m, config)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, p := range got {
		paths = append(paths, p.Position.File+" "+p.Path)
	}
	if diff := cmp.Diff([]string{"Cargo.toml a", ".cargo/config.toml c"}, paths); diff != "" {
		t.Error(diff)
	}
}

package planner

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/settings"
)

// FindUsed follows the features of the tree as cargo does, for the program on
// Linux alone.
func TestUsed(t *testing.T) {
	const project = `
-- Cargo.toml --
[workspace]
members = ["app", "lib", "macros", "other"]
resolver = "2"
-- app/Cargo.toml --
[package]
name = "app"
version = "1.0.0"
[features]
default = ["fast"]
fast = ["lib/par", "log?/std"]
db = ["dep:sql", "sql/pg"]
loud = ["log"]
all = ["fast", "db"]
[dependencies]
lib = { path = "../lib" }
macros = { path = "../macros" }
log = { version = "1", optional = true, default-features = false }
sql = { version = "1", optional = true, default-features = false }
[target.'cfg(unix)'.dependencies]
nix = "1"
[target.'cfg(windows)'.dependencies]
winapi = "1"
[dev-dependencies]
tester = "1"
[build-dependencies]
cc = "1"
-- app/src/main.rs --
-- lib/Cargo.toml --
[package]
name = "lib"
version = "1.0.0"
[features]
par = ["rayon"]
[dependencies]
rayon = { version = "1", optional = true, features = ["web"] }
-- lib/src/lib.rs --
-- macros/Cargo.toml --
[package]
name = "macros"
version = "1.0.0"
[lib]
proc-macro = true
[dependencies]
syn = "1"
-- macros/src/lib.rs --
-- other/Cargo.toml --
[package]
name = "other"
version = "1.0.0"
[dependencies]
sql = "1"
-- other/src/main.rs --
-- Cargo.lock --
version = 4
`
	var lock strings.Builder
	registry := []string{"cc", "log", "nix", "rayon", "sql", "syn", "tester", "winapi"}
	for _, name := range registry {
		lock.WriteString("\n[[package]]\nname = \"" + name + "\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"" +
			strings.Repeat("0", 64) + "\"\n")
	}
	for name, deps := range map[string]string{
		"app": `"cc", "lib", "log", "macros", "nix", "sql", "tester", "winapi"`, "lib": `"rayon"`, "macros": `"syn"`, "other": `"sql"`,
	} {
		lock.WriteString("\n[[package]]\nname = \"" + name + "\"\nversion = \"1.0.0\"\ndependencies = [" + deps + "]\n")
	}
	tests := []struct {
		reason string
		args   map[string]string
		want   string // of each dependency its features
	}{
		{"default features, through a package of the tree", nil, "nix(default) rayon(default,web)"},
		{"no default features", map[string]string{"default-features": "false"}, "nix(default)"},
		{"an optional dependency with a feature", map[string]string{"features": "db"}, "nix(default) rayon(default,web) sql(pg)"},
		{"the implicit feature of a dependency, and a weak one of it", map[string]string{"features": "loud"}, "log(std) nix(default) rayon(default,web)"},
		{"a feature of a dependency on the command line", map[string]string{"features": "log/kv", "default-features": "false"}, "log(kv) nix(default)"},
		{"all features", map[string]string{"all-features": "true"}, "log(std) nix(default) rayon(default,web) sql(pg)"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			ws := load(t, archive(project+lock.String()))
			tt.args = maps.Clone(tt.args)
			if tt.args == nil {
				tt.args = map[string]string{}
			}
			tt.args["package"] = "app"
			s, _, err := settings.Load(ws, settings.Source{BuildArgs: tt.args})
			if err != nil {
				t.Fatal(err)
			}
			selected, err := Select(ws, s, "")
			if err != nil {
				t.Fatal(err)
			}
			u := selected.Used("x86_64-unknown-linux-musl")
			var got []string
			for _, d := range u.Direct {
				got = append(got, d.Dependency.Key+"("+strings.Join(slices.Sorted(maps.Keys(d.Features)), ",")+")")
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("dependencies (-want +got):\n%s", diff)
			}
			if !u.Possible["winapi"] || u.Possible["tester"] || len(u.Tree) != 3 {
				t.Errorf("possible %v, tree %d", u.Possible, len(u.Tree))
			}
		})
	}
}

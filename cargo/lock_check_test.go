package cargo

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

// locked is a workspace with a lock file that is up to date: registry, git and
// path dependencies, a patch by path, a package that is no member.
const locked = `
-- Cargo.toml --
[workspace]
members = ["app", "lib"]
exclude = ["extra", "vendor"]
resolver = "2"
[workspace.dependencies]
serde = "1.0.100"
[patch.crates-io]
unicode-ident = { path = "vendor/unicode-ident" }
-- .cargo/config.toml --
[registries]
corp.index = "sparse+https://example.com/index/"
-- app/Cargo.toml --
[package]
name = "app"
version = "0.1.0"
[dependencies]
lib = { path = "../lib", version = "0.2" }
serde = { workspace = true }
syn1 = { package = "syn", version = "1" }
syn = "2"
winapi = { version = "0.3", optional = true }
tool = { git = "https://example.com/org/tool", branch = "main" }
inner = { version = "1", registry = "corp" }
[build-dependencies]
cc = "1"
[dev-dependencies]
app = { path = "." }
itoa = "1"
-- app/src/main.rs --
-- app/src/lib.rs --
-- lib/Cargo.toml --
[package]
name = "lib"
version = "0.2.0"
[dependencies]
extra = { path = "../extra", default-features = false }
-- lib/src/lib.rs --
-- extra/Cargo.toml --
[package]
name = "extra"
version = "0.3.0"
[dependencies]
serde = "1"
rayon = { version = "1", optional = true }
[dev-dependencies]
criterion = "0.5"
-- extra/src/lib.rs --
-- vendor/unicode-ident/Cargo.toml --
[package]
name = "unicode-ident"
version = "1.0.99"
[dependencies]
hook = { path = "../hook" }
-- vendor/unicode-ident/src/lib.rs --
-- vendor/hook/Cargo.toml --
[package]
name = "hook"
version = "0.1.0"
-- vendor/hook/src/lib.rs --
-- Cargo.lock --
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "app",
 "cc",
 "inner",
 "itoa",
 "lib",
 "serde",
 "syn 1.0.109",
 "syn 2.0.119",
 "tool",
 "winapi",
]

[[package]]
name = "cc"
version = "1.2.0"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "extra"
version = "0.3.0"
dependencies = [
 "serde",
]

[[package]]
name = "hook"
version = "0.1.0"

[[package]]
name = "inner"
version = "1.4.0"
source = "sparse+https://example.com/index/"

[[package]]
name = "itoa"
version = "1.0.19"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "lib"
version = "0.2.0"
dependencies = [
 "extra",
]

[[package]]
name = "serde"
version = "1.0.200"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "syn"
version = "1.0.109"
source = "registry+https://github.com/rust-lang/crates.io-index"
dependencies = [
 "unicode-ident",
]

[[package]]
name = "syn"
version = "2.0.119"
source = "registry+https://github.com/rust-lang/crates.io-index"
dependencies = [
 "unicode-ident",
]

[[package]]
name = "tool"
version = "0.1.0"
source = "git+https://example.com/org/tool.git?branch=main#2ca2dd9157dfd76c7edbf35347a79d808c8660a3"

[[package]]
name = "unicode-ident"
version = "1.0.99"
dependencies = [
 "hook",
]

[[package]]
name = "winapi"
version = "0.3.9"
source = "registry+https://github.com/rust-lang/crates.io-index"
`

// edited replaces text of a project: pairs of old and new.
func edited(t *testing.T, project string, pairs ...string) fstest.MapFS {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(project, pairs[i]) {
			t.Fatalf("the project does not contain %q", pairs[i])
		}
		project = strings.Replace(project, pairs[i], pairs[i+1], 1)
	}
	return archive(project)
}

func loadEdited(t *testing.T, project string, pairs ...string) *Workspace {
	t.Helper()
	ws, err := Load(edited(t, project, pairs...))
	if err != nil {
		t.Fatal(err)
	}
	return ws
}

func TestCheckLockAccepts(t *testing.T) {
	const git = "git+https://example.com/org/tool.git?branch=main"
	for _, c := range []struct {
		reason string
		edit   []string
	}{
		{"a lock file that is up to date", nil},
		{"a requirement that the locked version still fulfils", []string{`serde = "1.0.100"`, `serde = ">=1.0.50, <2"`}},
		{"a package that is locked and not needed any more", []string{"itoa = \"1\"\n", ""}},
		{"an optional dependency of a package that is no member", []string{`criterion = "0.5"`, `criterion = "0.6"`}},
		{"the URL of a repository in another form", []string{"org/tool\"", "org/tool.git/\""}},
		{"a patch of another version than the locked one, which stays unused",
			[]string{"unicode-ident = {", "itoa = { path = \"vendor/itoa\" }\nunicode-ident = {", "-- Cargo.lock --\n",
				"-- vendor/itoa/Cargo.toml --\n[package]\nname = \"itoa\"\nversion = \"1.0.50\"\n-- vendor/itoa/src/lib.rs --\n-- Cargo.lock --\n"}},
		{"the sparse index of crates.io", []string{`cc = "1"`, `cc = { version = "1", registry-index = "sparse+https://index.` + cratesIO + `/" }`}},
		{"no branch is master up to format 2", []string{"version = 4\n", "", git, strings.Replace(git, "main", "master", 1), `, branch = "main"`, ""}},
		{"a path dependency without a version", []string{`path = "../lib", version = "0.2"`, `path = "../lib"`}},
	} {
		if err := loadEdited(t, locked, c.edit...).CheckLock(); err != nil {
			t.Errorf("%s: %v", c.reason, err)
		}
	}
}

func TestCheckLockErrors(t *testing.T) {
	for _, c := range []struct {
		reason string
		edit   []string
		want   string
	}{
		{"a new version of a member", []string{"name = \"lib\"\nversion = \"0.2.0\"", "name = \"lib\"\nversion = \"0.2.1\""},
			"lib/Cargo.toml:3: it has lib 0.2.0, but this is version 0.2.1; run `cargo update --workspace`"},
		{"a new version of a package that is no member", []string{"name = \"extra\"\nversion = \"0.3.0\"", "name = \"extra\"\nversion = \"0.3.1\""},
			"extra/Cargo.toml:3: it has extra 0.3.0, but this is version 0.3.1"},
		{"a new version of a patch", []string{"name = \"unicode-ident\"\nversion = \"1.0.99\"", "name = \"unicode-ident\"\nversion = \"1.0.98\""},
			"vendor/unicode-ident/Cargo.toml:3: it has unicode-ident 1.0.99, but this is version 1.0.98"},
		{"a renamed member", []string{"name = \"app\"", "name = \"app2\"", "app = { path = \".\" }", "app2 = { path = \".\" }"},
			"app/Cargo.toml:2: it has no app2 0.1.0"},
		{"a requirement that the locked version does not fulfil", []string{`cc = "1"`, `cc = "1.3"`},
			`app/Cargo.toml:13: it has no cc matching "1.3" (it has 1.2.0); run`},
		{"an inherited requirement", []string{`serde = "1.0.100"`, `serde = "1.1"`},
			`app/Cargo.toml:6: it has no serde matching "1.1" (it has 1.0.200)`},
		{"both versions are named", []string{`syn = "2"`, `syn = "3"`}, `it has no syn matching "3" (it has 1.0.109, 2.0.119)`},
		{"a new dependency", []string{`cc = "1"`, "cc = \"1\"\ncmake = \"1\""}, "app/Cargo.toml:14: it has no cmake;"},
		{"a new dependency on what others depend on", []string{`path = "../extra", default-features = false }`, "path = \"../extra\" }\nserde = \"1\""},
			"lib/Cargo.toml:6: in it lib does not depend on serde"},
		{"a new dev-dependency", []string{`itoa = "1"`, "itoa = \"1\"\nryu = \"1\""}, "app/Cargo.toml:17: it has no ryu"},
		{"another branch", []string{`branch = "main"`, `branch = "next"`},
			"app/Cargo.toml:10: it has no tool from https://example.com/org/tool (branch next) (it has 0.1.0 from https://example.com/org/tool.git (branch main))"},
		{"git instead of a registry", []string{`cc = "1"`, `cc = { git = "https://example.com/cc" }`},
			"app/Cargo.toml:13: it has no cc from https://example.com/cc (it has 1.2.0 from crates.io)"},
		{"another registry", []string{`cc = "1"`, `cc = { version = "1", registry = "corp" }`},
			"app/Cargo.toml:13: it has no cc from https://example.com/index/ (it has 1.2.0 from crates.io)"},
		{"a path instead of a registry", []string{`cc = "1"`, `unicode-ident = { path = "../vendor/unicode-ident" }`},
			"app/Cargo.toml:13: in it app does not depend on unicode-ident"},
		{"a registry instead of a path", []string{`lib = { path = "../lib", version = "0.2" }`, `lib = "0.2"`},
			"app/Cargo.toml:5: it has no lib from crates.io (it has 0.2.0 from the context)"},
		{"a registry that is not configured", []string{`registry = "corp"`, `registry = "copr"`},
			`app/Cargo.toml:11: the registry "copr", which has no index in [registries] of the project's .cargo/config.toml; there are: crates-io, corp`},
		{"no requirement", []string{`cc = "1"`, `cc = "new"`}, `app/Cargo.toml:13: the dependency cc: "new" is not a version requirement`},
		{"a path to a package of another version", []string{`version = "0.2" }`, `version = "0.3" }`},
			`app/Cargo.toml:5: the package lib in lib has version 0.2.0, which does not match "0.3"`},
		{"a patch that the lock file does not have", []string{"unicode-ident = {", "itoa = { path = \"vendor/itoa\" }\nunicode-ident = {", "-- Cargo.lock --\n",
			"-- vendor/itoa/Cargo.toml --\n[package]\nname = \"itoa\"\nversion = \"1.0.19\"\n-- vendor/itoa/src/lib.rs --\n-- Cargo.lock --\n"},
			"Cargo.toml:8: made without this patch of itoa"},
		{"a patch by git that the lock file does not have", []string{"unicode-ident = {", "itoa = { git = \"https://example.com/itoa\" }\nunicode-ident = {"},
			"Cargo.toml:8: made without this patch of itoa"},
		{"a patch that is gone", []string{`unicode-ident = { path = "vendor/unicode-ident" }`, ""},
			"Cargo.lock:31: no Cargo.toml of the context is that of hook 0.1.0"},
		{"a replacement that the lock file does not have", []string{"[patch.crates-io]", "[replace]\n\"itoa:1.0.19\" = { git = \"https://example.com/itoa\" }\n[patch.crates-io]"},
			"Cargo.toml:8: made without this patch of itoa"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			err := loadEdited(t, locked, c.edit...).CheckLock()
			if want := c.want; !strings.Contains(want, ".toml:") && !strings.Contains(want, ".lock:") {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Fatalf("got  %v\nwant %s", err, want)
				}
				return
			}
			wantError(t, err, c.want)
		})
	}
}

func TestCheckLockWithoutLock(t *testing.T) {
	files := archive(locked)
	delete(files, "Cargo.lock")
	ws, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	err = ws.CheckLock()
	wantError(t, err, "Cargo.toml: there is no Cargo.lock beside Cargo.toml: run `cargo generate-lockfile`")
	if !errors.Is(err, ErrNoLock) {
		t.Error("the error is not ErrNoLock")
	}
	if _, err := ws.Resolve(); !errors.Is(err, ErrNoLock) {
		t.Errorf("Resolve: %v", err)
	}
}

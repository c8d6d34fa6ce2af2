package integration

import (
	"archive/tar"
	"bytes"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// gitLibrary is a repository: a workspace with inheritance, whose packages depend on
// each other. One of them reads a file of the submodule one/data, the other one has
// sources and reads files beside its folder, into which its build script writes.
const gitLibrary = `
-- Cargo.toml --
[workspace]
members = ["one", "two"]

[workspace.package]
version = "3.1.0"
edition = "2021"

[workspace.dependencies]
two = { path = "two" }
-- one/Cargo.toml --
[package]
name = "one"
version.workspace = true
edition.workspace = true

[dependencies]
two.workspace = true
-- one/src/lib.rs --
// @{salt}
pub fn one() -> String {
    format!("one {} with {} and {}", env!("CARGO_PKG_VERSION"), two::two(), include_str!("../data/text.txt").trim())
}
-- two/Cargo.toml --
[package]
name = "two"
version.workspace = true
edition.workspace = true

[lib]
path = "../sources/two.rs"
-- two/build.rs --
fn main() {
    std::fs::write("written.txt", "a build script").unwrap();
    println!("cargo:rustc-env=WRITTEN={}", std::fs::read_to_string("written.txt").unwrap());
}
-- sources/two.rs --
pub fn two() -> &'static str {
    concat!("two of ", include_str!("../docs/note.md"), " and ", env!("WRITTEN"))
}
-- docs/note.md --
a note`

// gitUser is a project that depends on it.
const gitUser = `
-- Cargo.toml --
[package]
name = "user"
version = "0.1.0"
edition = "2021"

[dependencies]
one = { git = "@{url}", branch = "main" }

[profile.release]
opt-level = 0
-- src/main.rs --
fn main() {
    println!("{}", one::one());
}
-- Cargo.lock --
version = 4

[[package]]
name = "one"
version = "3.1.0"
source = "git+@{url}?branch=main#@{commit}"
dependencies = [
 "two",
]

[[package]]
name = "two"
version = "3.1.0"
source = "git+@{url}?branch=main#@{commit}"

[[package]]
name = "user"
version = "0.1.0"
dependencies = [
 "one",
]
`

// A git dependency is built at its locked commit: a package inside a
// repository's workspace, with inheritance from it, a sister by path, and a
// submodule.
func TestGitDependency(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		s := newGitServer(t)
		data, _ := s.repo("data", newProject(t, "-- text.txt --\na submodule\n").dir, nil)
		url, commit := s.repo("library", newProject(t, gitLibrary).dir, map[string]string{"one/data": data})
		values := map[string]string{"url": url, "commit": commit}
		p := newProject(t, gitUser, values)
		for _, layers := range []string{"1", "crate"} {
			res := b.build(t, build{dir: p.dir, args: map[string]string{"layers": layers}})
			res.nothingTwice()
			if got := res.run("user"); got != "one 3.1.0 with two of a note\n and a build script and a submodule\n" {
				t.Errorf("layers=%s: the program says %q", layers, got)
			}
		}
		t.Run("no such commit", func(t *testing.T) {
			p.replace("Cargo.lock", commit, strings.Repeat("0", 39)+"1")
			res := b.fail(t, build{dir: p.dir})
			mustShow(t, res.mustSay(url), "Cargo.lock", `name = "one"`)
		})
	})
}

// A crate of the registry that [patch] takes from a git repository has a step
// like any other, and so has what stands on it.
func TestPatchByGit(t *testing.T) {
	fork := func(says string) string {
		return "-- Cargo.toml --\n[package]\nname = \"leaf\"\nversion = \"1.0.9\"\nedition = \"2021\"\n" +
			"-- src/lib.rs --\n// @{salt}\npub fn taste() -> &'static str {\n    \"" + says + "\"\n}\n"
	}
	text := strings.NewReplacer(
		`leaf = { path = "forks/leaf" }`, `leaf = { git = "@{url}" }`,
		"version = \"1.0.9\"\n\n", "version = \"1.0.9\"\nsource = \"git+@{url}#@{commit}\"\n\n",
	).Replace(patched[:strings.Index(patched, "-- forks/leaf/Cargo.toml")] + patched[strings.Index(patched, "-- Cargo.lock --"):])
	eachDriver(t, func(t *testing.T, b *bed) {
		s, r := newGitServer(t), newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		values := maps.Clone(r.values)
		values["url"], values["commit"] = s.repo("fork", newProject(t, fork("forked")).dir, nil)
		p := newProject(t, text, values)
		var images []string
		for _, layers := range []string{"1", "crate"} {
			res := b.build(t, build{dir: p.dir, args: map[string]string{"layers": layers}})
			res.nothingTwice()
			if got := res.run("eater"); got != "mid over forked\n" {
				t.Errorf("layers=%s: the program says %q", layers, got)
			}
			images = append(images, res.digest)
			if got, want := res.compiled(), []string{"leaf 1.0.9", "mid 1.0.0"}; layers == "crate" && !slices.Equal(got, want) {
				t.Errorf("the steps compile %q, want %q", got, want)
			}
		}
		if images[0] != images[1] {
			t.Errorf("the image is %s, that of one step %s", images[1], images[0])
		}
		p.add("src/main.rs", "// edited\n")
		res := b.build(t, build{dir: p.dir, args: map[string]string{"layers": "crate"}})
		res.nothingTwice()
		res.mustNotRun("deps")
	})
}

// The context can be a git repository or an archive at a URL.
func TestRemoteContext(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "workspace"), r.values)
		archive := tarOf(t, p.dir)
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(archive)
		}))
		t.Cleanup(web.Close)
		s := newGitServer(t)
		url, _ := s.repo("project", p.dir, nil)
		for _, tt := range []struct{ reason, url string }{
			{"git", url + "#main"},
			{"tar", web.URL + "/project.tar"},
		} {
			t.Run(tt.reason, func(t *testing.T) {
				attrs := target("app")
				attrs["context"], attrs["filename"] = tt.url, "Cargo.toml"
				res := b.build(t, build{attrs: attrs})
				if got := res.run("app"); !strings.HasPrefix(got, "app 1.2.3 42 ") {
					t.Errorf("the program says %q", got)
				}
			})
		}
	})
}

// tarOf packs a directory.
func tarOf(t *testing.T, dir string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	p := &project{t: t, dir: dir}
	for name, mode := range tree(t, dir) {
		if !mode.IsRegular() {
			continue
		}
		data := p.read(name)
		check(t, w.WriteHeader(&tar.Header{Name: strings.TrimPrefix(filepath.ToSlash(name), "/"), Mode: 0o644, Size: int64(len(data))}))
		_, err := w.Write([]byte(data))
		check(t, err)
	}
	check(t, w.Close())
	return out.Bytes()
}

package integration

import (
	"bytes"
	"crypto/rand"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Only what the chosen binaries need travels to the daemon, besides the manifests of the
// workspace and the files that its targets start from.
func TestContextTransfer(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "workspace"), r.values)
		junk := make([]byte, 1<<20)
		_, _ = rand.Read(junk)
		for _, name := range []string{
			"target/release/app", "crates/app/target/junk", ".git/objects/pack/junk", "crates/app/.git/junk",
			"ignored/junk", "crates/unrelated/junk", "docs/junk",
		} {
			p.write(name, string(junk))
		}
		p.write(".dockerignore", "ignored\n**/*.secret\n")
		p.write("crates/app/key.secret", string(junk))
		rec := newRecorder(t, p.dir)
		b.build(t, build{fs: rec, attrs: target("app")})
		want := []string{
			".cargo/config.toml", ".dockerignore", "Cargo.lock", "Cargo.toml",
			"crates/app/Cargo.toml", "crates/app/src/bin/tool.rs", "crates/app/src/main.rs",
			"crates/app/src/words.rs", "crates/app/words.txt",
			"crates/base/Cargo.toml", "crates/base/data/generated.txt",
			"crates/base/scripts/generate.rs", "crates/base/src/lib.rs",
			"crates/cli/Cargo.toml",
			"crates/macros/Cargo.toml", "crates/macros/src/lib.rs",
			"crates/outside/Cargo.toml", "crates/outside/src/lib.rs",
			"crates/unrelated/Cargo.toml", "crates/unrelated/src/main.rs",
		}
		got := slices.DeleteFunc(rec.read(), func(name string) bool { return name == "Cargo.toml.dockerignore" })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("files that were read (-want +got):\n%s", diff)
		}
		if rec.bytes > 64<<10 {
			t.Errorf("%d bytes were read", rec.bytes)
		}
	})
}

// A file that was ignored cannot be compiled in; the ignore file of the entry
// file wins over .dockerignore.
func TestIgnoreFiles(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "workspace"), r.values)
		p.write(".dockerignore", "crates/app/words.txt\n")
		res := b.fail(t, build{dir: p.dir, attrs: target("app")})
		if !bytes.Contains([]byte(res.output()), []byte("words.txt")) {
			t.Errorf("the compiler should miss words.txt:\n%s", res.log())
		}
		p.write("Cargo.toml.dockerignore", "docs\n")
		b.build(t, build{dir: p.dir, attrs: target("app")})
	})
}

// A setting can name files outside the packages that the build reads.
func TestInputs(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "workspace"), r.values)
		p.replace("crates/app/src/words.rs", "../words.txt", "../../../shared/words.txt")
		p.write("shared/words.txt", "shared words\n")
		req := build{dir: p.dir, attrs: target("app"), args: map[string]string{"inputs": "shared"}}
		if got := b.build(t, req).run("app"); !bytes.HasSuffix([]byte(got), []byte("shared words\n")) {
			t.Errorf("the program says %q", got)
		}
	})
}

// -f with a member's manifest selects that member.
func TestMemberManifest(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "workspace"), r.values)
		res := b.build(t, build{dir: p.dir, entry: p.path("crates/cli"), attrs: map[string]string{"filename": "Cargo.toml"}})
		if got := binaries(t, res); !slices.Equal(got, []string{"first"}) {
			t.Errorf("the image holds %v", got)
		}
	})
}

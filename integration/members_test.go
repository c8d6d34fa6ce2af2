package integration

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
)

const membersSay = "app generated leaf 1.0.0 sour outside. generated leaf 1.0.0 sour outside! generated leaf 1.0.0 sour outside! mid of many words many words"

// An edit of a member compiles that member, what stands on it, and nothing
// else; the program is the one that one layer makes.
func TestMembersRebuild(t *testing.T) {
	tests := []struct {
		reason string
		change func(*project)
		want   []string // compiled beside the program's package
		still  bool     // the program's package is not compiled either
		says   string
	}{
		{reason: "nothing", change: func(*project) {}, still: true, says: membersSay},
		{reason: "the program's package", says: strings.Replace(membersSay, "app", "application", 1),
			change: func(p *project) { p.replace("crates/app/src/main.rs", `"app`, `"application`) }},
		{reason: "a member in the middle", want: []string{"mid"}, says: strings.Replace(membersSay, "mid of", "middle of", 1),
			change: func(p *project) { p.replace("crates/mid/src/lib.rs", "mid of", "middle of") }},
		{reason: "a leaf", want: []string{"mid", "words"}, says: strings.ReplaceAll(membersSay, "many words", "MANY WORDS"),
			change: func(p *project) {
				p.replace("crates/words/src/lib.rs", "pub fn words() -> &'static str {\n    include_str!(\"../../../shared/words.txt\").trim()", "pub fn words() -> String {\n    include_str!(\"../../../shared/words.txt\").trim().to_uppercase()")
			}},
		{reason: "a file that a member's inputs name", want: []string{"mid", "words"}, says: strings.ReplaceAll(membersSay, "many", "few"),
			change: func(p *project) { p.replace("shared/words.txt", "many", "few") }},
		{reason: "a file that no inputs name", still: true, says: membersSay,
			change: func(p *project) { p.write("shared/not-read.txt", "changed") }},
		{reason: "a member on both sides", want: []string{"base", "macros", "mid"}, says: strings.ReplaceAll(membersSay, "generated", "made"),
			change: func(p *project) { p.replace("crates/base/data/generated.txt", "generated", "made") }},
		{reason: "a path dependency that is no member", want: []string{"base", "macros", "mid", "outside"}, says: strings.ReplaceAll(membersSay, "outside", "beside"),
			change: func(p *project) { p.replace("crates/outside/src/lib.rs", `"outside"`, `"beside"`) }},
		{reason: "the manifest of a member", want: []string{"mid"}, says: membersSay,
			change: func(p *project) {
				p.replace("crates/mid/Cargo.toml", "[dependencies]", "[features]\nunused = []\n[dependencies]")
			}},
		{reason: "a member of another program", still: true, says: membersSay,
			change: func(p *project) { p.replace("crates/other/src/main.rs", "other {}", "another {}") }},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		base := newProject(t, testdata(t, "members"), r.values)
		args := map[string]string{"layers": "crate"}
		first := b.build(t, build{dir: base.dir, args: args, attrs: target("app")})
		first.nothingTwice()
		if got, want := first.members(), []string{"base", "macros", "mid", "outside", "words"}; !slices.Equal(got, want) {
			t.Fatalf("the first build compiles %q, want %q", got, want)
		}
		for _, tt := range tests {
			t.Run(tt.reason, func(t *testing.T) {
				p := copyProject(t, base.dir)
				tt.change(p)
				res := b.build(t, build{dir: p.dir, args: args, attrs: target("app")})
				res.nothingTwice()
				if got := res.members(); !slices.Equal(got, tt.want) {
					t.Errorf("compiles %q, want %q\n%s", got, tt.want, res.log())
				}
				if tt.still {
					res.mustNotRun("source")
				}
				if got := strings.TrimSpace(res.run("app")); got != tt.says {
					t.Errorf("the program says %q, want %q", got, tt.says)
				}
				one := b.build(t, build{dir: p.dir, args: map[string]string{"layers": "1"}, attrs: target("app")})
				if !bytes.Equal(one.binary("app"), res.binary("app")) {
					t.Error("the binary differs from that of one step")
				}
			})
		}
	})
}

// members lists the packages of the tree whose step was executed, sorted.
func (r *result) members() []string {
	found := map[string]bool{}
	for _, v := range r.vertices {
		if name, ok := strings.CutPrefix(v.name, "[source] compile "); ok && v.ran() {
			if name, _, ok = strings.Cut(name, " "); ok {
				found[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// Another program of the workspace takes the members' steps of the first.
func TestMembersAreShared(t *testing.T) {
	b := newBed(t, gateway)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	p := newProject(t, testdata(t, "members"), r.values)
	args := map[string]string{"layers": "crate"}
	b.build(t, build{dir: p.dir, args: args, attrs: target("app")})
	res := b.build(t, build{dir: p.dir, args: args, attrs: target("other")})
	res.nothingTwice()
	if got := res.members(); len(got) > 0 {
		t.Errorf("the second program compiles %q", got)
	}
	if got := res.run("other"); got != "other many words\n" {
		t.Errorf("the program says %q", got)
	}
}

// A daemon that starts from an imported cache compiles what was edited and what
// stands on it.
func TestMembersImport(t *testing.T) {
	b, second := newBed(t, gateway), newDaemon(t, gateway)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	p := newProject(t, testdata(t, "members"), r.values)
	args := map[string]string{"layers": "crate"}
	from := b.cacheOf(t, build{dir: p.dir, args: args, attrs: target("app")})
	p.replace("crates/mid/src/lib.rs", "mid of", "middle of")
	res := second.build(t, build{dir: p.dir, args: args, attrs: target("app"), cacheFrom: from})
	res.nothingTwice()
	if got := res.members(); !slices.Equal(got, []string{"mid"}) {
		t.Errorf("compiles %q, want mid alone\n%s", got, res.log())
	}
	if got := res.compiled(); len(got) > 0 {
		t.Errorf("compiles %q", got)
	}
	if got := strings.TrimSpace(res.run("app")); got != strings.Replace(membersSay, "mid of", "middle of", 1) {
		t.Errorf("the program says %q", got)
	}
}

// A step of a member does not have the whole tree. What its build script
// watches there is compared later, and a file that is read without a word of
// it in `inputs` is there at a second try, or an error says why it is not.
func TestMembersReadOtherFiles(t *testing.T) { eachDriver(t, membersReadOtherFiles) }

func membersReadOtherFiles(t *testing.T, b *bed) {
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	args := map[string]string{"layers": "crate"}
	for _, watched := range []string{"../app/version.txt", ".."} {
		t.Run("watched "+watched, func(t *testing.T) {
			p := newProject(t, testdata(t, "members"), r.values)
			p.replace("crates/base/build.rs", "rerun-if-changed=data", "rerun-if-changed="+watched)
			p.write("crates/app/version.txt", "42\n")
			want := strings.ReplaceAll(membersSay, "outside", "outside42")
			res := b.build(t, build{dir: p.dir, args: args, attrs: target("app")})
			if got := strings.TrimSpace(res.run("app")); got != want {
				t.Errorf("the program says %q, want %q", got, want)
			}
			if first := string(res.warnings[0].Short); !strings.HasPrefix(first, "base also reads crates/app/version.txt") {
				t.Errorf("the first warning is %q", first)
			}
		})
	}
	t.Run("named", func(t *testing.T) {
		p := newProject(t, testdata(t, "members"), r.values)
		p.replace("crates/base/build.rs", "rerun-if-changed=data", "rerun-if-changed=../app/version.txt")
		p.write("crates/app/version.txt", "42\n")
		p.replace("Cargo.toml", "[profile.release]", "[workspace.metadata.rust-frontend]\ninputs = [\"crates/app/version.txt\"]\n[profile.release]")
		res := b.build(t, build{dir: p.dir, args: args, attrs: target("app")})
		res.nothingTwice()
		if got, want := strings.TrimSpace(res.run("app")), strings.ReplaceAll(membersSay, "outside", "outside42"); got != want {
			t.Errorf("the program says %q, want %q", got, want)
		}
	})
	t.Run("in another package", func(t *testing.T) {
		p := newProject(t, testdata(t, "members"), r.values)
		p.replace("crates/mid/src/lib.rs", "mid of", "mid and \", include_str!(\"../../app/note.txt\"), \" of")
		p.replace("crates/mid/src/lib.rs", "format!(\"", "format!(concat!(\"")
		p.replace("crates/mid/src/lib.rs", "{}\", words", "{}\"), words")
		p.write("crates/app/note.txt", "a note")
		res := b.build(t, build{dir: p.dir, args: args, attrs: target("app")})
		if got, want := strings.TrimSpace(res.run("app")), strings.Replace(membersSay, "mid of", "mid and a note of", 1); got != want {
			t.Errorf("the program says %q, want %q", got, want)
		}
		res.mustWarn("mid also reads crates/app/note.txt")
	})
	t.Run("missing", func(t *testing.T) {
		p := newProject(t, testdata(t, "members"), r.values)
		p.replace("crates/words/Cargo.toml", "inputs = [\"shared/words.txt\"]", "")
		res := b.build(t, build{dir: p.dir, args: args, attrs: target("app")})
		res.mustWarn("words also reads shared/words.txt")
		p.write(".dockerignore", "shared")
		res = b.fail(t, build{dir: p.dir, args: args, attrs: target("app")})
		if !strings.Contains(res.log(), "what is missing above is not in the build context, or an ignore file excludes it") {
			t.Errorf("nothing says why the file is missing:\n%s", res.log())
		}
	})
}

const rootMember = `
-- Cargo.toml --
[package]
name = "core-of-it"
version = "0.1.0"
edition = "2021"

[workspace]
members = ["app", "below"]

[dependencies]
below = { path = "below" }
-- Cargo.lock --
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "core-of-it",
]

[[package]]
name = "below"
version = "0.1.0"

[[package]]
name = "core-of-it"
version = "0.1.0"
dependencies = [
 "below",
]
-- src/lib.rs --
// @{salt}
pub fn name() -> String {
    format!("{}{}", include_str!("../name.txt").trim(), below::mark())
}
-- name.txt --
root
-- below/Cargo.toml --
[package]
name = "below"
version = "0.1.0"
edition = "2021"
-- below/src/lib.rs --
pub fn mark() -> char {
    '!'
}
-- app/Cargo.toml --
[package]
name = "app"
version = "0.1.0"
edition = "2021"

[dependencies]
core-of-it = { path = ".." }
-- app/src/main.rs --
fn main() {
    println!("app of {}", core_of_it::name());
}
`

// The root's own package can be a member that others need. Its directory holds
// those of the others, which do not count as its files.
func TestMembersOfTheRoot(t *testing.T) {
	b := newBed(t, gateway)
	p := newProject(t, rootMember)
	args := map[string]string{"layers": "crate", "package": "app"}
	first := b.build(t, build{dir: p.dir, args: args})
	first.nothingTwice()
	if got := first.run("app"); got != "app of root!\n" {
		t.Errorf("the program says %q", got)
	}
	p.replace("app/src/main.rs", "app of", "program of")
	res := b.build(t, build{dir: p.dir, args: args})
	res.nothingTwice()
	if got := res.members(); len(got) > 0 {
		t.Errorf("compiles %q", got)
	}
	p.replace("name.txt", "root", "stem")
	res = b.build(t, build{dir: p.dir, args: args})
	res.nothingTwice()
	if got := res.members(); !slices.Equal(got, []string{"core-of-it"}) {
		t.Errorf("compiles %q", got)
	}
	if got := res.run("app"); got != "program of stem!\n" {
		t.Errorf("the program says %q", got)
	}
}

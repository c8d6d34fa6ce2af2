package planner

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/plan"
)

// listing is a context, as paths with the paths that they stand for when links are followed.
type listing map[string][]string

func (l listing) There(path string) []string { return l[path] }

func (l listing) Names(dir string) map[string]fs.FileMode {
	out := map[string]fs.FileMode{}
	for file := range l {
		if dir != "." {
			inside, ok := strings.CutPrefix(file, dir+"/")
			if !ok {
				continue
			}
			file = inside
		}
		name, _, below := strings.Cut(file, "/")
		if below {
			out[name] = fs.ModeDir
		} else {
			out[name] |= 0
		}
	}
	return out
}

// What a step missed and the context has is what it also reads, and nothing else.
func TestReads(t *testing.T) {
	context := listing{
		"VERSION":                 {"VERSION"},
		"libs/a":                  {"libs", "real/a"},
		"libs/a/src/lib.rs":       {"libs", "real/a/src/lib.rs"},
		"app/README.md":           {"app/README.md", "README.md"},
		"migrations/1.sql":        {"migrations/1.sql"},
		"migrations":              {"migrations"},
		"app/link":                {"app/link", "migrations"},
		"other":                   {"other"},
		"migrations/2.sql":        {"migrations/2.sql"},
		"app/Cargo.toml":          {"app/Cargo.toml"},
		"rust-toolchain.toml":     {"rust-toolchain.toml"},
		".cargo/config.toml":      {".cargo/config.toml"},
		"other/.cargo/config":     {"other/.cargo/config"},
		"other/nested/Cargo.toml": {"other/nested/Cargo.toml"},
	}
	p := &plan.Plan{LockFile: "Cargo.lock", Packages: []plan.Package{{Dir: "app"}, {Dir: "libs/a"}}, Layers: []plan.Layer{{Tree: true, Member: "runs", Runs: true}, {Tree: true, Member: "still"}},
		Deps: &plan.Step{Task: plan.Task{Lookups: &plan.LookupsTask{}}}}
	tests := []struct {
		reason, dir string
		lookups     plan.Lookups
		want        plan.Found
	}{
		{reason: "nothing"},
		{reason: "a file", lookups: plan.Lookups{Missed: []string{"VERSION", "nowhere"}}, want: plan.Found{Files: []string{"VERSION"}}},
		{reason: "a link and what it leads to", lookups: plan.Lookups{Missed: []string{"app/README.md"}},
			want: plan.Found{Files: []string{"README.md", "app/README.md"}}},
		{reason: "a package whose directory is behind a link", lookups: plan.Lookups{Missed: []string{"libs/a/src/lib.rs", "libs/a/none"}},
			want: plan.Found{Files: []string{"libs", "real/a"}}},
		{reason: "the manifest of a stub behind a link", lookups: plan.Lookups{Planned: []string{"libs/a/Cargo.toml"}},
			want: plan.Found{Files: []string{"libs", "real/a"}}},
		{reason: "a name in a directory", lookups: plan.Lookups{Listed: map[string][]string{"migrations": {"1.sql"}, "none": nil}},
			want: plan.Found{Names: []string{"migrations/2.sql"}}},
		{reason: "names of directories, and files, in the context's root", lookups: plan.Lookups{Listed: map[string][]string{"": {"app", ".cargo"}}},
			want: plan.Found{Names: []string{"VERSION", "libs/", "migrations/", "other/"}}},
		{reason: "a directory that was there for its name", lookups: plan.Lookups{Listed: map[string][]string{"other": nil}},
			want: plan.Found{Files: []string{"other"}}},
		{reason: "a directory through a link", lookups: plan.Lookups{Listed: map[string][]string{"app/link": {"2.sql"}}},
			want: plan.Found{Names: []string{"migrations/1.sql"}}},
		{reason: "what no step can have", lookups: plan.Lookups{Missed: []string{"rust-toolchain.toml", ".cargo/config.toml"}}},
		{reason: "the manifest of a package that is not in the step", lookups: plan.Lookups{Missed: []string{"app/Cargo.toml"}},
			want: plan.Found{Originals: []string{"app/Cargo.toml"}}},
		{reason: "manifests and configurations that are no part of the build", lookups: plan.Lookups{Missed: []string{"other/.cargo/config", "other/nested/Cargo.toml"}},
			want: plan.Found{Files: []string{"other/.cargo/config", "other/nested/Cargo.toml"}}},
		{reason: "a file that the plan writes anew", lookups: plan.Lookups{Planned: []string{"app/Cargo.toml", ".cargo/none.toml"}},
			want: plan.Found{Originals: []string{"app/Cargo.toml"}}},
		{reason: "unseen, of code that runs", dir: "runs", lookups: plan.Lookups{Unseen: true}, want: plan.Found{Files: []string{plan.WholeContext}}},
		{reason: "unseen, where no code runs", dir: "still", lookups: plan.Lookups{Unseen: true}},
		{reason: "unseen, and it has failed", dir: "still", lookups: plan.Lookups{Unseen: true, Failed: true}, want: plan.Found{Files: []string{plan.WholeContext}}},
		{reason: "unseen in the dependencies step, where no code runs", dir: plan.DepsStep, lookups: plan.Lookups{Unseen: true}},
		{reason: "unseen in the source step", dir: plan.SourceStep, lookups: plan.Lookups{Unseen: true}, want: plan.Found{Files: []string{plan.WholeContext}}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Reads(p, tt.dir, tt.lookups, context)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A directory that is known has all that lies below it, and the whole context everything.
func TestWithoutKnown(t *testing.T) {
	found := plan.Found{Files: []string{"a/b", "ab", "c"}, Originals: []string{"x", "y"}}
	got := found.Without(plan.Found{Files: []string{"a", "c"}, Originals: []string{"y"}})
	if diff := cmp.Diff(plan.Found{Files: []string{"ab"}, Originals: []string{"x"}}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := found.Without(plan.Found{Files: []string{plan.WholeContext}}); len(got.Files) > 0 {
		t.Errorf("the whole context lacks %q", got.Files)
	}
}

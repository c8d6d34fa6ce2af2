package integration

import (
	"slices"
	"strings"
	"testing"
)

const everyBase = "generated leaf 1.0.0 sour outside\n"

// Any choice of a workspace's binaries can be in an image, and each is what
// its own sources say.
func TestWorkspace(t *testing.T) {
	app := "app 1.2.3 42 " + everyBase + "many words\n"
	tests := []struct {
		reason string
		target string
		args   map[string]string
		want   map[string]string // output by binary
		entry  string
	}{
		{reason: "--target names a binary", target: "app", want: map[string]string{"app": app}},
		{reason: "--target names a binary of src/bin", target: "tool", want: map[string]string{"tool": "tool " + everyBase}},
		{reason: "--target names a package with default-run", target: "cli", want: map[string]string{"first": "first " + everyBase}},
		{reason: "package with default-run", args: map[string]string{"package": "cli"}, want: map[string]string{"first": "first " + everyBase}},
		{reason: "binaries of one package", args: map[string]string{"bins": "second,first"},
			want: map[string]string{"first": "first " + everyBase, "second": "second " + everyBase}, entry: "second"},
		{reason: "binaries of two packages", args: map[string]string{"bins": "app,first"},
			want: map[string]string{"app": app, "first": "first " + everyBase}, entry: "app"},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "workspace"), r.values)
		for _, tt := range tests {
			t.Run(tt.reason, func(t *testing.T) {
				res := b.build(t, build{dir: p.dir, args: tt.args, attrs: target(tt.target)})
				for bin, want := range tt.want {
					if got := res.run(bin); got != want {
						t.Errorf("%s says %q, want %q", bin, got, want)
					}
				}
				bins := binaries(t, res)
				if len(bins) != len(tt.want) {
					t.Errorf("the image holds %v", bins)
				}
				if tt.entry == "" {
					tt.entry = bins[0]
				}
				if got := readImage(t, res.layout).config.Config.Entrypoint; !slices.Equal(got, []string{"/usr/local/bin/" + tt.entry}) {
					t.Errorf("entrypoint %v", got)
				}
			})
		}
	})
}

// Several binaries and no choice is an error that lists them and says how to
// choose.
func TestWorkspaceChoice(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl", testdata(t, "crates"))
		p := newProject(t, testdata(t, "workspace"), r.values)
		p.replace("crates/cli/Cargo.toml", "default-run = \"first\"\n", "")
		res := b.fail(t, build{dir: p.dir})
		sources := res.mustSay("app (app)", "first (cli)", "--target NAME", "bins")
		if len(sources) == 0 || sources[0].Info.Filename != "Cargo.toml" {
			t.Errorf("the error shows %v", sources)
		}
	})
}

// target is the option of --target.
func target(name string) map[string]string {
	if name == "" {
		return nil
	}
	return map[string]string{"target": name}
}

// binaries lists the programs of an image.
func binaries(t *testing.T, res *result) []string {
	t.Helper()
	var out []string
	for name := range tree(t, res.files()) {
		if bin, ok := strings.CutPrefix(name, "/usr/local/bin/"); ok {
			out = append(out, bin)
		}
	}
	slices.Sort(out)
	return out
}

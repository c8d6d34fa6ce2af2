package integration

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rustaudit "github.com/rust-secure-code/go-rustaudit"
)

// audited reads the list in a binary, a line for each package with what it needs.
func audited(t *testing.T, binary []byte) []string {
	t.Helper()
	info, err := rustaudit.GetDependencyInfo(bytes.NewReader(binary))
	check(t, err)
	name := func(p rustaudit.Package) string { return p.Name + " " + p.Version }
	var out []string
	for _, p := range info.Packages {
		line := fmt.Sprintf("%s %s %s", name(p), p.Source, p.Kind)
		if p.Root {
			line += " root"
		}
		for _, i := range p.Dependencies {
			line += "; " + name(info.Packages[i])
		}
		out = append(out, line)
	}
	return out
}

// The binary holds the list of what is compiled into it, in the form that other
// tools read, whatever the number of steps, stripped or not; otherwise it is the
// same.
func TestAuditable(t *testing.T) {
	want := []string{
		"app 0.1.0 local runtime root; leaf 1.0.0; leaf 2.0.0; maker 1.0.0; scripted 1.0.0; shared 1.0.0; shout 1.0.0",
		"leaf 1.0.0 crates.io runtime",
		"leaf 2.0.0 crates.io runtime",
		"maker 1.0.0 crates.io build; leaf 1.0.0",
		"mid 1.0.0 crates.io runtime; leaf 1.0.0",
		"scripted 1.0.0 crates.io runtime",
		"shared 1.0.0 crates.io runtime; mid 1.0.0",
		"shout 1.0.0 crates.io build",
	}
	tests := []struct {
		reason string
		args   map[string]string
	}{
		{"the default", nil},
		{"one layer", map[string]string{"layers": "1"}},
		{"debug information apart", map[string]string{"debug-info": "true"}},
		{"not stripped", map[string]string{"strip": "none"}},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "layers"), r.values)
		for _, tt := range tests {
			t.Run(tt.reason, func(t *testing.T) {
				without := b.build(t, build{dir: p.dir, args: tt.args})
				args := map[string]string{"auditable": "true"}
				maps.Copy(args, tt.args)
				res := b.build(t, build{dir: p.dir, args: args})
				res.mustNotRun("deps")
				if diff := cmp.Diff(want, audited(t, res.binary("app"))); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if got := res.run("app"); got != without.run("app") {
					t.Errorf("the program says %q", got)
				}
				one, two := readELF(t, without.binary("app")), readELF(t, res.binary("app"))
				if one.Section(".dep-v0") != nil {
					t.Error("there is a list without the setting")
				}
				for _, s := range one.Sections {
					if s.Name == "" || s.Name == ".shstrtab" || s.Name == ".bss" || s.Name == ".tbss" {
						continue
					}
					x, err := s.Data()
					check(t, err)
					y, err := two.Section(s.Name).Data()
					check(t, err)
					if !slices.Equal(x, y) {
						t.Errorf("the section %s is another one", s.Name)
					}
				}
			})
		}
	})
}

// Each binary has the list of its own package.
func TestAuditableBinaries(t *testing.T) {
	b := newBed(t, gateway)
	res := b.build(t, build{dir: "../examples/workspace", args: map[string]string{"auditable": "true"}})
	for bin, other := range map[string]string{"server": "worker", "worker": "server"} {
		list := strings.Join(audited(t, res.binary(bin)), "\n")
		if !strings.Contains(list, bin+" 0.1.0 local runtime root") || strings.Contains(list, other) {
			t.Errorf("the list of %s is %s", bin, list)
		}
	}
}

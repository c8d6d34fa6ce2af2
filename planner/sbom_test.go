package planner

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// show writes an SBOM, a line for each package.
func show(b *plan.SBOM) []string {
	var out []string
	name := func(m plan.Component) string {
		text := m.Name + " " + m.Version
		if m.Source.Raw != "" {
			text += " " + string(m.Source.Kind)
		}
		return text
	}
	for _, m := range b.Components {
		text := name(m)
		if m.Dir != "" {
			text += " in " + m.Dir
		}
		if m.Target {
			text += " target"
		}
		if m.Host {
			text += " host"
		}
		for _, bin := range m.Bins {
			text += " -> " + bin.Path
		}
		for _, n := range m.Dependencies {
			text += fmt.Sprintf("; %s %s", n.Scope, name(b.Components[n.Component]))
		}
		out = append(out, text)
	}
	return out
}

func TestSBOM(t *testing.T) {
	app := func(s *settings.Settings) { s.Package = "app" }
	const locks = "registry+https://github.com/rust-lang/crates.io-index#"
	tests := []struct {
		reason, project string
		settings        *settings.Settings
		units           []string
		// rename turns the ids of unitsOf into others.
		rename []string
		want   []string
	}{
		{
			reason: "sides: on both, on the host for a build script, a procedural macro", project: "layers",
			units: []string{
				"app tree bin target > 1 3 4 6 8",
				"app tree run target > 2",
				"app tree build host > 7",
				"leaf 1.0.0 lib target default sweet",
				"shared 1.0.0 cdylib target > 5",
				"mid 1.0.0 lib target > 3",
				"scripted 1.0.0 lib target > 9",
				"maker 1.0.0 lib host > 10",
				"shout 1.0.0 proc-macro host > 10",
				"scripted 1.0.0 run target > 11",
				"leaf 1.0.0 lib host sour",
				"scripted 1.0.0 build host",
			},
			want: []string{
				"app 0.1.0 in . target -> /usr/local/bin/app; linked leaf 1.0.0 registry; build maker 1.0.0 registry; " +
					"linked scripted 1.0.0 registry; linked shared 1.0.0 registry; macro shout 1.0.0 registry",
				"leaf 1.0.0 registry target host",
				"maker 1.0.0 registry host; build leaf 1.0.0 registry",
				"mid 1.0.0 registry target; linked leaf 1.0.0 registry",
				"scripted 1.0.0 registry target",
				"shared 1.0.0 registry target; linked mid 1.0.0 registry",
				"shout 1.0.0 registry host; build leaf 1.0.0 registry",
			},
		},
		{
			reason: "members in directories of their own, under the version that they have", project: "virtual", settings: newSettings(app),
			units:  []string{"app tree bin target > 1", "lib tree lib target"},
			rename: []string{"path+file:///src#app@", "path+file:///src/crates/app#", "path+file:///src#lib@", "path+file:///src/crates/lib#"},
			want: []string{
				"app 0.4.0 in crates/app target -> /usr/local/bin/app; linked lib 0.4.0",
				"lib 0.4.0 in crates/lib target",
			},
		},
		{
			reason: "a registry and a repository with a package of one name and version", project: "git",
			units: []string{"withgit tree bin target > 1 2", "cfg-if 1.0.5 lib target", "fork 1.0.5 lib target > 3", "helper 0.3.0 lib target"},
			rename: []string{
				locks + "fork@", "git+https://git.example.com/team/fork?branch=main#cfg-if@",
				locks + "helper", "git+https://git.example.com/team/fork?branch=main#helper",
			},
			want: []string{
				"cfg-if 1.0.5 git in fork target; linked helper 0.3.0 git",
				"cfg-if 1.0.5 registry target",
				"helper 0.3.0 git in helper target",
				"withgit 0.1.0 in . target -> /usr/local/bin/withgit; linked cfg-if 1.0.5 git; linked cfg-if 1.0.5 registry",
			},
		},
		{
			reason: "no unit graph: all that is locked, without sides", project: "git",
			want: []string{
				"cfg-if 1.0.5 git in fork; linked helper 0.3.0 git",
				"cfg-if 1.0.5 registry",
				"helper 0.3.0 git in helper",
				"plain 2.0.0 git in .",
				"withgit 0.1.0 in . -> /usr/local/bin/withgit; linked cfg-if 1.0.5 git; linked cfg-if 1.0.5 registry; linked plain 2.0.0 git",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			s := tt.settings
			if s == nil {
				s = newSettings()
			}
			in := amd64()
			in.SBOM, in.Git = true, repositories(t)
			if tt.units != nil {
				in.Units = renamed(t, tt.units, tt.rename)
			}
			p := newPlan(t, project(t, tt.project), s, in)
			if diff := cmp.Diff(tt.want, show(p.SBOM)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if p.SBOM.Scoped != (tt.units != nil) {
				t.Errorf("sides: %t", p.SBOM.Scoped)
			}
			if len(p.Warnings) > 0 {
				t.Errorf("warnings %v", p.Warnings)
			}
		})
	}
}

// renamed is a unit graph with other package ids.
func renamed(t *testing.T, lines, names []string) *answers.UnitGraph {
	t.Helper()
	g, err := answers.ParseUnitGraph([]byte(strings.NewReplacer(names...).Replace(string(unitsOf(t, lines...)))))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// A unit graph that is not of this Cargo.lock costs the sides, not the build.
func TestSBOMOfAnotherGraph(t *testing.T) {
	for _, unit := range []string{"leaf 3.0.0 lib target", "other tree lib target"} {
		in := amd64()
		in.SBOM = true
		in.Units = renamed(t, []string{"app tree bin target > 1", unit}, []string{"path+file:///src#other@", "path+file:///src/other#"})
		p := newPlan(t, project(t, "layers"), newSettings(), in)
		if p.SBOM.Scoped || len(p.SBOM.Components) == 0 {
			t.Errorf("%s: sides %t, %d packages", unit, p.SBOM.Scoped, len(p.SBOM.Components))
		}
		if len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0].Msg, "not in Cargo.lock") {
			t.Errorf("%s: warnings %v", unit, p.Warnings)
		}
	}
}

// An SBOM asks cargo more and changes nothing of what is compiled, whatever
// the project; where there is no SBOM the plan has none.
func TestSBOMChangesNoStep(t *testing.T) {
	for _, name := range []string{"layers", "patch", "vendored", "git", "single"} {
		for _, layers := range []settings.Layers{1, settings.EachCrate} {
			s := newSettings(func(s *settings.Settings) { s.Layers = layers })
			in := amd64()
			in.Git = repositories(t)
			without := newPlan(t, project(t, name), s, in)
			in.SBOM = true
			with := newPlan(t, project(t, name), s, in)
			if without.SBOM != nil || with.SBOM == nil || with.Units == nil {
				t.Fatalf("%s: the SBOM is %v and %v", name, without.SBOM, with.SBOM)
			}
			if !slices.Contains(with.Units.Task.Questions, "metadata") {
				t.Errorf("%s: cargo is not asked for licences: %q", name, with.Units.Task.Questions)
			}
			with.Units, with.SBOM = without.Units, nil
			if diff := cmp.Diff(without, with); diff != "" {
				t.Errorf("%s: (-without +with)\n%s", name, diff)
			}
		}
	}
}

func TestSBOMDetails(t *testing.T) {
	in := amd64()
	in.SBOM = true
	in.Downloads = map[string]string{
		"sparse+https://crates.example.com/index/": "https://crates.example.com/dl/{crate}/{version}",
		"sparse+https://mirror.example.com/index/": "https://mirror.example.com/{crate}-{version}",
	}
	metadata, err := answers.ParseMetadata([]byte(`{"version": 1, "packages": [
		{"id": "registry+https://github.com/rust-lang/crates.io-index#cfg-if@1.0.5", "license": "MIT", "license_file": null},
		{"id": "internal 3.1.0 (sparse+https://crates.example.com/index/)", "license": null, "license_file": "TERMS"},
		{"id": "path+file:///src#private@0.0.0-skeleton", "license": "never read", "license_file": null}]}`))
	if err != nil {
		t.Fatal(err)
	}
	in.Metadata = metadata
	files := edit(t, project(t, "registry"), "Cargo.toml", "version = \"0.1.0\"\n", "version = \"0.1.0\"\nlicense = \"Zlib\"\n")
	var got []string
	for _, m := range newPlan(t, files, newSettings(), in).SBOM.Components {
		got = append(got, fmt.Sprintf("%s %q %q %.4s %s", m.Name, m.Text, m.File, m.Checksum, m.URL))
	}
	want := []string{
		`cfg-if "MIT" "" 4e76 https://mirror.example.com/cfg-if-1.0.5`,
		`internal "" "TERMS" aaaa https://crates.example.com/dl/internal/3.1.0`,
		`private "Zlib" ""  `,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestParseMetadataRefuses(t *testing.T) {
	for _, data := range []string{"", "[]", `{"version": 2}`, `{"version": 1, "packages": [{"id": "x"}]}`} {
		if l, err := answers.ParseMetadata([]byte(data)); err == nil {
			t.Errorf("%q is read as %v", data, l)
		}
	}
}

package integration

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/containerd/platforms"
	"github.com/google/go-cmp/cmp"
	gwclient "github.com/moby/buildkit/frontend/gateway/client"
)

// withSBOM are the options of a build with an SBOM.
func withSBOM(more ...string) map[string]string {
	attrs := map[string]string{"attest:sbom": ""}
	for i := 0; i < len(more); i += 2 {
		attrs[more[i]] = more[i+1]
	}
	return attrs
}

// The SBOM lists what cargo compiles, tells apart what is in the binary from
// what ran while it was compiled, and depends on nothing else.
func TestSBOM(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
		p := newProject(t, testdata(t, "layers"), r.values)
		res := b.build(t, build{dir: p.dir, attrs: withSBOM("build-arg:SOURCE_DATE_EPOCH", "1700000000")})
		doc := res.sbom()
		doc.mustBeValid(b, r)
		linked := []string{"app 0.1.0", "leaf 1.0.0", "leaf 2.0.0", "mid 1.0.0", "scripted 1.0.0", "shared 1.0.0"}
		if diff := cmp.Diff(linked, doc.linked()); diff != "" {
			t.Errorf("in the binary (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff([]string{"maker 1.0.0", "shout 1.0.0"}, doc.hostOnly()); diff != "" {
			t.Errorf("for the compilation alone (-want +got)\n%s", diff)
		}
		if n := len(doc.linked()) + len(doc.hostOnly()); n != len(doc.Packages) {
			t.Errorf("there are %d packages, but %d are either linked or a tool", len(doc.Packages), n)
		}
		app := doc.pkg("app 0.1.0").SPDXID
		for name, kind := range map[string]string{"shout 1.0.0": "BUILD_TOOL_OF", "maker 1.0.0": "BUILD_DEPENDENCY_OF"} {
			if got := doc.related(doc.pkg(name).SPDXID, kind); !slices.Equal(got, []string{app}) {
				t.Errorf("%s is %s %q, want the program", name, kind, got)
			}
		}
		leaf := doc.pkg("leaf 1.0.0")
		if want := []spdxChecksum{{"SHA256", r.values["leaf-1.0.0"]}}; !slices.Equal(leaf.Checksums, want) {
			t.Errorf("checksums %v, want %v", leaf.Checksums, want)
		}
		if leaf.DownloadLocation != r.url+"/dl/leaf/1.0.0" || leaf.ExternalRefs[0].Locator != "pkg:cargo/leaf@1.0.0" {
			t.Errorf("leaf is %+v", leaf)
		}
		sum := fmt.Sprintf("%x", sha256.Sum256(res.binary("app")))
		if len(doc.Files) != 1 || doc.Files[0].FileName != "./usr/local/bin/app" || !slices.Contains(doc.Files[0].Checksums, spdxChecksum{"SHA256", sum}) {
			t.Errorf("files %v, want the binary with the checksum %s", doc.Files, sum)
		}
		if doc.Creation.Created != "2023-11-14T22:13:20Z" {
			t.Errorf("created at %s, want SOURCE_DATE_EPOCH", doc.Creation.Created)
		}
		t.Run("layers", func(t *testing.T) {
			each := b.build(t, build{dir: p.dir, attrs: withSBOM("build-arg:SOURCE_DATE_EPOCH", "1700000000", "build-arg:layers", "crate")})
			each.nothingTwice()
			if diff := cmp.Diff(string(doc.text), string(each.sbom().text)); diff != "" {
				t.Errorf("one step for each crate has another document (-one +each)\n%s", diff)
			}
		})
		t.Run("platforms", func(t *testing.T) {
			multi := b.build(t, build{dir: p.dir, attrs: withSBOM("build-arg:SOURCE_DATE_EPOCH", "1700000000",
				"platform", platforms.Format(platforms.DefaultSpec()), "multi-platform", "true")})
			if diff := cmp.Diff(string(doc.text), string(multi.sbom().text)); diff != "" {
				t.Errorf("a platform that is named has another document\n%s", diff)
			}
		})
		t.Run("not asked for", func(t *testing.T) {
			without := b.build(t, build{dir: p.dir, attrs: map[string]string{"build-arg:SOURCE_DATE_EPOCH": "1700000000"}})
			list, image := without.attestations()
			_, same := res.attestations()
			if len(list) != 0 || image != same {
				t.Errorf("%d attestations of %s; with an SBOM the image is %s", len(list), image, same)
			}
			without.mustNotRun("deps", "source")
		})
		t.Run("a generator of the user's", func(t *testing.T) {
			b.fail(t, build{dir: p.dir, attrs: map[string]string{"attest:sbom": "generator=localhost:1/scanner"}}).mustSay("localhost:1/scanner")
		})
	})
}

// Sources of every kind are in the SBOM: [patch], vendored sources, which have
// one layer and a unit graph all the same, and another registry.
func TestSBOMSources(t *testing.T) {
	tests := []struct {
		reason, project, of string
		linked              []string
		purl, location      string
	}{
		{"vendored", vendored, "leaf 1.0.0", []string{"eater 0.1.0", "leaf 1.0.0"}, "pkg:cargo/leaf@1.0.0", ""},
		{"patched by path", patched, "leaf 1.0.9", []string{"eater 0.1.0", "leaf 1.0.9", "mid 1.0.0"},
			"pkg:cargo/leaf@1.0.9?download_url=file:%2F%2F.%2Fforks%2Fleaf", "NOASSERTION"},
		{"another registry", foreign, "leaf 1.0.0", []string{"eater 0.1.0", "leaf 1.0.0"},
			"pkg:cargo/leaf@1.0.0?repository_url=@{escaped}%2Findex%2F", "@{registry}/dl/leaf/1.0.0"},
	}
	b := newBed(t, gateway)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	r.values["escaped"] = strings.ReplaceAll(r.url, "/", "%2F")
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			p := newProject(t, tt.project, r.values)
			p.replace("Cargo.toml", "edition = \"2021\"\n", "edition = \"2021\"\nlicense = \"ISC\"\n")
			res := b.build(t, build{dir: p.dir, attrs: withSBOM()})
			res.nothingTwice()
			doc := res.sbom()
			doc.mustBeValid(b, r)
			if diff := cmp.Diff(tt.linked, doc.linked()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			got := doc.pkg(tt.of)
			if want := expand(tt.purl, r.values); got.ExternalRefs[0].Locator != want {
				t.Errorf("package URL %s, want %s", got.ExternalRefs[0].Locator, want)
			}
			if want := expand(tt.location, r.values); want != "" && got.DownloadLocation != want {
				t.Errorf("location %s, want %s", got.DownloadLocation, want)
			}
			if got := doc.pkg("eater 0.1.0").LicenseDeclared; got != "ISC" {
				t.Errorf("licence %q", got)
			}
		})
	}
}

// A toolchain whose cargo gives no unit graph has a longer list, and a warning
// says what that means.
func TestSBOMWithoutUnitGraph(t *testing.T) {
	b := newBed(t, inProcess)
	r := newRegistry(t, "/dl/{crate}/{version}", testdata(t, "crates"))
	p := newProject(t, testdata(t, "layers"), r.values)
	res := b.build(t, build{
		dir: p.dir, attrs: withSBOM(), args: map[string]string{"layers": "1"},
		wrap: func(c gwclient.Client) gwclient.Client { return noUnits{c} },
	})
	if len(res.warnings) != 1 || !strings.Contains(string(res.warnings[0].Short), "does not tell apart") {
		t.Errorf("warnings %v, want the one about the SBOM", res.warnings)
	}
	doc := res.sbom()
	doc.mustBeValid(b, r)
	if got := doc.all(); !slices.Contains(got, "maker 1.0.0") || !slices.Contains(got, "shout 1.0.0") || len(doc.hostOnly()) > 0 {
		t.Errorf("packages %q, as tools %q", got, doc.hostOnly())
	}
	if !strings.Contains(doc.Comment, "cannot be told apart") {
		t.Errorf("the document says %q", doc.Comment)
	}
}

// sorted joins lists.
func sorted(lists ...[]string) []string { return slices.Sorted(slices.Values(slices.Concat(lists...))) }

// The SBOM of a real project has the packages that `cargo tree` names, and
// their licences.
func TestSBOMReal(t *testing.T) {
	b := newBed(t, gateway)
	for _, p := range chosenProjects(t) {
		t.Run(p.name, func(t *testing.T) {
			dir := b.fetchReal(t, p)
			attrs := target(p.bin)
			attrs["attest:sbom"] = ""
			doc := b.build(t, build{dir: dir, attrs: attrs}).sbom()
			doc.mustBeValid(b)
			if diff := cmp.Diff(b.cargoTree(t, p, dir, "normal,no-proc-macro"), doc.linked()); diff != "" {
				t.Errorf("in the binary (-cargo tree +SBOM)\n%s", diff)
			}
			if diff := cmp.Diff(b.cargoTree(t, p, dir, "normal,build"), sorted(doc.all(), p.unused)); diff != "" {
				t.Errorf("all packages (-cargo tree +SBOM)\n%s", diff)
			}
			if n := len(doc.linked()) + len(doc.hostOnly()); n != len(doc.Packages) {
				t.Errorf("there are %d packages, but %d are either linked or a tool", len(doc.Packages), n)
			}
			for _, pkg := range doc.Packages {
				if pkg.LicenseDeclared == "NOASSERTION" {
					t.Errorf("%s %s has no licence", pkg.Name, pkg.VersionInfo)
				}
			}
			t.Logf("%d packages in the binary, %d for the compilation alone, %d bytes", len(doc.linked()), len(doc.hostOnly()), len(doc.text))
		})
	}
}

package integration

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A git dependency is in the SBOM with the commit that it was fetched at, as are
// the packages of its repository that come with it; so it is in the provenance.
func TestSBOMGit(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		s := newGitServer(t)
		data, _ := s.repo("data", newProject(t, "-- text.txt --\na submodule\n").dir, nil)
		library, commit := s.repo("library", newProject(t, gitLibrary).dir, map[string]string{"one/data": data})
		p := newProject(t, gitUser, map[string]string{"url": library, "commit": commit})
		res := b.build(t, build{dir: p.dir, attrs: withSBOM()})
		res.nothingTwice()
		doc := res.sbom()
		doc.mustBeValid(b, &registry{url: s.url})
		if diff := cmp.Diff([]string{"one 3.1.0", "two 3.1.0", "user 0.1.0"}, doc.linked()); diff != "" {
			t.Errorf("in the binary (-want +got)\n%s", diff)
		}
		location := "git+" + library + "@" + commit
		for _, name := range []string{"one", "two"} {
			pkg := doc.pkg(name + " 3.1.0")
			if want := location + "#" + name; pkg.DownloadLocation != want {
				t.Errorf("%s is from %s, want %s", name, pkg.DownloadLocation, want)
			}
			escaped := strings.ReplaceAll(url.QueryEscape(location), "%3A", ":") // package URLs leave colons
			if want := "pkg:cargo/" + name + "@3.1.0?vcs_url=" + escaped + "#" + name; pkg.ExternalRefs[0].Locator != want {
				t.Errorf("%s is %s, want %s", name, pkg.ExternalRefs[0].Locator, want)
			}
			if len(pkg.Checksums) > 0 {
				t.Errorf("%s has the checksums %v, and Cargo.lock none", name, pkg.Checksums)
			}
		}
		attested := b.build(t, build{dir: p.dir, attrs: withProvenance()}).provenance()
		if diff := cmp.Diff(map[string]string{library + "#" + commit: commit}, attested.materials(library)); diff != "" {
			t.Errorf("the repository (-want +got):\n%s", diff)
		}
	})
}

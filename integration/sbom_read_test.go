package integration

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// spdx is what the tests read of an SPDX document. The frontend writes it with
// a library; nothing of that is used here.
type spdx struct {
	t         *testing.T
	text      []byte // the predicate, as it is in the image
	Subjects  int    `json:"-"` // of the statement: one for each name of the image
	Namespace string `json:"documentNamespace"`
	Comment   string
	Creation  struct{ Created string } `json:"creationInfo"`
	Packages  []spdxPackage
	Files     []struct {
		FileName  string
		Checksums []spdxChecksum
	}
	Relationships []struct {
		From string `json:"spdxElementId"`
		To   string `json:"relatedSpdxElement"`
		Type string `json:"relationshipType"`
	}
}

type spdxChecksum struct {
	Algorithm string
	Value     string `json:"checksumValue"`
}

type spdxPackage struct {
	SPDXID, Name, VersionInfo, DownloadLocation, LicenseDeclared string
	Checksums                                                    []spdxChecksum
	ExternalRefs                                                 []struct {
		Type    string `json:"referenceType"`
		Locator string `json:"referenceLocator"`
	}
}

// statement is an in-toto statement.
type statement struct {
	PredicateType string
	Subject       []struct{ Digest map[string]string }
	Predicate     json.RawMessage
}

// sbom reads the only attestation of the image's layout, which must be an SPDX
// document about that image.
func (r *result) sbom() *spdx {
	r.t.Helper()
	list, about := r.attestations()
	if len(list) != 1 {
		r.t.Fatalf("the image has %d attestations, want one\n%s", len(list), r.log())
	}
	return r.readSBOM(list[0], about)
}

// readSBOM reads a statement that must be an SPDX document about an image.
func (r *result) readSBOM(s statement, about digest.Digest) *spdx {
	r.t.Helper()
	if got := s.PredicateType; got != "https://spdx.dev/Document" {
		r.t.Fatalf("the attestation is of type %q", got)
	}
	for _, subject := range s.Subject {
		if subject.Digest["sha256"] != about.Encoded() {
			r.t.Errorf("the attestation is about %v, the image is %s", subject.Digest, about)
		}
	}
	doc := &spdx{t: r.t, text: s.Predicate, Subjects: len(s.Subject)}
	check(r.t, json.Unmarshal(s.Predicate, doc))
	return doc
}

// attestations are the statements beside the image, and the image's digest.
func (r *result) attestations() ([]statement, digest.Digest) {
	r.t.Helper()
	img := &ociImage{dir: r.layout}
	index := readIndex(r.t, r.layout)
	for len(index.Manifests) == 1 && index.Manifests[0].MediaType == ocispecs.MediaTypeImageIndex {
		img.json(r.t, index.Manifests[0].Digest, &index)
	}
	var out []statement
	about := index.Manifests[0].Digest
	for _, desc := range index.Manifests[1:] {
		if desc.Annotations["vnd.docker.reference.type"] != "attestation-manifest" || desc.Annotations["vnd.docker.reference.digest"] != about.String() {
			continue
		}
		var manifest ocispecs.Manifest
		img.json(r.t, desc.Digest, &manifest)
		for _, layer := range manifest.Layers {
			var s statement
			img.json(r.t, layer.Digest, &s)
			out = append(out, s)
		}
	}
	return out, about
}

// mustBeValid has the document read and checked by a program that shares no
// code with the one that wrote it. That one takes no URL with an address for a
// host, so a registry of the test is given a name.
func (d *spdx) mustBeValid(b *bed, registries ...*registry) {
	d.t.Helper()
	file, text := filepath.Join(d.t.TempDir(), "sbom.spdx.json"), string(d.text)
	for _, r := range registries {
		text = strings.ReplaceAll(text, r.url, "https://registry.example.com")
	}
	check(d.t, os.WriteFile(file, []byte(text), 0o644))
	if out, err := exec.Command(b.spdxTools, "--infile", file).CombinedOutput(); err != nil {
		d.t.Errorf("%s finds the document invalid: %v\n%s", b.spdxTools, err, out)
	}
}

// names lists the packages that a filter wants, sorted.
func (d *spdx) names(want func(id string) bool) []string {
	out := []string{}
	for _, p := range d.Packages {
		if want(p.SPDXID) {
			out = append(out, p.Name+" "+p.VersionInfo)
		}
	}
	slices.Sort(out)
	return out
}

// all, linked and hostOnly are the packages as the document tells them apart:
// DEPENDS_ON leads to what is linked, and the rest has a relationship that says
// what it was for.
func (d *spdx) all() []string { return d.names(func(string) bool { return true }) }

func (d *spdx) linked() []string {
	seen := map[string]bool{}
	todo := d.related("SPDXRef-DOCUMENT", "DESCRIBES")
	for len(todo) > 0 {
		id := todo[0]
		todo = todo[1:]
		if !seen[id] {
			seen[id] = true
			todo = append(todo, d.related(id, "DEPENDS_ON")...)
		}
	}
	return d.names(func(id string) bool { return seen[id] })
}

func (d *spdx) hostOnly() []string {
	linked := d.linked()
	return slices.DeleteFunc(d.names(func(id string) bool {
		return len(d.related(id, "BUILD_TOOL_OF"))+len(d.related(id, "BUILD_DEPENDENCY_OF")) > 0
	}), func(name string) bool { return slices.Contains(linked, name) })
}

// related gives the other ends of a package's relationships of a type.
func (d *spdx) related(id, kind string) []string {
	var out []string
	for _, r := range d.Relationships {
		if r.From == id && r.Type == kind {
			out = append(out, r.To)
		}
	}
	return out
}

// pkg gives the package of a name.
func (d *spdx) pkg(name string) spdxPackage {
	d.t.Helper()
	for _, p := range d.Packages {
		if p.Name+" "+p.VersionInfo == name {
			return p
		}
	}
	d.t.Fatalf("there is no package %s in %s", name, strings.Join(d.all(), ", "))
	return spdxPackage{}
}

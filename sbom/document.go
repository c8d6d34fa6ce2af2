package sbom

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"

	"github.com/org/rust-frontend/plan"
)

// Build is what a document says beside the components.
type Build struct {
	Triple, Profile string
	// Created is the time of the document.
	Created time.Time
	// Binaries are the bytes of the binaries, by their path in the image.
	Binaries map[string][]byte
}

const (
	noAssertion = "NOASSERTION"
	documentID  = "DOCUMENT"
	// namespace is where SPDX puts documents that have no place of their own.
	// https://spdx.github.io/spdx-spec/v2.3/document-creation-information/#65-spdx-document-namespace-field
	namespace = "https://spdx.org/spdxdocs/"
)

// Write gives the document. Its namespace holds the sha256 of all the rest, so
// that two documents have the same name if and only if they are the same. The
// error is that a binary of the SBOM is not in b.
func Write(list *plan.SBOM, b Build) ([]byte, error) {
	w := &writer{list: list, ids: identifiers(list.Components)}
	w.doc = &v2_3.Document{
		SPDXVersion: v2_3.Version, DataLicense: v2_3.DataLicense, SPDXIdentifier: documentID,
		DocumentName:    w.name(),
		DocumentComment: comment(list, b),
		CreationInfo: &v2_3.CreationInfo{
			Creators: []common.Creator{{CreatorType: "Tool", Creator: "rust-frontend"}},
			Created:  b.Created.UTC().Format(time.RFC3339),
		},
	}
	for i := range list.Components {
		w.doc.Packages = append(w.doc.Packages, w.pkg(i))
		if len(list.Components[i].Bins) > 0 {
			w.relate(documentID, common.TypeRelationshipDescribe, w.ids[i])
		}
	}
	for i := range list.Components {
		for _, bin := range list.Components[i].Bins {
			data, ok := b.Binaries[bin.Path]
			if !ok {
				return nil, fmt.Errorf("write the SBOM: there are no bytes of %s", bin.Path)
			}
			w.file(bin, data, w.ids[i])
		}
	}
	for i := range list.Components {
		for _, need := range list.Components[i].Dependencies {
			w.need(w.ids[i], need)
		}
	}
	text, err := w.encode()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	w.doc.DocumentNamespace = namespace + w.doc.DocumentName + "-" + hex.EncodeToString(sum[:])
	return w.encode()
}

// writer collects a document.
type writer struct {
	list *plan.SBOM
	// ids are the identifiers of the components.
	ids []common.ElementID
	doc *v2_3.Document
}

// name is the first package with a binary, with its version, in characters that
// a URL may hold.
func (w *writer) name() string {
	for _, m := range w.list.Components {
		if len(m.Bins) > 0 {
			return plain(m.Name + "-" + m.Version)
		}
	}
	return "rust-frontend"
}

// comment says how to read the document.
func comment(list *plan.SBOM, b Build) string {
	what := fmt.Sprintf("The packages that cargo compiles for %s in the profile %s, by its unit graph. "+
		"DEPENDS_ON leads from what DESCRIBES names to all that is compiled into the binaries, and to nothing else. "+
		"What ran while they were compiled is BUILD_DEPENDENCY_OF (build dependencies and libraries of procedural macros) "+
		"or BUILD_TOOL_OF (procedural macros) another package.", b.Triple, b.Profile)
	if !list.Scoped {
		what = fmt.Sprintf("All packages that Cargo.lock has for the binaries, compiled for %s in the profile %s or not: "+
			"cargo gave no unit graph, so packages for other platforms and features, build dependencies and procedural macros are "+
			"among them and cannot be told apart.", b.Triple, b.Profile)
	}
	return what + " Rust's standard library and what a base image holds are not listed."
}

// relate adds a relationship.
func (w *writer) relate(a common.ElementID, kind string, b common.ElementID) {
	w.doc.Relationships = append(w.doc.Relationships, &v2_3.Relationship{
		RefA: common.DocElementID{ElementRefID: a}, RefB: common.DocElementID{ElementRefID: b}, Relationship: kind,
	})
}

// need adds the relationship of a package and one that it needs. Only what is
// compiled into the binaries is a dependency that DEPENDS_ON leads to. SPDX has
// two words for the rest, both of them written from the other end: a build
// dependency is what Cargo calls one, too, and what a program of the build is
// made of; a procedural macro is loaded by the compiler, and so a tool.
// https://spdx.github.io/spdx-spec/v2.3/relationships-between-SPDX-elements/
func (w *writer) need(from common.ElementID, need plan.Dependency) {
	to := w.ids[need.Component]
	switch need.Scope {
	case plan.Macro:
		w.relate(to, common.TypeRelationshipBuildToolOf, from)
	case plan.BuildOnly:
		w.relate(to, common.TypeRelationshipBuildDependencyOf, from)
	default:
		w.relate(from, common.TypeRelationshipDependsOn, to)
	}
}

// file adds a binary, which is made from a package and not contained in it: the
// packages are sources.
func (w *writer) file(bin plan.Bin, data []byte, from common.ElementID) {
	id := common.ElementID(fmt.Sprintf("File-%d-%s", len(w.doc.Files), plain(bin.Name)))
	one, two := sha1.Sum(data), sha256.Sum256(data)
	w.doc.Files = append(w.doc.Files, &v2_3.File{
		FileName: "." + bin.Path, FileSPDXIdentifier: id, FileTypes: []string{"BINARY"},
		Checksums: []common.Checksum{
			{Algorithm: common.SHA1, Value: hex.EncodeToString(one[:])},
			{Algorithm: common.SHA256, Value: hex.EncodeToString(two[:])},
		},
		LicenseConcluded: noAssertion, LicenseInfoInFiles: []string{noAssertion}, FileCopyrightText: noAssertion,
	})
	w.relate(id, common.TypeRelationshipGeneratedFrom, from)
}

func (w *writer) encode() ([]byte, error) {
	var out bytes.Buffer
	if err := json.Write(w.doc, &out, json.Indent("  "), json.EscapeHTML(false)); err != nil {
		return nil, fmt.Errorf("write the SBOM: %w", err)
	}
	return out.Bytes(), nil
}

// plain keeps the characters that an identifier of SPDX may have.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}, text)
}

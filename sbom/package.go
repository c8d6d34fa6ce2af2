package sbom

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/github/go-spdx/v2/spdxexp"
	"github.com/package-url/packageurl-go"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/plan"
)

// identifiers gives each package its identifier: name and version, and a hash
// of the source for those that have both in common.
func identifiers(packages []plan.Component) []common.ElementID {
	used := map[common.ElementID]int{}
	out := make([]common.ElementID, len(packages))
	for i, m := range packages {
		out[i] = common.ElementID("Package-" + plain(m.Name+"-"+m.Version))
		used[out[i]]++
	}
	for i, m := range packages {
		if used[out[i]] > 1 {
			sum := sha256.Sum256([]byte(m.Name + " " + m.Source.Raw + " " + m.Dir))
			out[i] += common.ElementID(fmt.Sprintf("-%x", sum[:4]))
		}
	}
	return out
}

// pkg writes one package.
func (w *writer) pkg(i int) *v2_3.Package {
	m := w.list.Components[i]
	declared, note := license(m.License)
	p := &v2_3.Package{
		PackageName: m.Name, PackageSPDXIdentifier: w.ids[i], PackageVersion: m.Version,
		PackageDownloadLocation:   location(m),
		PackageSupplier:           &common.Supplier{Supplier: noAssertion},
		PackageLicenseConcluded:   noAssertion,
		PackageLicenseDeclared:    declared,
		PackageLicenseComments:    note,
		PackageCopyrightText:      noAssertion,
		PackageSourceInfo:         source(m),
		PrimaryPackagePurpose:     "LIBRARY",
		IsFilesAnalyzedTagPresent: true,
		PackageExternalReferences: []*v2_3.PackageExternalReference{{
			Category: common.CategoryPackageManager, RefType: common.TypePackageManagerPURL, Locator: purl(m),
		}},
	}
	if len(m.Bins) > 0 {
		p.PrimaryPackagePurpose = "APPLICATION"
	}
	if m.Checksum != "" {
		p.PackageChecksums = []common.Checksum{{Algorithm: common.SHA256, Value: m.Checksum}}
	}
	return p
}

// location is where the package can be had. A package of the tree came with the
// build context, and nobody says from where.
// https://spdx.github.io/spdx-spec/v2.3/package-information/#77-package-download-location-field
func location(m plan.Component) string {
	switch {
	case m.Source.Kind == cargo.GitSource:
		at := vcs(m.Source)
		if scheme, _, _ := strings.Cut(at, ":"); !slices.Contains([]string{"git+git", "git+http", "git+https", "git+ssh"}, scheme) {
			return noAssertion
		}
		if m.Dir != "" && m.Dir != "." {
			at += "#" + m.Dir
		}
		return at
	case m.URL != "":
		return public(m.URL)
	}
	return noAssertion
}

// vcs is a repository at its commit, as SPDX and package URLs write it.
func vcs(s cargo.Source) string { return "git+" + public(s.URL) + "@" + s.Commit }

// source says in words where the package comes from.
func source(m plan.Component) string {
	switch {
	case m.Source.Kind == cargo.PathSource:
		return "the build context: " + m.Dir
	case m.Source.Kind == cargo.GitSource:
		return "git repository: " + public(m.Source.URL)
	case m.Source.IsCratesIO():
		return "registry: " + m.Source.String()
	}
	return "registry: " + public(m.Source.URL)
}

// purl is the package URL. Without a qualifier it means the package of that name
// at the default registry, so all others have one. There is no qualifier for a
// directory; a relative file URL, below the build context, says that the
// package is not a registry's.
// https://github.com/package-url/purl-spec/blob/main/types/cargo-definition.json
func purl(m plan.Component) string {
	var qualifiers packageurl.Qualifiers
	subpath := ""
	set := func(key, value string) {
		qualifiers = append(qualifiers, packageurl.Qualifier{Key: key, Value: value})
	}
	switch {
	case m.Source.Kind == cargo.PathSource:
		set("download_url", "file://./"+path.Clean(m.Dir))
		if m.Dir == "." {
			qualifiers[0].Value = "file://."
		}
	case m.Source.Kind == cargo.GitSource:
		set("vcs_url", vcs(m.Source))
		if m.Dir != "." {
			subpath = m.Dir
		}
	case !m.Source.IsCratesIO():
		set("repository_url", public(m.Source.URL))
	}
	return packageurl.NewPackageURL("cargo", "", m.Name, m.Version, qualifiers, subpath).ToString()
}

// public is a URL without what may be a secret: no password, and a user for
// SSH alone.
func public(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		return text
	}
	if u.User = url.User(u.User.Username()); u.Scheme != "ssh" {
		u.User = nil
	}
	return u.String()
}

// license gives the licence that the manifest declares, and a comment when it
// is not an expression of SPDX. Cargo's old form, with slashes, is one of OR.
// https://doc.rust-lang.org/cargo/reference/manifest.html#the-license-and-license-file-fields
func license(l plan.License) (expression, comment string) {
	text := l.Text
	if !strings.ContainsAny(text, "()") { // AND and OR would bind otherwise
		text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '/' }), " OR ")
	}
	valid, _ := spdxexp.ValidateAndNormalizeLicensesWithOptions([]string{text},
		spdxexp.ValidateLicensesOptions{FailAllLicenseRefs: true, FailAllDocumentRefs: true})
	switch {
	case len(valid) == 1:
		return valid[0], ""
	case l.Text != "":
		return noAssertion, fmt.Sprintf("Cargo.toml says %q, which is no SPDX licence expression.", l.Text)
	case l.File != "":
		return noAssertion, fmt.Sprintf("Cargo.toml names the file %s.", l.File)
	}
	return noAssertion, ""
}

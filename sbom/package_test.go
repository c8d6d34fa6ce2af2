package sbom

import (
	"testing"

	"github.com/org/rust-frontend/plan"
)

func TestPackage(t *testing.T) {
	tests := []struct {
		reason, source string
		material       plan.Component
		purl, location string
	}{
		{
			reason: "the default registry is what a package URL means without more", source: defaultRegistry,
			material: plan.Component{Name: "leaf", Version: "1.0.0", URL: "https://files.example.com/leaf-1.0.0"},
			purl:     "pkg:cargo/leaf@1.0.0", location: "https://files.example.com/leaf-1.0.0",
		},
		{
			reason: "build metadata is escaped", source: defaultRegistry,
			material: plan.Component{Name: "wasi", Version: "0.11.0+wasi-snapshot"},
			purl:     "pkg:cargo/wasi@0.11.0%2Bwasi-snapshot", location: "NOASSERTION",
		},
		{
			reason: "another registry is named, without its password", source: "sparse+https://me:secret@crates.example.com/index/",
			material: plan.Component{Name: "internal", Version: "3.1.0", URL: "https://me:secret@crates.example.com/dl/internal"},
			purl:     "pkg:cargo/internal@3.1.0?repository_url=https:%2F%2Fcrates.example.com%2Findex%2F",
			location: "https://crates.example.com/dl/internal",
		},
		{
			reason: "git: the commit, and the directory in the repository", source: fork,
			material: plan.Component{Name: "forked", Version: "2.0.0", Dir: "libs/forked"},
			purl: "pkg:cargo/forked@2.0.0?vcs_url=git%2Bhttps:%2F%2Fgit.example.com%2Fteam%2Ffork" +
				"%400123456789abcdef0123456789abcdef01234567#libs/forked",
			location: "git+https://git.example.com/team/fork@0123456789abcdef0123456789abcdef01234567#libs/forked",
		},
		{
			reason:   "git over SSH keeps the user, whose name is part of the address",
			source:   "git+ssh://git@git.example.com/team/fork#0123456789abcdef0123456789abcdef01234567",
			material: plan.Component{Name: "forked", Version: "2.0.0", Dir: "."},
			purl: "pkg:cargo/forked@2.0.0?vcs_url=git%2Bssh:%2F%2Fgit%40git.example.com%2Fteam%2Ffork" +
				"%400123456789abcdef0123456789abcdef01234567",
			location: "git+ssh://git@git.example.com/team/fork@0123456789abcdef0123456789abcdef01234567",
		},
		{
			reason: "a repository that SPDX has no word for", source: "git+file:///somewhere#0123456789abcdef0123456789abcdef01234567",
			material: plan.Component{Name: "forked", Version: "2.0.0", Dir: "."},
			purl:     "pkg:cargo/forked@2.0.0?vcs_url=git%2Bfile:%2F%2F%2Fsomewhere%400123456789abcdef0123456789abcdef01234567",
			location: "NOASSERTION",
		},
		{
			reason:   "a package of the tree is not the registry's of that name",
			material: plan.Component{Name: "util", Version: "0.1.0", Dir: "crates/util"},
			purl:     "pkg:cargo/util@0.1.0?download_url=file:%2F%2F.%2Fcrates%2Futil", location: "NOASSERTION",
		},
		{
			reason:   "the package at the root of the context",
			material: plan.Component{Name: "app", Version: "0.1.0", Dir: "."},
			purl:     "pkg:cargo/app@0.1.0?download_url=file:%2F%2F.", location: "NOASSERTION",
		},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			tt.material.Source = parse(t, tt.source)
			if got := purl(tt.material); got != tt.purl {
				t.Errorf("package URL\n%s, want\n%s", got, tt.purl)
			}
			if got := location(tt.material); got != tt.location {
				t.Errorf("location\n%s, want\n%s", got, tt.location)
			}
		})
	}
}

func TestLicense(t *testing.T) {
	tests := []struct {
		reason     string
		license    plan.License
		want, note string
	}{
		{"an expression", plan.License{Text: "(MIT OR Apache-2.0) AND Unicode-3.0"}, "(MIT OR Apache-2.0) AND Unicode-3.0", ""},
		{"an exception", plan.License{Text: "Apache-2.0 WITH LLVM-exception OR MIT"}, "Apache-2.0 WITH LLVM-exception OR MIT", ""},
		{"cargo's old form", plan.License{Text: "MIT/Apache-2.0"}, "MIT OR Apache-2.0", ""},
		{"cargo's old form with spaces", plan.License{Text: "Unlicense / MIT"}, "Unlicense OR MIT", ""},
		{"an identifier that SPDX has not", plan.License{Text: "BSD"}, noAssertion, `Cargo.toml says "BSD", which is no SPDX licence expression.`},
		{"half an expression", plan.License{Text: "MIT OR"}, noAssertion, `Cargo.toml says "MIT OR", which is no SPDX licence expression.`},
		{"a reference to what is not in the document", plan.License{Text: "LicenseRef-own"}, noAssertion,
			`Cargo.toml says "LicenseRef-own", which is no SPDX licence expression.`},
		{"a file", plan.License{File: "LICENSE.md"}, noAssertion, "Cargo.toml names the file LICENSE.md."},
		{"nothing", plan.License{}, noAssertion, ""},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			if got, note := license(tt.license); got != tt.want || note != tt.note {
				t.Errorf("%q, %q; want %q, %q", got, note, tt.want, tt.note)
			}
		})
	}
}

// Packages that differ in what an identifier cannot hold have different ones.
func TestIdentifiers(t *testing.T) {
	packages := []plan.Component{
		{Name: "cfg-if", Version: "1.0.0", Source: parse(t, defaultRegistry)},
		{Name: "cfg-if", Version: "1.0.0", Source: parse(t, fork)},
		{Name: "cfg_if", Version: "1.0.0", Source: parse(t, defaultRegistry)},
		{Name: "other", Version: "1.0.0-rc.1+x", Source: parse(t, defaultRegistry)},
	}
	ids := identifiers(packages)
	seen := map[string]bool{}
	for i, id := range ids {
		if seen[string(id)] || plain(string(id)) != string(id) {
			t.Errorf("%s %s has the identifier %s", packages[i].Name, packages[i].Version, id)
		}
		seen[string(id)] = true
	}
	if ids[3] != "Package-other-1.0.0-rc.1-x" {
		t.Errorf("an identifier without need of a hash is %s", ids[3])
	}
}

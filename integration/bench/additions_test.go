package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOnlyAdded(t *testing.T) {
	const before = `version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "z",
]

[[package]]
name = "z"
version = "1.0.0"
checksum = "00"
`
	after := strings.Replace(before, " \"z\",", " \"itoa\",\n \"z\",", 1) +
		"\n[[package]]\nname = \"itoa\"\nversion = \"1.0.2\"\nchecksum = \"11\"\n"
	for _, tc := range []struct {
		reason, after, want string
		ok                  bool
	}{
		{"one package and the reference to it", after, "1.0.2", true},
		{"nothing was added", before, "", false},
		{"another package changed too", strings.Replace(after, "\"00\"", "\"22\"", 1), "", false},
		{"it depends on something", after + "dependencies = [\n \"z\",\n]\n", "", false},
		{"two packages came", after + "\n[[package]]\nname = \"y\"\nversion = \"1.0.0\"\n", "", false},
		{"nothing refers to it", before + "\n[[package]]\nname = \"itoa\"\nversion = \"1.0.2\"\n", "", false},
	} {
		got, ok := onlyAdded(before, tc.after, "itoa", "app")
		if ok != tc.ok || ok && got != tc.want {
			t.Errorf("%s: %q, %v", tc.reason, got, ok)
		}
	}
}

func TestRenamePackage(t *testing.T) {
	lib := metaTarget{Name: "my_app", Kind: []string{"lib"}}
	bin := metaTarget{Name: "my-app", Kind: []string{"bin"}}
	for _, tc := range []struct {
		reason, manifest, want string
		targets                []metaTarget
	}{
		{
			"targets with names keep them",
			"[package]\nname = \"my-app\"\n[lib]\nname = \"my_app\"\n[[bin]]\nname = \"my-app\"\n",
			"[package]\nname = \"my-app-sibling\"\n[lib]\nname = \"my_app\"\n[[bin]]\nname = \"my-app\"\n",
			[]metaTarget{lib, bin},
		},
		{
			"targets that have the package's name get one",
			"[package]\nname = \"my-app\"\n",
			"[package]\nautobins = false\nname = \"my-app-sibling\"\n\n[lib]\nname = \"my_app\"\n\n[[bin]]\nname = \"my-app\"\npath = \"src/main.rs\"\n",
			[]metaTarget{lib, bin},
		},
		{
			"a library's table without a name is filled",
			"[package]\nname = \"my-app\"\n[[bin]]\nname = \"my-app\"\n[lib] # ours\npath = \"l.rs\"",
			"[package]\nname = \"my-app-sibling\"\n[[bin]]\nname = \"my-app\"\n[lib] # ours\nname = \"my_app\"\npath = \"l.rs\"",
			[]metaTarget{lib, bin},
		},
	} {
		got, err := renamePackage(tc.manifest, metaPackage{Name: "my-app", Targets: tc.targets}, "my-app", "src/main.rs")
		if err != nil {
			t.Errorf("%s: %v", tc.reason, err)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}
	for _, bad := range []string{"", "[package\n", "[workspace]\nname = \"x\"\n"} {
		if got, err := renamePackage(bad, metaPackage{Name: "x"}, "x", "src/main.rs"); err == nil {
			t.Errorf("renamePackage(%q) = %q, want an error", bad, got)
		}
	}
}

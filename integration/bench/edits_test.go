package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEditSource(t *testing.T) {
	for _, tc := range []struct{ reason, source, want string }{
		{
			"the label goes into main, on the same line, so that no other line moves",
			"use a::b;\nfn main() {\n    b();\n}\n",
			"use a::b;\nfn main() { ::std::hint::black_box(\"x 1\");\n    b();\n}\n",
		},
		{
			"a return type and async do not matter",
			"pub async fn main() -> std::process::ExitCode {\n}\n",
			"pub async fn main() -> std::process::ExitCode { ::std::hint::black_box(\"x 1\");\n}\n",
		},
		{
			"a call or a comment is no main function",
			"// the old fn main() { is gone\nmacro!();\n",
			"// the old fn main() { is gone\nmacro!();\n\n#[used]\nstatic BENCH_EDIT: [u8; 3] = *b\"x 1\";\n",
		},
	} {
		if diff := cmp.Diff(tc.want, editSource(tc.source, "x 1")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}
}

func TestNextVersion(t *testing.T) {
	for _, tc := range []struct{ version, want string }{
		{"1.2.3", "1.2.5"},
		{"0.1.9", "0.1.11"},
		{"1.0.0-rc.1+build", "1.0.2"},
	} {
		got, err := nextVersion(tc.version, 2)
		if err != nil || got != tc.want {
			t.Errorf("nextVersion(%q, 2) = %q, %v; want %q", tc.version, got, err, tc.want)
		}
	}
	for _, bad := range []string{"1.2", "", "a.b.c"} {
		if got, err := nextVersion(bad, 1); err == nil {
			t.Errorf("nextVersion(%q) = %q, want an error", bad, got)
		}
	}
}

func TestSetManifest(t *testing.T) {
	const manifest = `version = "0"
[package] # ours
name = "a"
version = "1.0.0" # kept

[dependencies.b]
version = "2"

[workspace.package]
version = "3.0.0"
`
	for _, tc := range []struct {
		reason, table, manifest, want string
		ok                            bool
	}{
		{
			"only the table's own key changes, comments stay", "package", manifest, `version = "0"
[package] # ours
name = "a"
version = "9.9.9" # kept

[dependencies.b]
version = "2"

[workspace.package]
version = "3.0.0"
`, true,
		},
		{
			"an inherited version is not in the package", "package",
			"[package]\nversion.workspace = true\n[lib]\nversion = \"1\"\n",
			"[package]\nversion.workspace = true\n[lib]\nversion = \"1\"\n", false,
		},
		{
			"an array of tables ends the table before it", "package",
			"[package]\nname = \"a\"\n[[bin]]\nversion = \"1\"\n", "[package]\nname = \"a\"\n[[bin]]\nversion = \"1\"\n", false,
		},
	} {
		got, ok := setManifest(tc.manifest, tc.table, "version", "9.9.9")
		if diff := cmp.Diff(tc.want, got); diff != "" || ok != tc.ok {
			t.Errorf("%s: ok %v (-want +got):\n%s", tc.reason, ok, diff)
		}
	}
	if got, ok := setManifest(manifest, "workspace.package", "version", "9.9.9"); !ok || got == manifest {
		t.Errorf("the workspace's version is not found:\n%s", got)
	}
}

func TestSetLockVersion(t *testing.T) {
	const lock = `# generated
version = 4

[[package]]
name = "a"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "00"

[[package]]
name = "a"
version = "1.0.0"
dependencies = [
 "b",
]

[[package]]
name = "b"
version = "1.0.0"
dependencies = [
 "a 1.0.0",
]
`
	got, err := setLockVersion(lock, "a", "1.0.0", "1.0.1")
	if err != nil {
		t.Fatal(err)
	}
	const want = `# generated
version = 4

[[package]]
name = "a"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "00"

[[package]]
name = "a"
version = "1.0.1"
dependencies = [
 "b",
]

[[package]]
name = "b"
version = "1.0.0"
dependencies = [
 "a 1.0.1",
]
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the member changes, a registry package of its name does not (-want +got):\n%s", diff)
	}
	if got, err := setLockVersion(lock, "c", "1.0.0", "1.0.1"); err == nil {
		t.Errorf("a package that is not there changed the lock:\n%s", got)
	}
}

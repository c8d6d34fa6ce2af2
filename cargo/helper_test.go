package cargo

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/org/rust-frontend/cargo/document"
)

const linkMode = fs.ModeSymlink

// archive turns txtar text into a file system. A file in it whose text is
// "-> TARGET" is a symbolic link.
func archive(text string) fstest.MapFS {
	files := fstest.MapFS{}
	for _, f := range txtar.Parse([]byte(text)).Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
		if target, ok := strings.CutPrefix(string(f.Data), "-> "); ok {
			files[f.Name] = &fstest.MapFile{Data: []byte(strings.TrimSpace(target)), Mode: linkMode}
		}
	}
	return files
}

// generate makes a workspace of members that depend on the next one and on
// four crates each, and a Cargo.lock with crates and members.
func generate(members, crates int) fstest.MapFS {
	files := fstest.MapFS{}
	var root, lock strings.Builder
	root.WriteString("[workspace]\nresolver = \"2\"\nmembers = [\"crates/*\"]\n[workspace.package]\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace.dependencies]\n")
	lock.WriteString("version = 4\n")
	for i := range crates {
		fmt.Fprintf(&root, "crate-%04d = { version = \"1\", features = [\"std\"] }\n", i)
		fmt.Fprintf(&lock, "\n[[package]]\nname = \"crate-%04d\"\nversion = \"1.0.%d\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"%064x\"\n", i, i, i)
		if i+2 < crates {
			fmt.Fprintf(&lock, "dependencies = [\n \"crate-%04d\",\n \"crate-%04d\",\n]\n", i+1, i+2)
		}
	}
	for i := range members {
		var m strings.Builder
		fmt.Fprintf(&m, "[package]\nname = \"member-%03d\"\nversion.workspace = true\nedition.workspace = true\n[dependencies]\n", i)
		fmt.Fprintf(&lock, "\n[[package]]\nname = \"member-%03d\"\nversion = \"0.1.0\"\ndependencies = [\n", i)
		for j := range min(4, crates) {
			n := (i*4 + j) % crates
			fmt.Fprintf(&m, "crate-%04d = { workspace = true, features = [\"derive\"] }\n", n)
			fmt.Fprintf(&lock, " \"crate-%04d\",\n", n)
		}
		if i+1 < members {
			fmt.Fprintf(&m, "member-%03d = { path = \"../member-%03d\" }\n", i+1, i+1)
			fmt.Fprintf(&lock, " \"member-%03d\",\n", i+1)
		}
		lock.WriteString("]\n")
		dir := fmt.Sprintf("crates/member-%03d", i)
		files[dir+"/Cargo.toml"] = &fstest.MapFile{Data: []byte(m.String())}
		files[dir+"/src/lib.rs"] = &fstest.MapFile{}
		files[dir+"/src/main.rs"] = &fstest.MapFile{}
	}
	files["Cargo.toml"] = &fstest.MapFile{Data: []byte(root.String())}
	files["Cargo.lock"] = &fstest.MapFile{Data: []byte(lock.String())}
	return files
}

// wantError checks an error's sentence and place, written "FILE:LINE: part of
// the sentence" or "FILE: part".
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want %s", want)
	}
	var positional *document.Error
	if !errors.As(err, &positional) {
		t.Fatalf("not an *Error: %v", err)
	}
	place, sentence, _ := strings.Cut(want, ": ")
	got := err.Error()
	if !strings.HasPrefix(got, place+": ") || !strings.Contains(got, sentence) {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
}

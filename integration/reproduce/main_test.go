package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

func TestParse(t *testing.T) {
	full := map[string]string{
		"BUILDKIT_HOST": "unix:///s", "TESTBED_BIN": "/b", "TOOLCHAIN_LAYOUT": "/t", "TOOLCHAIN_DIGEST": "sha256:00",
		"FRONTEND_LAYOUT": "/f", "FRONTEND_DIGEST": "sha256:11",
	}
	env := func(key string) string { return full[key] }
	s, err := parse([]string{"-project", "x", "-bin", "y", "-build-arg", "env.A=B=C"}, env)
	if err != nil || s.project != "x" || s.bin != "y" || s.args["env.A"] != "B=C" || s.tools != "/b" {
		t.Errorf("%+v, %v", s, err)
	}
	for _, tc := range []struct {
		reason, want string
		args         []string
		env          func(string) string
	}{
		{"no project says how to name one", "PROJECT=DIR", nil, env},
		{"no test bed says how to get one", "make reproduce", []string{"-project", "x"}, func(string) string { return "" }},
		{"a stray argument", `"y"`, []string{"-project", "x", "y"}, env},
		{"a build argument without a value", "NAME=VALUE", []string{"-project", "x", "-build-arg", "layers"}, env},
	} {
		if _, err := parse(tc.args, tc.env); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q in it", tc.reason, err, tc.want)
		}
	}
}

// timed is a program whose build script looks at what a build should not depend
// on.
const timed = `
-- Cargo.toml --
[package]
name = "timed"
version = "0.1.0"
edition = "2021"
-- Cargo.lock --
version = 4

[[package]]
name = "timed"
version = "0.1.0"
-- build.rs --
use std::time::{SystemTime, UNIX_EPOCH};

fn main() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let cpus = std::thread::available_parallelism().unwrap();
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    println!("cargo:rustc-env=BUILT=built at {now} with {cpus} CPUs on {}", host.trim());
}
-- src/main.rs --
fn main() {
    println!("{}", env!("BUILT"));
}
`

// What a build script finds out about the machine and the time is named, in the
// file where it is; a program without such a script is the same.
func TestReproduce(t *testing.T) {
	if testing.Short() {
		t.Skip("needs the test bed")
	}
	s, err := parse([]string{"-project", filepath.Join("..", "..", "examples", "hello")}, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), s, &out); err != nil || !strings.Contains(out.String(), "the images are the same") {
		t.Errorf("%v\n%s", err, out.String())
	}
	s.project = t.TempDir()
	for _, f := range txtar.Parse([]byte(timed)).Files {
		path := filepath.Join(s.project, f.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, f.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	out.Reset()
	if err := run(t.Context(), s, &out); !errors.Is(err, errDiffers) {
		t.Fatalf("%v\n%s", err, out.String())
	}
	machines, err := twoMachines("")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"/usr/local/bin/timed: ", "section .rodata: ", `first:  "built at `}
	for _, m := range machines {
		want = append(want, fmt.Sprintf("CPUs on %s\"", m.hostname))
	}
	for _, fragment := range want {
		if !strings.Contains(out.String(), fragment) {
			t.Errorf("%q is not in\n%s", fragment, out.String())
		}
	}
	if strings.Contains(out.String(), "/etc/passwd") {
		t.Errorf("a file that is the same is named:\n%s", out.String())
	}
}

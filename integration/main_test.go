package integration

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/containerd/log"
)

// TestMain leaves everything out with -short: nothing here works without the
// test bed. There is no other way to skip these tests.
func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("integration: nothing runs with -short, it needs the test bed (make testbed)")
		return
	}
	_ = log.SetLevel("fatal") // the content store warns of each file system, and of two uploads of one blob
	os.Exit(m.Run())
}

// testbed is what `make testbed` has made.
type testbed struct {
	host      string // of BuildKit
	bin       string // buildkitd, buildctl, buildx
	spdxTools string // checks SPDX documents
	docker    string // the directory of an old Docker Engine and of a client
	dockerd   string // the directory of a current one
	toolchain layout
	frontend  layout
}

// layout is an image in an OCI layout.
type layout struct{ dir, digest string }

// findTestbed finds what all tests need.
func findTestbed(t *testing.T) testbed {
	t.Helper()
	get := testbedEnv(t)
	return testbed{
		host:      get("BUILDKIT_HOST"),
		bin:       get("TESTBED_BIN"),
		spdxTools: get("SPDX_TOOLS"),
		docker:    get("DOCKER_DIR"),
		dockerd:   get("DOCKERD_DIR"),
		toolchain: layout{get("TOOLCHAIN_LAYOUT"), get("TOOLCHAIN_DIGEST")},
		frontend:  layout{get("FRONTEND_LAYOUT"), get("FRONTEND_DIGEST")},
	}
}

// testbedEnv reads the environment, and .testbed/env for what is not in it. What is in
// neither stops the test.
func testbedEnv(t *testing.T) func(key string) string {
	t.Helper()
	file := readEnvFile(t, filepath.Join("..", ".testbed", "env"))
	return func(key string) string {
		t.Helper()
		value := os.Getenv(key)
		if value == "" {
			value = file[key]
		}
		if value == "" {
			t.Fatalf("%s is not set and not in .testbed/env: run `make testbed` first", key)
		}
		return value
	}
}

func readEnvFile(t *testing.T, name string) map[string]string {
	t.Helper()
	env := map[string]string{}
	f, err := os.Open(name)
	if os.IsNotExist(err) {
		return env
	}
	check(t, err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if key, value, ok := strings.Cut(lines.Text(), "="); ok {
			env[key] = value
		}
	}
	check(t, lines.Err())
	return env
}

// check stops the test at an error.
func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// gnuTriple is the glibc target of this machine.
func gnuTriple() string {
	if runtime.GOARCH == "arm64" {
		return "aarch64-unknown-linux-gnu"
	}
	return "x86_64-unknown-linux-gnu"
}

// otherTriple is the musl target of the other kind of machine.
func otherTriple() string {
	if runtime.GOARCH == "arm64" {
		return "x86_64-unknown-linux-musl"
	}
	return "aarch64-unknown-linux-musl"
}

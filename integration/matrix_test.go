package integration

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// toolchains are the names of the images that the test bed has beside its own: the
// userlands and compilers that users have (docs/support.md). Each runs the same few
// builds; the whole suite runs on the test bed's own.
func toolchains() []string {
	return []string{"busybox", "noshell", "proxy", "oldest", "newest"}
}

const matrixSays = `{"greeting":"Hello There","crc":709839235,"keys":["a","b"]}`

// With each toolchain image the default settings build, an edit or a bump compiles what
// stands on it, tests run, and nothing is compiled twice.
func TestToolchains(t *testing.T) {
	b := newBed(t, gateway)
	for _, name := range toolchains() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			smoke(t, b.on(t, name), nil)
		})
	}
	// What Rust has by default since 1.100, with a cargo that can be told to have it.
	t.Run("units in directories of their own", func(t *testing.T) {
		t.Parallel()
		smoke(t, b, strings.Split(byUnit, ","))
	})
}

// smoke makes the builds that every toolchain image must be able to do.
func smoke(t *testing.T, b *bed, env []string) {
	// A variable that nobody reads, so that nothing comes from the cache of an earlier run.
	args := map[string]string{"env": strings.Join(append(env, "MATRIX_RUN="+rand.Text()), ",")}
	t.Run("hello", func(t *testing.T) {
		res := b.build(t, build{dir: exampleHello, args: args})
		if got := res.run("hello"); got != "Hello, world! (x1)\n" {
			t.Errorf("the program says %q", got)
		}
		res.nothingTwice()
	})
	t.Run("workspace", func(t *testing.T) {
		res := b.build(t, build{dir: "../examples/workspace", args: args})
		res.nothingTwice()
		if got := res.run("worker", "a", "b"); got != "worker: 3\n" {
			t.Errorf("the program says %q", got)
		}
	})
	p := newProject(t, testdata(t, "matrix"))
	p.add("src/main.rs", "// "+t.Name()+"\n")
	builds := func(t *testing.T, says string) *result {
		t.Helper()
		res := b.build(t, build{dir: p.dir, args: args})
		if got := strings.TrimSpace(res.run("matrix")); got != says {
			t.Errorf("the program says %s, want %s", got, says)
		}
		res.nothingTwice()
		return res
	}
	t.Run("38 packages", func(t *testing.T) {
		res := builds(t, matrixSays)
		if n := strings.Count(res.output(), "function `unused` is never used"); n > 1 {
			t.Errorf("a compiler warning appears %d times:\n%s", n, res.log())
		}
	})
	t.Run("an edit", func(t *testing.T) {
		p.replace("src/main.rs", `map.insert("b"`, `map.insert("c"`)
		res := builds(t, strings.Replace(matrixSays, `"b"`, `"c"`, 1))
		res.mustNotRun("deps")
	})
	t.Run("an edit of what a build script watches", func(t *testing.T) {
		p.write("greet/words.txt", "good bye\n")
		p.replace("src/main.rs", "Hello There", "Good Bye")
		res := b.build(t, build{dir: p.dir, args: args})
		if got := res.run("matrix"); !strings.Contains(got, `"Good Bye"`) {
			t.Errorf("the program says %s", got)
		}
		res.nothingTwice()
		res.mustNotRun("deps")
	})
	t.Run("a bump", func(t *testing.T) {
		p.replace("Cargo.lock", "name = \"itoa\"\nversion = \"1.0.14\"", "name = \"itoa\"\nversion = \"1.0.15\"")
		p.replace("Cargo.lock", "d75a2a4b1b190afb6f5425f10f6a8f959d2ea0b9c2b1d79553551850539e4674", "4a5f13b858c8d314ee3e8f639011f7ccefe71f97f96e50151fb991f267928e2c")
		res := b.build(t, build{dir: p.dir, args: args})
		res.nothingTwice()
		compiled := res.compiled()
		if !slices.Contains(compiled, "itoa 1.0.15") || slices.Contains(compiled, "anyhow 1.0.105") {
			t.Errorf("compiles %q", compiled)
		}
	})
	t.Run("tests", func(t *testing.T) {
		res := b.build(t, build{dir: exampleHello, args: args, attrs: target("test")})
		res.mustPrint("test result: ok")
	})
	t.Run("an SBOM", func(t *testing.T) {
		attrs := target("sbom")
		res := b.build(t, build{dir: p.dir, args: args, attrs: attrs})
		data, err := os.ReadFile(filepath.Join(res.files(), "sbom.spdx.json"))
		check(t, err)
		if !bytes.Contains(data, []byte("pkg:cargo/itoa@1.0.15")) {
			t.Errorf("the SBOM does not have itoa 1.0.15:\n%.2000s", data)
		}
	})
}

// A Rust that is older than the executor needs is refused before anything of the project is
// compiled, with the version that it takes.
func TestOldToolchain(t *testing.T) {
	get := testbedEnv(t)
	eachDriver(t, func(t *testing.T, b *bed) {
		b.toolchain = layout{get("TOOLCHAIN_OLD_LAYOUT"), get("TOOLCHAIN_OLD_DIGEST")}
		res := b.fail(t, build{dir: exampleHello})
		res.mustSay("toolchain image toolchain", "1.75 or newer")
		res.mustPrint("requires rustc 1.75 or newer")
		res.mustNotRun("deps", "source", "image")
	})
}

package integration

import (
	"path/filepath"
	"strings"
	"testing"
)

// sameCompiler are toolchain images with another userland around the test bed's own compiler.
func sameCompiler() []string { return []string{"busybox", "noshell"} }

// With the toolchain images that users have, a project of crates.io builds without a setting: where
// the compiler is the same, to the same binary bit for bit. With another compiler, and with
// units in directories of their own, nothing is compiled twice. Without the flag -real the
// first project alone is tried.
func TestRealToolchains(t *testing.T) {
	b := newBed(t, gateway)
	projects := chosenProjects(t)
	if !realAsked() {
		projects = projects[:1]
	}
	for _, p := range projects {
		t.Run(p.name, func(t *testing.T) {
			dir := b.fetchReal(t, p)
			ours := b.realBinary(t, p, dir, nil)
			for _, name := range sameCompiler() {
				t.Run(name, func(t *testing.T) {
					sameBinary(t, p.name, b.on(t, name).realBinary(t, p, dir, nil), ours)
				})
			}
			t.Run("newest", func(t *testing.T) { b.on(t, "newest").realBinary(t, p, dir, nil) })
			t.Run("units in directories of their own", func(t *testing.T) {
				args := map[string]string{"env": byUnit}
				t.Run("own", func(t *testing.T) { b.realBinary(t, p, dir, args) })
				t.Run("newest", func(t *testing.T) { b.on(t, "newest").realBinary(t, p, dir, args) })
			})
		})
	}
}

// on is the same test bed with another toolchain image.
func (b *bed) on(t *testing.T, toolchain string) *bed {
	t.Helper()
	other, get := *b, testbedEnv(t)
	prefix := "TOOLCHAIN_" + strings.ToUpper(toolchain)
	other.toolchain = layout{get(prefix + "_LAYOUT"), get(prefix + "_DIGEST")}
	return &other
}

// realBinary builds a project and gives its binary, which runs and for which nothing was
// compiled twice.
func (b *bed) realBinary(t *testing.T, p realProject, dir string, args map[string]string) string {
	t.Helper()
	res := b.build(t, build{dir: dir, attrs: target(p.bin), args: args})
	res.nothingTwice()
	if got := res.run(p.bin, "--version"); !strings.Contains(got, p.version) {
		t.Errorf("%s --version says %q", p.bin, got)
	}
	return filepath.Join(res.files(), "usr/local/bin", p.bin)
}

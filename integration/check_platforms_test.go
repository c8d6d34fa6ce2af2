package integration

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// twoPlatforms are more than the toolchain of the test bed can compile for:
// nothing is compiled for a check.
const twoPlatforms = "linux/amd64,linux/arm64"

// With several platforms a finding that all of them have is there once, and one
// that is about one of them is there too.
func TestCheckPlatforms(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := flawed(t)
		p.write(".cargo/config.toml", "[target.aarch64-unknown-linux-musl]\nrustflags = [\"-C\", \"target-cpu=native\"]\n")
		for platform, want := range map[string][]string{
			"linux/amd64": flaws(),
			twoPlatforms:  append([]string{".cargo/config.toml:2 NativeCPU"}, flaws()...),
		} {
			attrs := target("server")
			attrs["platform"] = platform
			if diff := cmp.Diff(want, findings(b.checked(t, build{dir: p.dir, attrs: attrs}))); diff != "" {
				t.Errorf("%s, findings (-want +got):\n%s", platform, diff)
			}
		}
	})
}

// The examples have no finding, for either platform, whichever target is built
// that docker-bake.hcl or the README names.
func TestCheckExamples(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		dirs, err := os.ReadDir("../examples")
		check(t, err)
		for _, dir := range dirs {
			t.Run(dir.Name(), func(t *testing.T) {
				results := b.checked(t, build{dir: filepath.Join("../examples", dir.Name()), attrs: map[string]string{"platform": twoPlatforms}})
				if got := findings(results); len(got) > 0 || results.Error != nil {
					t.Errorf("findings %v, error %v", got, results.Error)
				}
			})
		}
		if len(dirs) < 2 {
			t.Errorf("there are %d examples", len(dirs))
		}
	})
}

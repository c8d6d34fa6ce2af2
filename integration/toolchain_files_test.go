package integration

import (
	"strings"
	"testing"

	"github.com/moby/buildkit/client/llb"
)

// bare is the test bed's toolchain without time zones and certificates, as a named
// context that the client makes.
func (b *bed) bare(req build) build {
	toolchain := llb.OCILayout("docker.io/library/toolchain@"+b.toolchain.digest, llb.OCIStore("", "toolchain"))
	st := toolchain.Run(llb.Args([]string{"/bin/rm", "-rf", "/usr/share/zoneinfo", "/etc/ssl/certs"}), llb.Network(llb.NetModeNone)).Root()
	req.inputs = map[string]llb.State{"toolchain": st}
	return req
}

// What the image should take from a toolchain that does not have it stops the build
// before anything is compiled. Certificates that nobody asked for do not.
func TestToolchainWithoutImageFiles(t *testing.T) {
	const certificates = "/etc/ssl/certs/ca-certificates.crt"
	metadata := func(line string) map[string]string {
		return map[string]string{"metadata": "[package.metadata.rust-frontend]\n" + line + "\n"}
	}
	tests := []struct {
		reason, line string
		says         string // of the error
		warns        string
	}{
		{"time zones", "image.tzdata = true", "image.tzdata: the toolchain toolchain (the setting `toolchain`) has no time zones in /usr/share/zoneinfo", ""},
		{"certificates", "image.ca-certificates = true", "image.ca-certificates: the toolchain toolchain (the setting `toolchain`) has no CA certificates in " + certificates, ""},
		{"certificates by default", "", "", "the image has no CA certificates"},
		{"no certificates", "image.ca-certificates = false", "", ""},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		for _, tt := range tests {
			t.Run(tt.reason, func(t *testing.T) {
				p := newProject(t, configurable, metadata(tt.line))
				res := b.try(t, b.bare(build{dir: p.dir, args: map[string]string{"BUILDKIT_DOCKERFILE_CHECK": "skip=all"}}))
				if tt.says != "" {
					res.mustSay(tt.says, "Cargo.toml:", "image.files")
					res.mustNotRun("fetch", "deps", "source", "image")
					if file, _ := shown(res.err); file != "Cargo.toml" {
						t.Errorf("the error shows %q", file)
					}
					return
				}
				if res.err != nil {
					t.Fatalf("build: %v\n%s", res.err, res.log())
				}
				var warnings []string
				for _, w := range res.warnings {
					warnings = append(warnings, string(w.Short))
				}
				if got := strings.Join(warnings, "\n"); !strings.HasPrefix(got, tt.warns) || tt.warns == "" && got != "" {
					t.Errorf("warnings %q, want %q", got, tt.warns)
				}
				if _, ok := tree(t, res.files())[certificates]; ok {
					t.Error("the image has certificates")
				}
			})
		}
	})
}

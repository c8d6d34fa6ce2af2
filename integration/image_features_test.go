package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// baseImage is an image with one of everything that a configuration can say.
const baseImage = `
-- Dockerfile --
FROM scratch
COPY marker /etc/marker
LABEL from=base base=1
ENV PATH=/base/bin KEPT=1
EXPOSE 80
VOLUME /data
WORKDIR /base
USER 7:8
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=7s CMD ["/base/check"]
ENTRYPOINT ["/base/entry"]
CMD ["of", "base"]
-- marker --
here
`

// The base's configuration is inherited; what the settings and the program say
// goes over it.
func TestBaseImageConfig(t *testing.T) {
	inherited := func() dockerspec.DockerOCIImageConfig {
		var c dockerspec.DockerOCIImageConfig
		c.User, c.WorkingDir, c.StopSignal = "7:8", "/base", "SIGQUIT"
		c.Env = []string{"PATH=/base/bin", "KEPT=1"}
		c.ExposedPorts, c.Volumes = map[string]struct{}{"80/tcp": {}}, map[string]struct{}{"/data": {}}
		c.Labels = map[string]string{
			"from": "base", "base": "1",
			"org.opencontainers.image.title": "configurable", "org.opencontainers.image.version": "0.1.0",
		}
		c.Healthcheck = &dockerspec.HealthcheckConfig{Test: []string{"CMD", "/base/check"}, Interval: 7 * time.Second}
		c.Entrypoint = []string{"/usr/local/bin/configurable"}
		return c
	}
	tests := []struct {
		reason string
		args   map[string]string
		want   func(*dockerspec.DockerOCIImageConfig)
	}{
		{"nothing set", nil, func(*dockerspec.DockerOCIImageConfig) {}},
		{"settings", map[string]string{
			"image.user": "9", "image.workdir": "/work", "image.stop-signal": "SIGINT", "image.cmd": "serve", "image.expose": "8080",
			"image.env": "KEPT=2,NEW=3", "image.labels": "from=settings", "image.volumes": "/more", "image.healthcheck.cmd": `["/check"]`,
		}, func(c *dockerspec.DockerOCIImageConfig) {
			c.User, c.WorkingDir, c.StopSignal, c.Cmd = "9", "/work", "SIGINT", []string{"serve"}
			c.Env = []string{"PATH=/base/bin", "KEPT=2", "NEW=3"}
			c.ExposedPorts["8080/tcp"], c.Volumes["/more"], c.Labels["from"] = struct{}{}, struct{}{}, "settings"
			c.Healthcheck = &dockerspec.HealthcheckConfig{Test: []string{"CMD", "/check"}}
		}},
		{"no health check", map[string]string{"image.healthcheck.cmd": "[]"}, func(c *dockerspec.DockerOCIImageConfig) {
			c.Healthcheck = &dockerspec.HealthcheckConfig{Test: []string{"NONE"}}
		}},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		made := b.build(t, build{dir: newProject(t, baseImage).dir, frontend: "dockerfile.v0"})
		p := newProject(t, configurable, map[string]string{"metadata": ""})
		for _, tt := range tests {
			t.Run(tt.reason, func(t *testing.T) {
				args := map[string]string{"image.base": "base"}
				for key, value := range tt.args {
					args[key] = value
				}
				res := b.build(t, build{dir: p.dir, args: args, layouts: map[string]layout{"base": {made.layout, made.digest}}})
				want := inherited()
				tt.want(&want)
				windows := cmpopts.IgnoreFields(want.ImageConfig, "ArgsEscaped") // says nothing on Linux
				if diff := cmp.Diff(want, readImage(t, res.layout).config.Config, windows); diff != "" {
					t.Errorf("configuration (-want +got):\n%s", diff)
				}
				if data, err := os.ReadFile(filepath.Join(res.files(), "etc/marker")); err != nil || string(data) != "here\n" {
					t.Errorf("the base's file is %q, %v", data, err)
				}
				if got := res.run("configurable"); got != "one\n" {
					t.Errorf("the program says %q", got)
				}
			})
		}
	})
}

// A step says how large the binaries are that it has compiled.
func TestSizeOfTheBinary(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		res := b.build(t, build{dir: newProject(t, configurable, map[string]string{"metadata": ""}).dir})
		if want := fmt.Sprintf("configurable: %d bytes\n", len(res.binary("configurable"))); !strings.Contains(res.output(), want) {
			t.Errorf("no step says %q:\n%s", want, res.output())
		}
	})
}

// buildx writes --annotation on the image and on its index.
func TestBuildxAnnotation(t *testing.T) {
	x := newBuildx(t, newBed(t, gateway))
	out := filepath.Join(t.TempDir(), "image")
	log, status := x.build(exampleHello, "--platform=linux/amd64", "--provenance=mode=min",
		"--annotation", "com.example.a=image", "--annotation", "index:com.example.b=index", "--output", "type=oci,tar=false,dest="+out)
	if status != 0 {
		t.Fatalf("buildx: %s", log)
	}
	img := readImage(t, out)
	if got := img.manifest.Annotations["com.example.a"]; got != "image" {
		t.Errorf("the image has the annotations %v", img.manifest.Annotations)
	}
	var index ocispecs.Index
	img.json(t, readIndex(t, out).Manifests[0].Digest, &index)
	if got := index.Annotations["com.example.b"]; got != "index" {
		t.Errorf("the index has the annotations %v", index.Annotations)
	}
}

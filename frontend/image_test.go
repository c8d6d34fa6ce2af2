package frontend

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

func amd64() ocispecs.Platform { return ocispecs.Platform{OS: "linux", Architecture: "amd64"} }

// debian is a base image that sets everything.
func debian() *image {
	made := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	conf := &dockerspec.DockerOCIImage{}
	conf.Created, conf.Author = &made, "someone"
	conf.Platform = ocispecs.Platform{OS: "linux", Architecture: "arm64"}
	conf.Config.User = "base"
	conf.Config.Entrypoint = []string{"/base"}
	conf.Config.Cmd = []string{"base-argument"}
	conf.Config.Env = []string{"PATH=/bin", "KEPT=1"}
	conf.Config.WorkingDir = "/base"
	conf.Config.StopSignal = "SIGQUIT"
	conf.Config.Labels = map[string]string{"from": "base", "base": "1"}
	conf.Config.ExposedPorts = map[string]struct{}{"80/tcp": {}}
	conf.Config.Volumes = map[string]struct{}{"/data": {}}
	conf.Config.Healthcheck = &dockerspec.HealthcheckConfig{Test: []string{"CMD", "/base"}}
	return &image{conf: conf}
}

func TestImageConfig(t *testing.T) {
	type conf = dockerspec.DockerOCIImageConfig
	tests := []struct {
		reason string
		plan   plan.Image
		base   *image
		labels map[string]string
		want   func(*conf) // changes what is expected without the plan
	}{
		{reason: "scratch has a working directory", want: func(c *conf) { c.WorkingDir = "/" }},
		{reason: "the base's is kept", base: debian(), want: func(*conf) {}},
		{
			reason: "an entrypoint drops the base's arguments", base: debian(),
			plan: plan.Image{Entrypoint: []string{"/usr/local/bin/app"}},
			want: func(c *conf) { c.Entrypoint, c.Cmd = []string{"/usr/local/bin/app"}, nil },
		},
		{
			reason: "arguments alone are for the base's entrypoint", base: debian(),
			plan: plan.Image{Cmd: []string{"x"}},
			want: func(c *conf) { c.Cmd = []string{"x"} },
		},
		{
			reason: "what the plan sets wins", base: debian(),
			plan: plan.Image{User: "10:20", Workdir: "/work", StopSignal: "SIGINT"},
			want: func(c *conf) { c.User, c.WorkingDir, c.StopSignal = "10:20", "/work", "SIGINT" },
		},
		{
			reason: "variables are replaced in place and added", base: debian(),
			plan: plan.Image{Env: []plan.Env{{Name: "PATH", Value: "/opt"}, {Name: "NEW", Value: ""}}},
			want: func(c *conf) { c.Env = []string{"PATH=/opt", "KEPT=1", "NEW="} },
		},
		{
			reason: "ports and volumes add up", base: debian(),
			plan: plan.Image{Expose: []string{"8080/tcp", "80/tcp"}, Volumes: []string{"/more"}},
			want: func(c *conf) {
				c.ExposedPorts["8080/tcp"] = struct{}{}
				c.Volumes["/more"] = struct{}{}
			},
		},
		{
			reason: "labels: base, then plan, then command line", base: debian(),
			plan:   plan.Image{Labels: map[string]string{"from": "plan", "plan": "1", "both": "plan"}},
			labels: map[string]string{"both": "cli", "cli": "1"},
			want: func(c *conf) {
				c.Labels = map[string]string{"from": "plan", "base": "1", "plan": "1", "both": "cli", "cli": "1"}
			},
		},
		{
			reason: "labels without a base", labels: map[string]string{"cli": "1"},
			want: func(c *conf) { c.WorkingDir, c.Labels = "/", map[string]string{"cli": "1"} },
		},
		{
			reason: "a health check replaces the base's as a whole", base: debian(),
			plan: plan.Image{Healthcheck: &settings.Healthcheck{Cmd: []string{"CMD", "/app", "ping"}, Interval: time.Second, Retries: 2}},
			want: func(c *conf) {
				c.Healthcheck = &dockerspec.HealthcheckConfig{Test: []string{"CMD", "/app", "ping"}, Interval: time.Second, Retries: 2}
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			got := imageConfig(tt.plan, amd64(), tt.base, nil, tt.labels)
			want := &dockerspec.DockerOCIImage{}
			if tt.base != nil {
				want = debian().conf
				want.Created = nil
			}
			want.Platform, want.RootFS.Type = amd64(), "layers"
			tt.want(&want.Config)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("configuration (-want +got):\n%s", diff)
			}
			if tt.base != nil {
				if diff := cmp.Diff(debian().conf, tt.base.conf); diff != "" {
					t.Errorf("the base itself changed (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// No time is in the image but the one that was asked for.
func TestImageConfigTime(t *testing.T) {
	data, err := json.Marshal(imageConfig(plan.Image{}, amd64(), debian(), nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "created") {
		t.Errorf("a time is in %s", data)
	}
	epoch := time.Unix(1, 0).UTC()
	if got := imageConfig(plan.Image{}, amd64(), debian(), &epoch, nil).Created; got == nil || !got.Equal(epoch) {
		t.Errorf("created %v, want %v", got, epoch)
	}
}

func TestSetEnv(t *testing.T) {
	tests := []struct {
		reason      string
		env         []string
		name, value string
		want        []string
	}{
		{"the first", nil, "A", "1", []string{"A=1"}},
		{"one more", []string{"A=1"}, "B", "2", []string{"A=1", "B=2"}},
		{"replaced in place", []string{"A=1", "B=2"}, "A", "3", []string{"A=3", "B=2"}},
		{"a name that starts another", []string{"AB=1"}, "A", "2", []string{"AB=1", "A=2"}},
		{"an empty value", []string{"A="}, "A", "2", []string{"A=2"}},
		{"a variable without a value", []string{"A"}, "A", "2", []string{"A", "A=2"}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, setEnv(tt.env, tt.name, tt.value)); diff != "" {
				t.Errorf("environment (-want +got):\n%s", diff)
			}
		})
	}
}

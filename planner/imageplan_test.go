package planner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// bareProbe is a toolchain that compiles, and has neither certificates nor time zones.
func bareProbe() *answers.Probe {
	return &answers.Probe{Cargo: "1.90.0", Rustc: "1.90.0", Targets: []string{"x86_64-unknown-linux-musl"}}
}

// What the toolchain lacks is no error unless somebody asks for it (see TestErrors).
func TestImageFromBareToolchain(t *testing.T) {
	yes, no := true, false
	tests := []struct {
		reason string
		set    func(*settings.ImageSettings)
		probe  func(*answers.Probe) *answers.Probe
		certs  bool
		zones  bool
		warns  bool
	}{
		{reason: "nothing is asked for", set: func(*settings.ImageSettings) {}, warns: true},
		{reason: "none are wanted", set: func(i *settings.ImageSettings) { i.CACertificates = &no }},
		{reason: "on a base they are no default", set: func(i *settings.ImageSettings) { i.Base = "debian:13" }},
		{reason: "the settings bring their own", set: func(i *settings.ImageSettings) {
			i.Files = []settings.ExtraFile{{From: "ca.pem", To: "/etc/ssl/certs/ca-certificates.crt"}}
		}},
		{reason: "a whole root file system may hold them", set: func(i *settings.ImageSettings) { i.Files = []settings.ExtraFile{{From: "rootfs", To: "/"}} }},
		{reason: "files elsewhere are none", set: func(i *settings.ImageSettings) { i.Files = []settings.ExtraFile{{From: "a", To: "/etc/ssl.conf"}} }, warns: true},
		{reason: "a variable says where they are", set: func(i *settings.ImageSettings) { i.Env = map[string]string{"SSL_CERT_FILE": "/ca.pem"} }},
		{reason: "a toolchain that has all", set: func(i *settings.ImageSettings) { i.CACertificates, i.TZData = &yes, true }, probe: func(p *answers.Probe) *answers.Probe {
			p.CACerts, p.TZData = true, true
			return p
		}, certs: true, zones: true},
		{reason: "without a probe nothing is checked", set: func(i *settings.ImageSettings) { i.CACertificates, i.TZData = &yes, true },
			probe: func(*answers.Probe) *answers.Probe { return nil }, certs: true, zones: true},
		{reason: "without a probe the default stays", set: func(*settings.ImageSettings) {}, probe: func(*answers.Probe) *answers.Probe { return nil }, certs: true},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			in := amd64()
			if in.Probe = bareProbe(); tt.probe != nil {
				in.Probe = tt.probe(in.Probe)
			}
			p := newPlan(t, project(t, "single"), newSettings(func(s *settings.Settings) { tt.set(&s.Image) }), in)
			if p.Image.CACertificates != tt.certs || p.Image.TZData != tt.zones {
				t.Errorf("certificates %t, time zones %t, want %t and %t", p.Image.CACertificates, p.Image.TZData, tt.certs, tt.zones)
			}
			warned := len(p.Warnings) == 1 && strings.Contains(p.Warnings[0].Msg, "the image has no CA certificates: the toolchain rust:1-alpine (the default) has no")
			if warned != tt.warns || len(p.Warnings) > 0 != tt.warns {
				t.Errorf("warnings %v, want one: %t", p.Warnings, tt.warns)
			}
		})
	}
}

// A goal without an image needs none of it.
func TestGoalOnBareToolchain(t *testing.T) {
	in := amd64()
	in.Probe = bareProbe()
	p := newPlan(t, project(t, "goals"), defaults(goal(settings.Check), func(s *settings.Settings) { s.Image.TZData = true }), in)
	if len(p.Warnings) > 0 {
		t.Errorf("warnings %v", p.Warnings)
	}
}

func TestNewImage(t *testing.T) {
	const project = `
-- Cargo.toml --
[workspace]
members = ["app"]
[workspace.package]
license = "MIT OR Apache-2.0"
repository = "https://git.example.com/team/app"
authors = ["A <a@example.com>", "B"]
-- app/Cargo.toml --
[package]
name = "app"
version = "1.2.3"
description = "  Does things. "
license.workspace = true
repository.workspace = true
authors.workspace = true
homepage = "https://app.example.com"
documentation = "https://docs.example.com"
-- app/src/main.rs --
`
	labels := func(change map[string]string) map[string]string {
		out := map[string]string{
			"org.opencontainers.image.title": "app", "org.opencontainers.image.version": "1.2.3",
			"org.opencontainers.image.description": "Does things.", "org.opencontainers.image.licenses": "MIT OR Apache-2.0",
			"org.opencontainers.image.source": "https://git.example.com/team/app", "org.opencontainers.image.url": "https://app.example.com",
			"org.opencontainers.image.documentation": "https://docs.example.com", "org.opencontainers.image.authors": "A <a@example.com>, B",
		}
		for k, v := range change {
			out[k] = v
		}
		return out
	}
	files := []plan.File{
		{Path: "etc/group", Data: []byte("root:x:0:\nnonroot:x:65532:\n")},
		{Path: "etc/passwd", Data: []byte("root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/sbin/nologin\n")},
	}
	path := plan.Env{Name: "PATH", Value: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	no, root := false, "0"
	tests := []struct {
		reason string
		set    func(*settings.Settings)
		want   plan.Image
	}{
		{"scratch runs the first binary as an ordinary user", func(*settings.Settings) {}, plan.Image{
			User: "65532:65532", Entrypoint: []string{"/usr/local/bin/app"}, Env: []plan.Env{path}, Labels: labels(nil),
			StopSignal: "SIGTERM", Files: files, CACertificates: true,
		}},
		{"on a base all else stays the base's", func(s *settings.Settings) { s.Image.Base = "debian:13" }, plan.Image{
			Base: "debian:13", Entrypoint: []string{"/usr/local/bin/app"}, Labels: labels(nil),
		}},
		{"the user's settings win", func(s *settings.Settings) {
			s.Image = settings.ImageSettings{
				User: &root, Entrypoint: []string{"app", "serve"}, Cmd: []string{"--port", "80"}, StopSignal: "SIGINT",
				Env: map[string]string{"PATH": "/bin", "A": "1"}, CACertificates: &no, TZData: true, Workdir: "/data",
				Labels: map[string]string{"org.opencontainers.image.title": "mine", "x": "y"},
				Files:  []settings.ExtraFile{{From: "a", To: "/a"}}, Expose: []string{"80/tcp"}, Volumes: []string{"/data"},
			}
		}, plan.Image{
			User: "0", Entrypoint: []string{"app", "serve"}, Cmd: []string{"--port", "80"}, StopSignal: "SIGINT",
			Env: []plan.Env{{Name: "A", Value: "1"}, {Name: "PATH", Value: "/bin"}}, TZData: true, Workdir: "/data", Files: files,
			Labels: labels(map[string]string{"org.opencontainers.image.title": "mine", "x": "y"}),
			Extra:  []settings.ExtraFile{{From: "a", To: "/a"}}, Expose: []string{"80/tcp"}, Volumes: []string{"/data"},
		}},
		{"an empty entrypoint is one that was set", func(s *settings.Settings) { s.Image.Base, s.Image.Entrypoint = "debian", []string{} }, plan.Image{
			Base: "debian", Entrypoint: []string{}, Labels: labels(nil),
		}},
	}
	ws := load(t, archive(project))
	var pkg *cargo.Package
	for _, p := range ws.Packages {
		if p.Name == "app" {
			pkg = p
		}
	}
	bins := []plan.Bin{{Name: "app", Path: "/usr/local/bin/app"}, {Name: "other", Path: "/usr/local/bin/other"}}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, newImage(newSettings(tt.set), bins, pkg)); diff != "" {
				t.Errorf("image (-want +got):\n%s", diff)
			}
		})
	}
}

package integration

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
)

// configurable prints what settings change.
const configurable = `
-- Cargo.toml --
[package]
name = "configurable"
version = "0.1.0"
edition = "2021"

[features]
default = ["one"]
one = []
two = []

[profile.release]
opt-level = 0

[profile.careful]
inherits = "release"
debug-assertions = true
@{metadata}
-- src/main.rs --
// @{salt}
fn main() {
    let mut words = vec![];
    if cfg!(feature = "one") { words.push("one"); }
    if cfg!(feature = "two") { words.push("two"); }
    if cfg!(debug_assertions) { words.push("careful"); }
    if cfg!(fancy) { words.push("fancy"); }
    if let Some(v) = option_env!("GREETING") { words.push(v); }
    if let Some(v) = option_env!("PLACE") { words.push(v); }
    println!("{}", words.join(" "));
}
-- Cargo.lock --
version = 4

[[package]]
name = "configurable"
version = "0.1.0"
`

// A setting that reaches the compiler does so from every place where it can
// stand, the more particular place first.
func TestSettings(t *testing.T) {
	tests := []struct {
		reason   string
		metadata string // of the manifest
		file     string // stand-alone settings
		args     map[string]string
		config   string // .cargo/config.toml
		want     string
	}{
		{reason: "nothing set", want: "one"},
		{reason: "package table: features", metadata: "[package.metadata.rust-frontend]\nfeatures = [\"two\"]", want: "one two"},
		{reason: "package table: no default features", metadata: "[package.metadata.rust-frontend]\ndefault-features = false", want: ""},
		{reason: "package over workspace", want: "one careful",
			metadata: "[workspace]\n[workspace.metadata.rust-frontend]\nprofile = \"release\"\n[package.metadata.rust-frontend]\nprofile = \"careful\""},
		{reason: "workspace table", want: "one careful", metadata: "[workspace]\n[workspace.metadata.rust-frontend]\nprofile = \"careful\""},
		{reason: "build arguments", args: map[string]string{"features": "two", "default-features": "false", "profile": "careful"}, want: "two careful"},
		{reason: "all features", args: map[string]string{"all-features": "true"}, want: "one two"},
		{reason: "argument over table", metadata: "[package.metadata.rust-frontend]\nprofile = \"careful\"", args: map[string]string{"profile": "release"}, want: "one"},
		{reason: "settings file", file: "features = [\"two\"]\nprofile = \"careful\"\n[env]\nGREETING = \"hi\"", want: "one two careful hi"},
		{reason: "dev profile", args: map[string]string{"profile": "dev"}, want: "one careful"},
		{reason: "environment", args: map[string]string{"env.GREETING": "hello"}, want: "one hello"},
		{reason: "cargo configuration", want: "one fancy hi there",
			config: "[build]\nrustflags = [\"--cfg\", \"fancy\"]\n[env]\nGREETING = \"hi\"\nPLACE = { value = \"there\", force = true }"},
		{reason: "path relative to the configuration", want: "one /src/data/x", config: "[env]\nGREETING = { value = \"data/x\", relative = true }"},
		{reason: "profile of the configuration", config: "[profile.release]\ndebug-assertions = true", want: "one careful"},
	}
	eachDriver(t, func(t *testing.T, b *bed) {
		for _, tt := range tests {
			t.Run(tt.reason, func(t *testing.T) {
				p := newProject(t, configurable, map[string]string{"metadata": tt.metadata})
				req := build{dir: p.dir, args: tt.args}
				if tt.file != "" {
					p.write("rust-frontend.toml", tt.file)
					req.attrs = map[string]string{"filename": "rust-frontend.toml"}
				}
				if tt.config != "" {
					p.write(".cargo/config.toml", tt.config)
				}
				res := b.build(t, req)
				if got := strings.TrimSpace(res.run("configurable")); got != tt.want {
					t.Errorf("the program says %q, want %q", got, tt.want)
				}
			})
		}
	})
}

// The old name of the Cargo configuration is read too, and a rust-toolchain
// file does not stop a build whose toolchain is given by name: a warning says both versions.
func TestOldNames(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := newProject(t, configurable, map[string]string{"metadata": ""})
		p.write(".cargo/config", "[env]\nGREETING = \"hi\"\n")
		p.write("rust-toolchain", "nightly-2020-01-01\n")
		res := b.build(t, build{dir: p.dir})
		if got := res.run("configurable"); got != "one hi\n" {
			t.Errorf("the program says %q", got)
		}
		res.mustWarnToo("rust-toolchain asks for Rust nightly-2020-01-01, and the toolchain toolchain (the setting `toolchain`) has 1.")
	})
}

// Everything that an image can say comes out of the settings.
func TestImageSettings(t *testing.T) {
	const metadata = `
[package.metadata.rust-frontend.image]
user = "1000:2000"
entrypoint = ["/usr/local/bin/configurable", "--quietly"]
cmd = ["serve", "now"]
env = { MODE = "test", PATH = "/usr/local/bin" }
workdir = "/data"
expose = [8080, "53/udp"]
volumes = ["/data"]
labels = { "com.example.team" = "tools", "org.opencontainers.image.title" = "Mine" }
stop-signal = "SIGINT"
healthcheck = { cmd = ["/usr/local/bin/configurable", "--health"], interval = "30s", timeout = "2s", start-period = "1s", retries = 2 }
ca-certificates = false
tzdata = true
files = [
    { from = "assets", to = "/srv/assets", owner = "1000:2000" },
    { from = "run.sh", to = "/srv/bin/start", mode = "0640" },
    { from = "*.html", to = "/srv/html/" },
]
`
	eachDriver(t, func(t *testing.T, b *bed) {
		p := newProject(t, configurable, map[string]string{"metadata": metadata})
		p.write("assets/a/one.txt", "one")
		p.write("assets/two.txt", "two")
		p.write("run.sh", "#!/bin/sh\n")
		p.write("index.html", "<p>")
		res := b.build(t, build{dir: p.dir, attrs: map[string]string{"label:com.example.extra": "yes"}})
		want := dockerspec.DockerOCIImageConfig{}
		want.User = "1000:2000"
		want.Entrypoint = []string{"/usr/local/bin/configurable", "--quietly"}
		want.Cmd = []string{"serve", "now"}
		want.Env = []string{"MODE=test", "PATH=/usr/local/bin"}
		want.WorkingDir = "/data"
		want.ExposedPorts = map[string]struct{}{"8080/tcp": {}, "53/udp": {}}
		want.Volumes = map[string]struct{}{"/data": {}}
		want.StopSignal = "SIGINT"
		want.Labels = map[string]string{
			"com.example.team": "tools", "com.example.extra": "yes",
			"org.opencontainers.image.title": "Mine", "org.opencontainers.image.version": "0.1.0",
		}
		want.Healthcheck = &dockerspec.HealthcheckConfig{
			Test:     []string{"CMD", "/usr/local/bin/configurable", "--health"},
			Interval: 30 * time.Second, Timeout: 2 * time.Second, StartPeriod: time.Second, Retries: 2,
		}
		if diff := cmp.Diff(want, readImage(t, res.layout).config.Config); diff != "" {
			t.Errorf("configuration (-want +got):\n%s", diff)
		}
		imageFiles(t, res)
	})
}

func imageFiles(t *testing.T, res *result) {
	files := tree(t, res.files())
	for name, want := range map[string]struct {
		mode fs.FileMode
		uid  uint32
	}{
		"/srv/assets/a/one.txt":             {0o644, 1000},
		"/srv/assets/two.txt":               {0o644, 1000},
		"/srv/bin":                          {fs.ModeDir | 0o755, 0},
		"/srv/bin/start":                    {0o640, 0},
		"/srv/html/index.html":              {0o644, 0},
		"/srv":                              {fs.ModeDir | 0o755, 0},
		"/usr/share/zoneinfo/Europe/Berlin": {0o644, 0},
	} {
		info, err := os.Stat(filepath.Join(res.files(), name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		stat := info.Sys().(*syscall.Stat_t)
		if info.Mode() != want.mode || stat.Uid != want.uid {
			t.Errorf("%s has mode %v and owner %d, want %v and %d", name, info.Mode(), stat.Uid, want.mode, want.uid)
		}
		if year := info.ModTime().UTC().Year(); year != 1970 {
			t.Errorf("%s is dated %v", name, info.ModTime())
		}
	}
	if _, ok := files["/etc/ssl"]; ok {
		t.Error("the image holds CA certificates in spite of the setting")
	}
}

// A base image keeps what is not set, and a glibc target builds on it.
func TestBaseImage(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bed) {
		p := newProject(t, configurable, map[string]string{"metadata": ""})
		res := b.build(t, build{
			dir:  p.dir,
			args: map[string]string{"image.base": "toolchain", "triple": gnuTriple(), "image.workdir": "/srv"},
		})
		if got := res.run("configurable"); got != "one\n" {
			t.Errorf("the program says %q", got)
		}
		conf := readImage(t, res.layout).config.Config
		if conf.User != "" || conf.WorkingDir != "/srv" || len(conf.Env) == 0 {
			t.Errorf("the base's configuration became %+v", conf)
		}
	})
}

package planner

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/org/rust-frontend/answers"
	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
	"github.com/org/rust-frontend/settings"
)

func TestErrors(t *testing.T) {
	here := document.Position{File: "settings.toml", Line: 7}
	at := func(keys ...string) func(*settings.Settings) {
		return func(s *settings.Settings) {
			for _, k := range keys {
				s.Origins[k] = here
			}
		}
	}
	tests := []struct {
		reason   string
		project  string
		edit     func(*testing.T, fstest.MapFS) fstest.MapFS
		settings []func(*settings.Settings)
		inputs   func(*inputs)
		file     string
		line     int
		want     []string
	}{
		{reason: "no lock", project: "single", edit: func(t *testing.T, f fstest.MapFS) fstest.MapFS {
			delete(f, "Cargo.lock")
			return f
		}, file: "Cargo.toml", line: 1, want: []string{"no Cargo.lock", "cargo generate-lockfile"}},
		{reason: "several binaries", project: "virtual", file: "Cargo.toml", line: 1,
			want: []string{"app (app), other (other)", "--target NAME", "bins = [...]", "`package`", "default-run"}},
		{reason: "unknown target", project: "virtual", inputs: func(in *inputs) { in.Target = "ap" },
			file: "Cargo.toml", line: 1, want: []string{`--target ap`, `did you mean "app"?`, "other (other)"}},
		{reason: "target is a library", project: "virtual", inputs: func(in *inputs) { in.Target = "lib" },
			file: "crates/lib/Cargo.toml", line: 1, want: []string{"the package lib has no binary"}},
		{reason: "unknown binary", project: "virtual", settings: []func(*settings.Settings){at("bins"), func(s *settings.Settings) { s.Bins = []string{"othr"} }},
			file: "settings.toml", line: 7, want: []string{`no binary "othr"`, `did you mean "other"?`}},
		{reason: "unknown package", project: "virtual", settings: []func(*settings.Settings){at("package"), func(s *settings.Settings) { s.Package = "apps" }},
			file: "settings.toml", line: 7, want: []string{`no package "apps"`, `did you mean "app"?`, "app, lib, other"}},
		{reason: "unknown feature", project: "single", settings: []func(*settings.Settings){at("features"), func(s *settings.Settings) { s.Features = []string{"fats"} }},
			file: "settings.toml", line: 7, want: []string{`no feature "fats"`, `did you mean "fast"?`, "fast, testing"}},
		{reason: "required features", project: "bins", settings: []func(*settings.Settings){func(s *settings.Settings) { s.Bins = []string{"two"} }},
			file: "Cargo.toml", line: 16, want: []string{"two (bins)", `features = ["extra"]`}},
		{reason: "unknown profile", project: "single", settings: []func(*settings.Settings){at("profile"), func(s *settings.Settings) { s.Profile = "relase" }},
			file: "settings.toml", line: 7, want: []string{`no profile "relase"`, `did you mean "release"?`}},
		{reason: "glibc on scratch", project: "single", settings: []func(*settings.Settings){at("triple"), func(s *settings.Settings) { s.Triple = "x86_64-unknown-linux-gnu" }},
			file: "settings.toml", line: 7, want: []string{"glibc", "image.base"}},
		{reason: "triple of another platform", project: "single", settings: []func(*settings.Settings){at("triple"), func(s *settings.Settings) { s.Triple = "aarch64-unknown-linux-musl" }},
			file: "settings.toml", line: 7, want: []string{"does not run on the platform linux/amd64"}},
		{reason: "platform", project: "single", inputs: func(in *inputs) { in.OS = "windows" },
			file: "Cargo.toml", line: 1, want: []string{"windows/amd64 is not supported"}},
		{reason: "nightly", project: "profile", edit: func(t *testing.T, f fstest.MapFS) fstest.MapFS {
			return edit(t, f, "rust-toolchain.toml", "1.90", "nightly-2026-01-01")
		}, file: "rust-toolchain.toml", want: []string{"no nightly toolchain", "set `toolchain`"}},
		{reason: "old toolchain", project: "single", inputs: func(in *inputs) { in.Probe = &answers.Probe{Rustc: "1.50.0", Rustup: true} },
			file: "Cargo.toml", line: 4, want: []string{"edition 2021 needs Rust 1.56", "1.50.0"}},
		{reason: "no standard library", project: "single", inputs: func(in *inputs) {
			in.Probe = &answers.Probe{Rustc: "1.90.0", Targets: []string{"x86_64-unknown-linux-gnu"}}
		}, file: "Cargo.toml", line: 1, want: []string{"no standard library for x86_64-unknown-linux-musl", "it has: x86_64-unknown-linux-gnu"}},
		{reason: "no time zones", project: "single", settings: []func(*settings.Settings){at("image.tzdata"), func(s *settings.Settings) { s.Image.TZData = true }},
			inputs: func(in *inputs) { in.Probe = bareProbe() }, file: "settings.toml", line: 7,
			want: []string{"image.tzdata: the toolchain rust:1-alpine (the default) has no time zones", "set `toolchain`", "tzdata installed", "image.files", "image.base"}},
		{reason: "no certificates", project: "single", settings: []func(*settings.Settings){at("image.ca-certificates"), func(s *settings.Settings) { s.Image.CACertificates = new(bool); *s.Image.CACertificates = true }},
			inputs: func(in *inputs) { in.Probe = bareProbe() }, file: "settings.toml", line: 7,
			want: []string{"image.ca-certificates: the toolchain rust:1-alpine (the default) has no CA certificates", "set `toolchain`", "ca-certificates installed", "image.files", "image.base"}},
		{reason: "no certificates for a base", project: "single", settings: []func(*settings.Settings){at("image.ca-certificates"), func(s *settings.Settings) {
			s.Image.Base, s.Image.CACertificates = "debian:13", new(bool)
			*s.Image.CACertificates = true
		}}, inputs: func(in *inputs) { in.Probe = bareProbe() }, file: "settings.toml", line: 7, want: []string{"has no CA certificates"}},
		{reason: "no clippy", project: "goals", settings: []func(*settings.Settings){goal(settings.Clippy)}, inputs: func(in *inputs) {
			in.Probe = &answers.Probe{Rustc: "1.90.0", Targets: []string{"x86_64-unknown-linux-musl"}}
		}, file: "Cargo.toml", line: 1, want: []string{"the toolchain rust:1-alpine (the default) has no clippy", "set `toolchain`"}},
		{reason: "tests of another platform", project: "goals", settings: []func(*settings.Settings){goal(settings.Test)}, inputs: func(in *inputs) { in.Arch = "arm64" },
			file: "Cargo.toml", line: 1, want: []string{"the tests of linux/arm64 cannot run", "on linux/amd64", "--target check"}},
		{reason: "unknown package of a goal", project: "goals", settings: []func(*settings.Settings){goal(settings.Check), at("package"), func(s *settings.Settings) { s.Package = "core-lb" }},
			file: "settings.toml", line: 7, want: []string{`no package "core-lb"`, `did you mean "core-lib"?`}},
		{reason: "fixed variable", project: "single", settings: []func(*settings.Settings){at("env.CARGO_HOME"), func(s *settings.Settings) { s.Env = map[string]string{"CARGO_HOME": "/x"} }},
			file: "settings.toml", line: 7, want: []string{"CARGO_HOME is fixed"}},
		{reason: "package missing from its repository", project: "git", inputs: func(in *inputs) {
			in.Git = map[string][]*cargo.Package{"https://git.example.com/team/plain#fedcba9876543210fedcba9876543210fedcba98": {}}
		}, file: "Cargo.lock", line: 22, want: []string{"no package plain 2.0.0"}},
		{reason: "no checksum", project: "single", edit: func(t *testing.T, f fstest.MapFS) fstest.MapFS {
			return edit(t, f, "Cargo.lock", "checksum = ", "#")
		}, file: "Cargo.lock", want: []string{"has no checksum"}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			files := project(t, tt.project)
			if tt.edit != nil {
				files = tt.edit(t, files)
			}
			in := amd64()
			if tt.inputs != nil {
				tt.inputs(&in)
			}
			_, err := makePlan(load(t, files), newSettings(tt.settings...), in)
			var positional *document.Error
			if !errors.As(err, &positional) {
				t.Fatalf("got %v, want a *document.Error", err)
			}
			if positional.File != tt.file || tt.line != 0 && positional.Line != tt.line {
				t.Errorf("at %s:%d, want %s:%d", positional.File, positional.Line, tt.file, tt.line)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not contain %q", err, want)
				}
			}
		})
	}
}

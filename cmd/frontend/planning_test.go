//go:build !gateway

package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

const planProject = `
-- Cargo.toml --
# syntax=rust-frontend:1 image.workdir=/line
[workspace]
members = ["a", "b"]
resolver = "2"
-- Cargo.lock --
version = 4

[[package]]
name = "a"
version = "1.0.0"

[[package]]
name = "b"
version = "1.0.0"
-- a/Cargo.toml --
[package]
name = "a"
version = "1.0.0"
edition = "2021"
-- a/src/main.rs --
-- b/Cargo.toml --
[package]
name = "b"
version = "1.0.0"
edition = "2021"
[package.metadata.rust-frontend]
profil = "dev"
-- b/src/main.rs --
-- image.toml --
package = "a"
image.user = "7"
-- bad.toml --
image.user = 7
`

func TestPlan(t *testing.T) {
	tests := []struct {
		reason  string
		args    string
		goal    settings.Goal
		bins    []string
		user    string
		workdir string
		err     string
	}{
		{reason: "the target and the syntax line", args: "--target a", bins: []string{"a"}, user: "65532:65532", workdir: "/line"},
		{reason: "a build argument", args: "--target a . --build-arg image.user=5", bins: []string{"a"}, user: "5", workdir: "/line"},
		{reason: "a settings file", args: "-f image.toml", bins: []string{"a"}, user: "7"},
		{reason: "a member's manifest selects the member", args: "-f a/Cargo.toml", bins: []string{"a"}, user: "65532:65532"},
		{reason: "errors show the line", args: "-f b/Cargo.toml", err: `unknown setting "profil"; did you mean "profile"?`},
		{reason: "errors of a settings file", args: "-f bad.toml", err: "bad.toml:1: image.user must be a string"},
		{reason: "a platform", args: "--target a --platform linux/arm64", bins: []string{"a"}, user: "65532:65532", workdir: "/line"},
		{reason: "a stage of cargo", args: "--target test", goal: settings.Test},
		{reason: "no such file", args: "-f nope.toml", err: "name another one with -f"},
		{reason: "several platforms", args: "--platform linux/arm64,linux/amd64 --target a", err: "a plan is for one platform"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			extract(t, planProject)
			var out bytes.Buffer
			app := newApp(buildCommand(os.Getenv, nil))
			app.Writer = &out
			err := app.Run(t.Context(), append([]string{"frontend", "plan"}, strings.Fields(tt.args)...))
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var p plan.Plan
			if err := json.Unmarshal(out.Bytes(), &p); err != nil {
				t.Fatal(err)
			}
			var bins []string
			for _, b := range p.Bins {
				bins = append(bins, b.Name)
			}
			if p.Goal != tt.goal || !slices.Equal(bins, tt.bins) || p.Image.User != tt.user || p.Image.Workdir != tt.workdir {
				t.Errorf("got %q, %v, user %q, working directory %q", p.Goal, bins, p.Image.User, p.Image.Workdir)
			}
		})
	}
}

func TestPrintError(t *testing.T) {
	extract(t, planProject)
	err := newApp(buildCommand(os.Getenv, nil)).Run(t.Context(), []string{"frontend", "plan", "-f", "b/Cargo.toml"})
	var out bytes.Buffer
	printError(&out, err)
	for _, want := range []string{"b/Cargo.toml:6", `>>> profil = "dev"`, "error: b/Cargo.toml:6: unknown setting"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s\ndoes not contain %q", out.String(), want)
		}
	}
}

func TestOpenContext(t *testing.T) {
	tests := []struct {
		reason string
		ignore string
		want   []string
	}{
		{"nothing is ignored but cargo's output", "-- x --", []string{"Cargo.toml", "a", "a/one.rs", "a/two.rs", "b", "b/target", "b/target/x", "link", "x"}},
		{"a file of its own for the manifest", "-- Cargo.toml.dockerignore --\nb\n*ignore\n-- .dockerignore --\na", []string{"Cargo.toml", "a", "a/one.rs", "a/two.rs", "link"}},
		{"exceptions bring files back", "-- .dockerignore --\n*\n!Cargo.toml\n!a/one.rs", []string{"Cargo.toml", "a", "a/one.rs"}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			extract(t, "-- Cargo.toml --\n-- a/one.rs --\n-- a/two.rs --\n-- b/target/x --\n-- target/y --\n-- .git/config --\n"+tt.ignore)
			if err := os.Symlink("a", "link"); err != nil {
				t.Fatal(err)
			}
			files, err := openContext(t.Context(), ".", "Cargo.toml")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			err = fs.WalkDir(files, ".", func(name string, _ fs.DirEntry, err error) error {
				if name != "." && name != ".dockerignore" {
					got = append(got, name)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			data, err := fs.ReadFile(files, "target/y")
			if err == nil {
				t.Errorf("target/y is sent: %q", data)
			}
			if _, err := fs.Stat(files, "a/one.rs"); err != nil {
				t.Error(err)
			}
		})
	}
}

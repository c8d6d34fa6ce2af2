//go:build !gateway

package main

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/moby/buildkit/client"
	"golang.org/x/tools/txtar"
)

const testDigest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// extract writes an archive to a new directory, and makes it the current one.
func extract(t *testing.T, text string) {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(text)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

const testProject = `
-- app/Cargo.toml --
# syntax=rust-frontend:1 profile=dev
[package]
name = "app"
-- app/image.toml --
profile = "dev"
-- other/file --
-- layout/oci-layout --
{"imageLayoutVersion": "1.0.0"}
-- layout/index.json --
{"manifests": [
{"digest": "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "annotations": {"org.opencontainers.image.ref.name": "one"}},
{"digest": "sha256:1111111111111111111111111111111111111111111111111111111111111111", "annotations": {"org.opencontainers.image.ref.name": "latest"}}
]}
`

// parse reads a command line as main does.
func parse(t *testing.T, args ...string) (*buildFlags, error) {
	t.Helper()
	var got *buildFlags
	app := newApp(buildCommand(func(string) string { return "" }, func(_ context.Context, f *buildFlags) error {
		got = f
		return nil
	}))
	err := app.Run(t.Context(), append([]string{"frontend", "build"}, args...))
	return got, err
}

// request is a client.SolveOpt as far as it can be compared.
type request struct {
	Attrs           map[string]string
	Mounts, Stores  []string
	Exports         []export
	Imports, Caches []client.CacheOptionsEntry
	Allow           []string
}

type export struct {
	Type, Dir string
	Attrs     map[string]string
	Writes    bool
}

func TestSolveOpt(t *testing.T) {
	attrs := func(more ...string) map[string]string {
		out := map[string]string{"filename": "Cargo.toml", "cmdline": "rust-frontend:1 profile=dev"}
		for _, m := range more {
			key, value, _ := strings.Cut(m, "=")
			out[key] = value
		}
		return out
	}
	local := []string{"context", "dockerfile"}
	tests := []struct {
		reason string
		args   string
		want   request
	}{
		{"the file defaults to the manifest, and its syntax line counts", "app", request{Attrs: attrs(), Mounts: local}},
		{"a settings file", "-f app/image.toml app", request{Attrs: map[string]string{"filename": "image.toml"}, Mounts: local}},
		{"flags may follow the directory", "app --target x --platform linux/arm64,linux/amd64 --platform linux/riscv64", request{
			Attrs: attrs("target=x", "platform=linux/arm64,linux/amd64,linux/riscv64"), Mounts: local,
		}},
		{"build arguments keep their commas", "--build-arg features=a,b --build-arg FROM_ENV --build-arg NOT_SET --label a=b,c app", request{
			Attrs: attrs("build-arg:features=a,b", "build-arg:FROM_ENV=1", "label:a=b,c"), Mounts: local,
		}},
		{"cache", "--no-cache --pull --import-cache type=local,src=in --export-cache type=local,dest=out,mode=max app", request{
			Attrs: attrs("no-cache=", "image-resolve-mode=pull"), Mounts: local,
			Imports: []client.CacheOptionsEntry{{Type: "local", Attrs: map[string]string{"src": "in"}}},
			Caches:  []client.CacheOptionsEntry{{Type: "local", Attrs: map[string]string{"dest": "out", "mode": "max"}}},
		}},
		{"stages without cache", "--no-cache-filter source,image --allow network.host app", request{Attrs: attrs("no-cache=source,image"), Mounts: local, Allow: []string{"network.host"}}},
		{"raw options win", "--target a --opt target=b --opt x=y=z app", request{Attrs: attrs("target=b", "x=y=z"), Mounts: local}},
		{"a git context", "-f sub/Cargo.toml https://git.example.com/team/app.git#main", request{
			Attrs: map[string]string{"context": "https://git.example.com/team/app.git#main", "filename": "sub/Cargo.toml"},
		}},
		{"named contexts", "--build-context rust=docker-image://mirror.example.com/rust:1 --build-context dir=other --build-context src=https://git.example.com/x.git app", request{
			Attrs:  attrs("context:rust=docker-image://mirror.example.com/rust:1", "context:dir=local:dir", "context:src=https://git.example.com/x.git"),
			Mounts: []string{"context", "dir", "dockerfile"},
		}},
		{"OCI layouts by digest, tag and default", "--build-context a=oci-layout://layout@" + testDigest + " --build-context b=oci-layout://layout:one --build-context c=oci-layout://layout app", request{
			Attrs:  attrs("context:a=oci-layout://layout-0@"+testDigest, "context:b=oci-layout://layout-1@"+testDigest, "context:c=oci-layout://layout-2@sha256:"+strings.Repeat("1", 64)),
			Mounts: local, Stores: []string{"layout-0", "layout-1", "layout-2"},
		}},
		{"a tag alone names an image in the daemon", "-t a:1 -t b:1 app", request{
			Attrs: attrs(), Mounts: local, Exports: []export{{Type: "image", Attrs: map[string]string{"name": "a:1,b:1"}}},
		}},
		{"outputs get the tag unless they have a name", "-t a:1 -o type=image,push=true -o type=oci,dest=o.tar,name=c -o type=local,dest=out --load app", request{
			Attrs: attrs(), Mounts: local, Exports: []export{
				{Type: "image", Attrs: map[string]string{"name": "a:1", "push": "true"}},
				{Type: "oci", Attrs: map[string]string{"name": "c"}, Writes: true},
				{Type: "local", Dir: "out", Attrs: map[string]string{}},
				{Type: "docker", Attrs: map[string]string{"name": "a:1"}, Writes: true},
			},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			extract(t, testProject)
			t.Setenv("FROM_ENV", "1")
			f, err := parse(t, strings.Fields(tt.args)...)
			if err != nil {
				t.Fatal(err)
			}
			opt, err := solveOpt(f)
			if err != nil {
				t.Fatal(err)
			}
			got := request{
				Attrs: opt.FrontendAttrs, Mounts: slices.Sorted(maps.Keys(opt.LocalMounts)), Stores: slices.Sorted(maps.Keys(opt.OCIStores)),
				Imports: opt.CacheImports, Caches: opt.CacheExports, Allow: opt.AllowedEntitlements,
			}
			for _, e := range opt.Exports {
				got.Exports = append(got.Exports, export{e.Type, e.OutputDir, e.Attrs, e.Output != nil})
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBuildErrors(t *testing.T) {
	tests := []struct{ args, want string }{
		{"missing", "neither a directory nor a git or http URL"},
		{"app/Cargo.toml", "is a file: give the directory"},
		{"other", "name another one with -f"},
		{"app other", "takes one directory, not 2 arguments"},
		{"--nope app", "flag provided but not defined: -nope; see frontend build --help"},
		{"--platform x/y/z/w app", "--platform x/y/z/w"},
		{"--build-arg =x app", "write KEY=VALUE"},
		{"--label x app", "write KEY=VALUE"},
		{"--opt x app", "write KEY=VALUE"},
		{"--no-cache --no-cache-filter deps app", "use one of them"},
		{"--build-context x app", "write NAME=VALUE"},
		{"--build-context x=missing app", "a value is docker-image://REF"},
		{"--build-context x=app/Cargo.toml app", "is not a directory"},
		{"--build-context context=other app", "taken by the build itself"},
		{"--build-context x=oci-layout://layout:two app", `no tag "two"; there are: one, latest`},
		{"--build-context x=oci-layout://other app", "index.json"},
		{"--load --platform linux/amd64,linux/arm64 app", "--load takes one platform"},
		{"-o out app", "invalid value out"},
		{"--allow everything app", "everything"},
		{"--tlsdir app --tlscert x app", "use one or the other"},
		{"--tlsdir app app", "has none of the files"},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			extract(t, testProject)
			f, err := parse(t, strings.Fields(tt.args)...)
			if err == nil {
				_, err = solveOpt(f)
			}
			if err == nil {
				_, err = tlsOptions(f)
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestLoader(t *testing.T) {
	extract(t, testProject)
	l, err := newLoader("cp", "/dev/stdin", "copy")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Write([]byte("image")); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile("copy"); string(data) != "image" {
		t.Errorf("the command got %q", data)
	}
	if l, err = newLoader("false"); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err == nil {
		t.Error("a command that fails must be an error")
	}
	if _, err = newLoader("no-such-command"); err == nil || !strings.Contains(err.Error(), "which --load needs") {
		t.Errorf("got %v", err)
	}
}

func TestWriteMetadata(t *testing.T) {
	extract(t, "")
	if err := writeMetadata("out.json", map[string]string{"a": "text", "b": "eyJ4IjoxfQ=="}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("out.json")
	if err != nil {
		t.Fatal(err)
	}
	if want := "{\n  \"a\": \"text\",\n  \"b\": {\n    \"x\": 1\n  }\n}\n"; string(data) != want {
		t.Errorf("got %s", data)
	}
}

func TestStartedByBuildKit(t *testing.T) {
	for env, want := range map[string]bool{
		"BUILDKIT_SESSION_ID=x": true, "BUILDKIT_FRONTEND_OPT_0=a=b": true,
		"BUILDKIT_HOST=x": false, "BUILDKIT_PROGRESS=plain": false,
	} {
		if got := startedByBuildKit([]string{"PATH=/bin", env}); got != want {
			t.Errorf("%s: %v", env, got)
		}
	}
}

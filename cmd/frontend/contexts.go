//go:build !gateway

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/tonistiigi/fsutil"
)

// The local directories that the frontend asks for.
const (
	localContext = "context"
	localFile    = "dockerfile"
)

// manifestName is the file that is read when none is named.
const manifestName = "Cargo.toml"

// addContext adds the build context: a local directory, or a git or http URL,
// in which the file is then named from its root.
func addContext(opt *client.SolveOpt, dir, file string) error {
	info, err := os.Stat(dir)
	switch {
	case err == nil && !info.IsDir():
		return fmt.Errorf("%s is a file: give the directory, and the file with -f", dir)
	case err != nil && isRemote(dir):
		opt.FrontendAttrs["context"] = dir
		if file != "" {
			opt.FrontendAttrs["filename"] = filepath.ToSlash(file)
		}
		return nil
	case err != nil:
		return fmt.Errorf("the build context is neither a directory nor a git or http URL: %w", err)
	}
	if file == "" {
		file = filepath.Join(dir, manifestName)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the file that describes the build; name another one with -f: %w", err)
	}
	opt.FrontendAttrs["filename"] = filepath.Base(file)
	// The daemon would pass the arguments of the syntax line; here nothing
	// does, since the frontend runs in this process.
	if _, cmdline, _, ok := parser.DetectSyntax(data); ok {
		opt.FrontendAttrs["cmdline"] = cmdline
	}
	if err := addLocal(opt, localContext, dir); err != nil {
		return err
	}
	return addLocal(opt, localFile, filepath.Dir(file))
}

func isRemote(ref string) bool {
	if _, ok, _ := dockerui.DetectGitContext(ref, nil); ok {
		return true
	}
	_, _, ok := dockerui.DetectHTTPContext(ref)
	return ok
}

func addLocal(opt *client.SolveOpt, name, dir string) error {
	local, err := fsutil.NewFS(dir)
	if err != nil {
		return fmt.Errorf("open %s: %w", dir, err)
	}
	opt.LocalMounts[name] = local
	return nil
}

// addNamedContext adds NAME=VALUE of --build-context.
func addNamedContext(opt *client.SolveOpt, arg string) error {
	name, value, ok := strings.Cut(arg, "=")
	if !ok || name == "" || value == "" {
		return fmt.Errorf("--build-context %s: write NAME=VALUE", arg)
	}
	key := "context:" + name
	if layout, ok := strings.CutPrefix(value, "oci-layout://"); ok {
		return addLayout(opt, key, layout)
	}
	info, err := os.Stat(value)
	switch {
	case strings.HasPrefix(value, "docker-image://"), err != nil && isRemote(value):
		opt.FrontendAttrs[key] = value
		return nil
	case err != nil:
		return fmt.Errorf("--build-context %s: %w; a value is docker-image://REF, oci-layout://PATH, a git or http URL, or a directory", name, err)
	case !info.IsDir():
		return fmt.Errorf("--build-context %s: %s is not a directory", name, value)
	case name == localContext || name == localFile:
		return fmt.Errorf("--build-context %s: this name is taken by the build itself", name)
	}
	opt.FrontendAttrs[key] = "local:" + name
	return addLocal(opt, name, value)
}

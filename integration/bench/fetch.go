package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/org/rust-frontend/integration/published"
)

// origin is where a project comes from: a directory, a package of crates.io
// (or a workspace put together from several), or a tag of a git repository.
type origin struct {
	kind, place, version string
}

const (
	originDir       = "directory"
	originCrate     = "crates.io"
	originWorkspace = "workspace"
	originGit       = "git"
)

// parseOrigin reads a directory, crates.io:NAME@VERSION or git:URL@TAG.
func parseOrigin(source string) (origin, error) {
	kind, rest, _ := strings.Cut(source, ":")
	if kind != originCrate && kind != originGit {
		return origin{kind: originDir, place: source}, nil
	}
	// The last one: a URL may have a user in it.
	at := strings.LastIndex(rest, "@")
	if at <= 0 || at == len(rest)-1 || strings.HasPrefix(rest, "-") {
		return origin{}, fmt.Errorf("want crates.io:NAME@VERSION or git:URL@TAG")
	}
	o := origin{kind: kind, place: rest[:at], version: rest[at+1:]}
	if kind == originGit {
		return o, nil
	}
	if !regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(o.place) || !regexp.MustCompile(`^[A-Za-z0-9.+-]+$`).MatchString(o.version) {
		return origin{}, fmt.Errorf("want crates.io:NAME@VERSION")
	}
	if published.IsWorkspace(o.place) {
		o.kind = originWorkspace
	}
	return o, nil
}

// fetch gives the directory of a project, which is below to if it had to be
// made.
func fetch(ctx context.Context, tc *toolchain, p place, source, to string) (string, error) {
	o, err := parseOrigin(source)
	if err != nil {
		return "", err
	}
	if o.kind != originDir {
		logf("download %s", source)
	}
	switch o.kind {
	case originCrate:
		return fetchCrate(ctx, tc, p, o)
	case originWorkspace:
		p.out = to
		if err := makeDirs(to); err != nil {
			return "", err
		}
		_, _, err := tc.run(ctx, p, nil, "sh", "-euc", published.Script(o.place, o.version))
		return filepath.Join(to, "tree"), err
	case originGit:
		out, err := exec.CommandContext(ctx, "git", "-c", "advice.detachedHead=false",
			"clone", "--quiet", "--depth", "1", "--branch", o.version, "--", o.place, to).CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("git clone: %s", strings.TrimSpace(string(out)))
		}
		return to, nil
	default:
		return o.place, nil
	}
}

// fetchCrate has cargo download a published package and gives its directory.
func fetchCrate(ctx context.Context, tc *toolchain, p place, o origin) (string, error) {
	name := o.place + "@" + o.version
	if _, _, err := tc.cargo(ctx, p, "info", "--registry", "crates-io", name); err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(p.home, "registry/src/*", o.place+"-"+o.version))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("cargo info %s left no sources behind", name)
	}
	// Cargo's own mark, which is not part of the package.
	return found[0], os.RemoveAll(filepath.Join(found[0], ".cargo-ok"))
}

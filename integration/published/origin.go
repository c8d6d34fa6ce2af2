package published

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Origin is where a project comes from: a directory, a package of crates.io
// (or a workspace put together from several), or a tag of a git repository.
type Origin struct {
	Kind, Place, Version string
}

// The kinds of origins.
const (
	Directory = "directory"
	Crate     = "crates.io"
	Workspace = "workspace"
	Git       = "git"
)

// ParseOrigin reads a directory, crates.io:NAME@VERSION or git:URL@TAG.
func ParseOrigin(source string) (Origin, error) {
	kind, rest, _ := strings.Cut(source, ":")
	if kind != Crate && kind != Git {
		return Origin{Kind: Directory, Place: source}, nil
	}
	// The last one: a URL may have a user in it.
	at := strings.LastIndex(rest, "@")
	if at <= 0 || at == len(rest)-1 || strings.HasPrefix(rest, "-") {
		return Origin{}, errors.New("want crates.io:NAME@VERSION or git:URL@TAG")
	}
	o := Origin{Kind: kind, Place: rest[:at], Version: rest[at+1:]}
	if kind == Git {
		return o, nil
	}
	if !regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(o.Place) || !regexp.MustCompile(`^[A-Za-z0-9.+-]+$`).MatchString(o.Version) {
		return Origin{}, errors.New("want crates.io:NAME@VERSION")
	}
	if IsWorkspace(o.Place) {
		o.Kind = Workspace
	}
	return o, nil
}

// Clone clones the tag of a git origin with the machine's own git.
func Clone(ctx context.Context, o Origin, to string) error {
	out, err := exec.CommandContext(ctx, "git", "-c", "advice.detachedHead=false",
		"clone", "--quiet", "--depth", "1", "--branch", o.Version, "--", o.Place, to).CombinedOutput()
	if err != nil {
		return fmt.Errorf("git clone: %s", strings.TrimSpace(string(out)))
	}
	return nil
}

// Copy copies a project without what builds leave behind. Times are kept:
// both cargo and BuildKit judge files by them.
func Copy(from, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == ".git" || isTargetDir(filepath.Join(from, e.Name())) {
			continue
		}
		if out, err := exec.Command("cp", "-a", filepath.Join(from, e.Name()), to).CombinedOutput(); err != nil {
			return fmt.Errorf("copy %s: %s", from, strings.TrimSpace(string(out)))
		}
	}
	return nil
}

// isTargetDir tells cargo's output from a directory that has its name.
func isTargetDir(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, ".rustc_info.json"))
	return err == nil && filepath.Base(dir) == "target"
}

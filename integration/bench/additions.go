package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// addition is a new dependency of the binary's package: a name and version of
// crates.io, and the files that have it.
type addition struct {
	name, version string
	files         map[string]string
}

func (a addition) String() string { return a.name + " " + a.version }

var errNoAddition = errors.New("no dependency to add: Cargo.lock has all of the benchmark's list")

// chooseAdditions finds up to n packages that the lock file does not have and
// that depend on nothing, the first of a list, and has cargo add each.
func (p *project) chooseAdditions(ctx context.Context, tc *toolchain, n int) error {
	lock, err := p.ask.read("Cargo.lock")
	if err != nil {
		return err
	}
	for _, name := range []string{"itoa", "fnv", "hex", "base64", "cfg-if", "humantime", "fixedbitset", "arrayvec"} {
		if len(p.additions) == n {
			break
		}
		if strings.Contains(lock, fmt.Sprintf("\nname = %q\n", name)) {
			continue
		}
		files, err := p.askLock(ctx, tc, nil, "add", "--quiet", "--package", p.pkg.Name, name)
		if err != nil {
			logf("add %s: %v", name, err)
			continue
		}
		if version, ok := onlyAdded(lock, files["Cargo.lock"], name, p.pkg.Name); ok {
			p.additions = append(p.additions, addition{name, version, files})
		}
	}
	return nil
}

// askLock changes the files of the original, runs a cargo command if one is
// given, and has cargo write the lock file that the manifests then need, with
// nothing else in it changed. It gives the binary's manifest and the lock file.
func (p *project) askLock(ctx context.Context, tc *toolchain, files map[string]string, args ...string) (map[string]string, error) {
	p.ask.touched[p.manifest], p.ask.touched["Cargo.lock"] = true, true
	if err := p.ask.change(files); err != nil {
		return nil, err
	}
	if len(args) > 0 {
		if _, _, err := tc.cargo(ctx, p.place, args...); err != nil {
			return nil, err
		}
	}
	if _, _, err := tc.cargo(ctx, p.place, "metadata", "--format-version", "1"); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, name := range []string{p.manifest, "Cargo.lock"} {
		data, err := os.ReadFile(filepath.Join(p.place.src, name))
		if err != nil {
			return nil, err
		}
		out[name] = string(data)
	}
	return out, nil
}

// onlyAdded tells whether a lock file is another and one package more that
// depends on nothing, which one package refers to. It gives its version.
func onlyAdded(before, after, name, to string) (version string, ok bool) {
	was, is := lockBlocks(before), lockBlocks(after)
	start := fmt.Sprintf("name = %q\n", name)
	at := slices.IndexFunc(is, func(b string) bool { return strings.HasPrefix(b, start) })
	if at < 0 || len(is) != len(was)+1 || strings.Contains(is[at], "dependencies = [") {
		return "", false
	}
	found := regexp.MustCompile(`\nversion = "([^"]+)"`).FindStringSubmatch(is[at])
	if found == nil {
		return "", false
	}
	others := slices.Delete(slices.Clone(is), at, at+1)
	changed := 0
	for i := range was {
		if was[i] == others[i] {
			continue
		}
		if !strings.HasPrefix(others[i], fmt.Sprintf("name = %q\n", to)) {
			return "", false
		}
		changed++
	}
	return found[1], changed == 1
}

// lockBlocks splits a lock file into what is before the packages, and those.
func lockBlocks(lock string) []string {
	blocks := strings.Split(lock, "[[package]]\n")
	for i := range blocks {
		blocks[i] = strings.TrimSpace(blocks[i])
	}
	return blocks
}

// addChange is the n-th addition, and what it makes cargo compile.
func (p *project) addChange(n int) (change, error) {
	if n >= len(p.additions) {
		return change{}, errNoAddition
	}
	a := p.additions[n]
	return change{files: a.files, compiles: a.name + " v" + a.version}, nil
}

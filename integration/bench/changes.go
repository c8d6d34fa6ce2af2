package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Each scenario is a change to the original project: the files that differ.

// sourceChange edits the binary's main source; the label is in the binary.
func (p *project) sourceChange(t *tree, label string) (map[string]string, error) {
	source, err := t.read(p.main)
	if err != nil {
		return nil, err
	}
	return map[string]string{p.main: editSource(source, label)}, nil
}

// versionChange raises the package's own version, in the manifest or in what
// it inherits from the workspace, and in Cargo.lock as cargo would.
func (p *project) versionChange(t *tree, n int) (map[string]string, error) {
	version, err := nextVersion(p.pkg.Version, n)
	if err != nil {
		return nil, err
	}
	manifest, err := t.read(p.manifest)
	if err != nil {
		return nil, err
	}
	lock, err := t.read("Cargo.lock")
	if err != nil {
		return nil, err
	}
	changed := []metaPackage{p.pkg}
	file := p.manifest
	edited, ok := setManifestVersion(manifest, "package", version)
	if !ok {
		file = "Cargo.toml"
		if manifest, err = t.read(file); err != nil {
			return nil, err
		}
		if edited, ok = setManifestVersion(manifest, "workspace.package", version); !ok {
			return nil, fmt.Errorf("%s: no version to raise", p.manifest)
		}
		if changed, err = p.inheritors(t, version); err != nil {
			return nil, err
		}
	}
	for _, pkg := range changed {
		if lock, err = setLockVersion(lock, pkg.Name, pkg.Version, version); err != nil {
			return nil, err
		}
	}
	return map[string]string{file: edited, "Cargo.lock": lock}, nil
}

// inheritors are the members whose version is the workspace's.
func (p *project) inheritors(t *tree, version string) ([]metaPackage, error) {
	var out []metaPackage
	for _, pkg := range p.members {
		name, err := filepath.Rel("/src", pkg.ManifestPath)
		if err != nil {
			return nil, err
		}
		manifest, err := t.read(name)
		if err != nil {
			return nil, err
		}
		if _, literal := setManifestVersion(manifest, "package", version); !literal && pkg.Version == p.pkg.Version {
			out = append(out, pkg)
		}
	}
	return out, nil
}

// errNoBump is the error of the bump scenario where there is nothing to bump.
var errNoBump = errors.New("no package of Cargo.lock has another compatible version; choose one with -bump")

// chooseBumps finds up to n changes of one dependency to other published
// versions that leave the rest of Cargo.lock alone, and asks cargo for the
// lock file of each. Wanted, if not empty, is the user's choice.
func (p *project) chooseBumps(ctx context.Context, tc *toolchain, wanted string, n int) error {
	if wanted != "" {
		return p.wantedBump(ctx, tc, wanted)
	}
	const (
		mostCrates = 10
		mostTries  = 4
	)
	for _, c := range p.crates[:min(mostCrates, len(p.crates))] {
		published, err := p.published(c.name)
		if err != nil {
			return err
		}
		versions := candidates(c.version, published)
		for _, v := range versions[:min(n+mostTries, len(versions))] {
			if len(p.bumps) == n {
				break
			}
			b := bump{name: c.name, from: c.version, to: v}
			before, after, err := p.tryBump(ctx, tc, b)
			if err == nil && onlyBumped(before, after, b) {
				p.bumps, p.locks = append(p.bumps, b), append(p.locks, after)
			}
		}
		if len(p.bumps) > 0 {
			return nil
		}
	}
	return nil
}

func (p *project) wantedBump(ctx context.Context, tc *toolchain, wanted string) error {
	b, err := parseBump(wanted)
	if err != nil {
		return err
	}
	for _, c := range p.crates {
		if c.name == b.name {
			b.from = c.version
			_, after, err := p.tryBump(ctx, tc, b)
			p.bumps, p.locks = []bump{b}, []string{after}
			return err
		}
	}
	return fmt.Errorf("-bump %s: %s is not built from such a package of crates.io", wanted, p.bin)
}

// published reads the index entry that cargo keeps of a package.
func (p *project) published(name string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(p.place.home, "registry/index/*/.cache", indexPath(name)))
	if err != nil || len(files) == 0 {
		return nil, err
	}
	data, err := os.ReadFile(files[0])
	return indexVersions(data), err
}

// tryBump has cargo change the lock file; the error is cargo's refusal.
func (p *project) tryBump(ctx context.Context, tc *toolchain, b bump) (before, after string, err error) {
	original, err := os.ReadFile(filepath.Join(p.dir, "Cargo.lock"))
	if err != nil {
		return "", "", err
	}
	file := filepath.Join(p.place.src, "Cargo.lock")
	if err := os.WriteFile(file, original, 0o644); err != nil {
		return "", "", err
	}
	if _, _, err := tc.cargo(ctx, p.place, "update", "-p", b.name+"@"+b.from, "--precise", b.to); err != nil {
		return "", "", err
	}
	changed, err := os.ReadFile(file)
	return string(original), string(changed), err
}

// bumpChange is the n-th of the chosen bumps.
func (p *project) bumpChange(n int) (map[string]string, error) {
	if n >= len(p.locks) {
		return nil, errNoBump
	}
	return map[string]string{"Cargo.lock": p.locks[n]}, nil
}

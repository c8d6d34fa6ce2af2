package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// errNoBump is the error of the bump scenario where there is nothing to bump.
var errNoBump = errors.New("no package of Cargo.lock has another compatible version; choose one with -bump")

// chooseBumps makes the changes of the scenarios that bump a dependency, up to
// n for each, all different: a peer may still have what it compiled before.
// Wanted, if not empty, is the user's choice for the plain one.
func (p *project) chooseBumps(ctx context.Context, tc *toolchain, scenarios []string, wanted string, n int) error {
	for _, scenario := range []string{scenarioBump, scenarioBumpLow, scenarioBumpMid, scenarioBumpTop} {
		needed := slices.Contains(scenarios, scenario) ||
			scenario == scenarioBumpMid && slices.Contains(scenarios, scenarioImportBump)
		if !needed {
			continue
		}
		var err error
		switch {
		case scenario != scenarioBump:
			p.bumps[scenario], err = p.findBumps(ctx, tc, level(scenario, p.crates), n)
		case wanted != "":
			p.bumps[scenario], err = p.wantedBump(ctx, tc, wanted)
		default:
			p.bumps[scenario], err = p.findBumps(ctx, tc, p.crates, n)
		}
		if err != nil {
			return err
		}
	}
	p.bumps[scenarioImportBump] = p.bumps[scenarioBumpMid]
	return nil
}

// findBumps finds up to n changes of the first package that has any to other
// published versions that leave the rest of Cargo.lock alone, and asks cargo
// for the lock file of each.
func (p *project) findBumps(ctx context.Context, tc *toolchain, crates []crate, n int) ([]bump, error) {
	const (
		mostCrates = 10
		mostTries  = 4
	)
	for _, c := range crates[:min(mostCrates, len(crates))] {
		published, err := p.published(c.name)
		if err != nil {
			return nil, err
		}
		var found []bump
		versions := slices.DeleteFunc(candidates(c.version, published), func(v string) bool { return p.bumped(c.name, v) })
		for _, v := range versions[:min(n+mostTries, len(versions))] {
			if len(found) == n {
				break
			}
			b := bump{name: c.name, from: c.version, to: v, over: c.over}
			before, err := p.tryBump(ctx, tc, &b)
			if err == nil && onlyBumped(before, b.lock, b) {
				found = append(found, b)
			}
		}
		if len(found) > 0 {
			return found, nil
		}
	}
	return nil, nil
}

// bumped tells whether a scenario has this change already.
func (p *project) bumped(name, to string) bool {
	for _, chosen := range p.bumps {
		if slices.ContainsFunc(chosen, func(b bump) bool { return b.name == name && b.to == to }) {
			return true
		}
	}
	return false
}

func (p *project) wantedBump(ctx context.Context, tc *toolchain, wanted string) ([]bump, error) {
	b, err := parseBump(wanted)
	if err != nil {
		return nil, err
	}
	for _, c := range p.crates {
		if c.name == b.name {
			b.from, b.over = c.version, c.over
			_, err := p.tryBump(ctx, tc, &b)
			return []bump{b}, err
		}
	}
	return nil, fmt.Errorf("-bump %s: %s is not built from such a package of crates.io", wanted, p.bin)
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

// tryBump has cargo change the lock file and gives the one before; the error is
// cargo's refusal.
func (p *project) tryBump(ctx context.Context, tc *toolchain, b *bump) (before string, err error) {
	if err := p.ask.change(nil); err != nil {
		return "", err
	}
	if before, err = p.ask.read("Cargo.lock"); err != nil {
		return "", err
	}
	p.ask.touched["Cargo.lock"] = true
	if _, _, err := tc.cargo(ctx, p.place, "update", "-p", b.name+"@"+b.from, "--precise", b.to); err != nil {
		return "", err
	}
	changed, err := os.ReadFile(filepath.Join(p.place.src, "Cargo.lock"))
	b.lock = string(changed)
	return before, err
}

// bumpChange is the n-th of the bumps chosen for a scenario, and what it makes
// cargo compile.
func (p *project) bumpChange(scenario string, n int) (change, error) {
	if n >= len(p.bumps[scenario]) {
		return change{}, errNoBump
	}
	b := p.bumps[scenario][n]
	return change{files: map[string]string{"Cargo.lock": b.lock}, compiles: b.name + " v" + b.to}, nil
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// target is the triple that every peer compiles for.
const target = "x86_64-unknown-linux-musl"

// project is a pristine copy of a Cargo project and what the edits need to
// know of it. The user's directory is only read.
type project struct {
	label, dir string // label is the package's name and version
	bin        string
	main       string // main source of the binary, relative to dir
	manifest   string // of the package that has it, relative to dir
	pkg        metaPackage
	members    []metaPackage
	crates     []crate
	bumps      []bump
	locks      []string // Cargo.lock after each of the bumps
	place      place    // where cargo answered the questions about it
}

type metadata struct {
	Packages         []metaPackage `json:"packages"`
	WorkspaceMembers []string      `json:"workspace_members"`
	WorkspaceRoot    string        `json:"workspace_root"`
	Resolve          struct {
		Nodes []metaNode `json:"nodes"`
	} `json:"resolve"`
}

type metaPackage struct {
	ID           string       `json:"id"`
	Name         string       `json:"name"`
	Version      string       `json:"version"`
	Source       string       `json:"source"`
	ManifestPath string       `json:"manifest_path"`
	DefaultRun   string       `json:"default_run"`
	Targets      []metaTarget `json:"targets"`
}

type metaTarget struct {
	Name    string   `json:"name"`
	Kind    []string `json:"kind"`
	SrcPath string   `json:"src_path"`
}

type metaNode struct {
	ID   string `json:"id"`
	Deps []struct {
		Pkg      string `json:"pkg"`
		DepKinds []struct {
			Kind string `json:"kind"`
		} `json:"dep_kinds"`
	} `json:"deps"`
}

// openProject copies a project below work and asks cargo about it. A source
// of the form "crates.io:NAME@VERSION" is downloaded first.
func openProject(ctx context.Context, tc *toolchain, source, bin, work string) (*project, error) {
	p := &project{dir: filepath.Join(work, "pristine"), place: place{
		src: filepath.Join(work, "ask"), home: filepath.Join(work, "ask-home"), target: filepath.Join(work, "ask-target"),
	}}
	for _, dir := range []string{p.place.src, p.place.home, p.place.target} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
	}
	if name, ok := strings.CutPrefix(source, "crates.io:"); ok {
		dir, err := fetchCrate(ctx, tc, p.place, name)
		if err != nil {
			return nil, err
		}
		source = dir
	}
	if _, err := os.Stat(filepath.Join(source, "Cargo.lock")); err != nil {
		return nil, fmt.Errorf("project %s: %w (run cargo generate-lockfile in it)", source, err)
	}
	if err := copyTree(source, p.dir); err != nil {
		return nil, err
	}
	if err := copyTree(p.dir, p.place.src); err != nil {
		return nil, err
	}
	meta, err := askMetadata(ctx, tc, p.place)
	if err != nil {
		return nil, fmt.Errorf("project %s: %w", source, err)
	}
	if err := p.chooseBin(meta, bin); err != nil {
		return nil, fmt.Errorf("project %s: %w", source, err)
	}
	p.crates = closure(meta, p.pkg.ID)
	return p, nil
}

func askMetadata(ctx context.Context, tc *toolchain, p place) (*metadata, error) {
	out, _, err := tc.cargo(ctx, p, "metadata", "--format-version", "1", "--locked", "--filter-platform", target)
	if err != nil {
		return nil, err
	}
	meta := &metadata{}
	if err := json.Unmarshal([]byte(out), meta); err != nil {
		return nil, fmt.Errorf("read cargo metadata: %w", err)
	}
	if meta.WorkspaceRoot != "/src" {
		return nil, errors.New("not the root of its workspace")
	}
	return meta, nil
}

// chooseBin finds the package and the main source of the binary, which may be
// left out where there is one only or the manifest has a default-run.
func (p *project) chooseBin(meta *metadata, bin string) error {
	members := map[string]bool{}
	for _, id := range meta.WorkspaceMembers {
		members[id] = true
	}
	type found struct {
		pkg    metaPackage
		target metaTarget
	}
	var all []found
	var names []string
	for _, pkg := range meta.Packages {
		if !members[pkg.ID] {
			continue
		}
		p.members = append(p.members, pkg)
		for _, t := range pkg.Targets {
			if t.Kind[0] == "bin" && (bin == "" && (pkg.DefaultRun == "" || pkg.DefaultRun == t.Name) || t.Name == bin) {
				all = append(all, found{pkg, t})
			}
			if t.Kind[0] == "bin" {
				names = append(names, t.Name)
			}
		}
	}
	if len(all) != 1 {
		return fmt.Errorf("choose one binary with -bin: %s", strings.Join(names, ", "))
	}
	p.pkg, p.bin = all[0].pkg, all[0].target.Name
	p.label = p.pkg.Name + " " + p.pkg.Version
	p.main = strings.TrimPrefix(all[0].target.SrcPath, "/src/")
	p.manifest = strings.TrimPrefix(p.pkg.ManifestPath, "/src/")
	return nil
}

// closure gives the crates.io packages that a package is compiled from.
func closure(meta *metadata, root string) []crate {
	packages, nodes := map[string]metaPackage{}, map[string]metaNode{}
	for _, pkg := range meta.Packages {
		packages[pkg.ID] = pkg
	}
	for _, n := range meta.Resolve.Nodes {
		nodes[n.ID] = n
	}
	dependents := map[string]int{}
	seen := map[string]bool{root: true}
	for todo := []string{root}; len(todo) > 0; todo = todo[1:] {
		for _, dep := range nodes[todo[0]].Deps {
			used := false
			for _, k := range dep.DepKinds {
				used = used || k.Kind != "dev"
			}
			if !used {
				continue
			}
			dependents[dep.Pkg]++
			if !seen[dep.Pkg] {
				seen[dep.Pkg] = true
				todo = append(todo, dep.Pkg)
			}
		}
	}
	var out []crate
	for id, n := range dependents {
		if pkg := packages[id]; strings.Contains(pkg.Source, "crates.io-index") {
			out = append(out, crate{name: pkg.Name, version: pkg.Version, dependents: n})
		}
	}
	return bumpOrder(out)
}

// fetchCrate has cargo download a published package and gives its directory.
func fetchCrate(ctx context.Context, tc *toolchain, p place, name string) (string, error) {
	base, version, ok := strings.Cut(name, "@")
	if !ok || !regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(base) {
		return "", fmt.Errorf("project crates.io:%s: want crates.io:NAME@VERSION", name)
	}
	logf("download %s", name)
	if _, _, err := tc.cargo(ctx, p, "info", "--registry", "crates-io", name); err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(p.home, "registry/src/*", base+"-"+version))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("cargo info %s left no sources behind", name)
	}
	// Cargo's own mark, which is not part of the package.
	return found[0], os.RemoveAll(filepath.Join(found[0], ".cargo-ok"))
}

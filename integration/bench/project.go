package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/org/rust-frontend/integration/published"
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
	graph      graph
	crates     []crate           // of the graph, in the order of bumpOrder
	bumps      map[string][]bump // by scenario
	additions  []addition
	// sibling are the files of the second project that differ, if they could
	// be made.
	sibling    map[string]string
	siblingErr error
	place      place // where cargo answers questions about it
	ask        *tree // the sources there
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
	ID   string    `json:"id"`
	Deps []metaDep `json:"deps"`
}

type metaDep struct {
	Pkg      string        `json:"pkg"`
	DepKinds []metaDepKind `json:"dep_kinds"`
}

type metaDepKind struct {
	Kind string `json:"kind"`
}

// openProject copies a project below work and asks cargo about it. For the
// forms of a source see fetch.
func openProject(ctx context.Context, tc *toolchain, source, bin, work string) (*project, error) {
	p := &project{dir: filepath.Join(work, "pristine"), bumps: map[string][]bump{}, place: place{
		src: filepath.Join(work, "ask"), home: filepath.Join(work, "ask-home"), target: filepath.Join(work, "ask-target"),
	}}
	for _, dir := range []string{p.place.src, p.place.home, p.place.target} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
	}
	dir, err := fetch(ctx, tc, p.place, source, filepath.Join(work, "fetched"))
	if err != nil {
		return nil, fmt.Errorf("project %s: %w", source, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "Cargo.lock")); err != nil {
		return nil, fmt.Errorf("project %s: %w (run cargo generate-lockfile in it)", source, err)
	}
	if err := published.Copy(dir, p.dir); err != nil {
		return nil, err
	}
	if p.ask, err = newTree(p, p.place.src); err != nil {
		return nil, err
	}
	meta, err := askMetadata(ctx, tc, p.place)
	if err != nil {
		return nil, fmt.Errorf("project %s: %w", source, err)
	}
	if err := p.chooseBin(meta, bin); err != nil {
		return nil, fmt.Errorf("project %s: %w", source, err)
	}
	p.graph = newGraph(meta, p.pkg.ID)
	p.crates = p.graph.crates()
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

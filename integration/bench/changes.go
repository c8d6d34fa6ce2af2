package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// change is what a scenario does to the original project.
type change struct {
	files map[string]string // those that differ, by name
	// label must be in the binary then, if it is not "", and cargo must have
	// said that it compiles this package.
	label, compiles string
}

// touches tells that a file differs which cargo judges by its time.
func (c change) touches() bool {
	for name := range c.files {
		if name != "Cargo.lock" {
			return true
		}
	}
	return false
}

// prepare asks cargo for all that the scenarios to measure will change.
func (p *project) prepare(ctx context.Context, tc *toolchain, s settings) error {
	if err := p.chooseBumps(ctx, tc, s.scenarios, s.bump, s.runs); err != nil {
		return err
	}
	if slices.Contains(s.scenarios, scenarioSibling) {
		p.siblingErr = p.chooseSibling(ctx, tc)
	}
	if slices.Contains(s.scenarios, scenarioAdd) {
		return p.chooseAdditions(ctx, tc, s.runs)
	}
	return nil
}

// chosen says what the scenarios change, where that is not plain.
func (p *project) chosen(w io.Writer, scenarios []string) {
	for _, scenario := range scenarios {
		for _, b := range p.bumps[scenario] {
			fmt.Fprintf(w, "%s: %s\n", scenario, b)
		}
		if scenario == scenarioAdd {
			for _, a := range p.additions {
				fmt.Fprintf(w, "%s: %s\n", scenario, a)
			}
		}
		if m, err := p.member(scenario); err == nil {
			fmt.Fprintf(w, "%s: %s\n", scenario, m.Name)
		}
	}
}

// change gives the change of a scenario, another one for each run.
func (p *project) change(t *tree, scenario string, run int) (change, error) {
	label := fmt.Sprintf("bench %s %d", scenario, run)
	var files map[string]string
	var err error
	switch scenario {
	case scenarioEdit, scenarioEditBin, scenarioImport:
		files, err = p.sourceChange(t, label)
	case scenarioEditLeaf, scenarioEditMid:
		files, err = p.memberChange(t, scenario, label)
	case scenarioSibling:
		files, err = p.siblingChange(t, label)
	case scenarioVersion:
		label = ""
		files, err = p.versionChange(t, run)
	case scenarioBump, scenarioBumpLow, scenarioBumpMid, scenarioBumpTop, scenarioImportBump:
		return p.bumpChange(scenario, run-1)
	case scenarioAdd:
		return p.addChange(run - 1)
	default:
		label = ""
	}
	return change{files: files, label: label}, err
}

// siblingChange makes the second project, whose source differs too.
func (p *project) siblingChange(t *tree, label string) (map[string]string, error) {
	if p.siblingErr != nil {
		return nil, p.siblingErr
	}
	files, err := p.sourceChange(t, label)
	if err != nil {
		return nil, err
	}
	maps.Copy(files, p.sibling)
	return files, nil
}

// member is the member whose library a scenario edits.
func (p *project) member(scenario string) (metaPackage, error) {
	switch scenario {
	case scenarioEditLeaf:
		return p.graph.leafMember()
	case scenarioEditMid:
		return p.graph.midMember()
	default:
		return metaPackage{}, fmt.Errorf("%s edits no member", scenario)
	}
}

// memberChange edits the library of a member.
func (p *project) memberChange(t *tree, scenario, label string) (map[string]string, error) {
	member, err := p.member(scenario)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(member.Targets, isLibrary)
	name := strings.TrimPrefix(member.Targets[at].SrcPath, "/src/")
	source, err := t.read(name)
	if err != nil {
		return nil, err
	}
	return map[string]string{name: editLibrary(source, label)}, nil
}

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
	edited, ok := setManifest(manifest, "package", "version", version)
	if !ok {
		file = "Cargo.toml"
		if manifest, err = t.read(file); err != nil {
			return nil, err
		}
		if edited, ok = setManifest(manifest, "workspace.package", "version", version); !ok {
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
		if _, literal := setManifest(manifest, "package", "version", version); !literal && pkg.Version == p.pkg.Version {
			out = append(out, pkg)
		}
	}
	return out, nil
}

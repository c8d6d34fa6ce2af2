package lint

import (
	"fmt"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
)

// dependencies calls look for each dependency that takes part in the build.
func (in *Subject) dependencies(look func(cargo.Dependency) string) []match {
	var out []match
	for _, p := range in.Used.Tree {
		for _, d := range p.Dependencies {
			if d.Kind == cargo.Dev || d.Path != "" {
				continue
			}
			if detail := look(d); detail != "" {
				out = append(out, match{written(p, d), detail})
			}
		}
	}
	return out
}

// written is the place where a dependency's source and version are written: in
// the workspace's manifest when the package inherits it.
// https://doc.rust-lang.org/cargo/reference/workspaces.html#the-dependencies-table
func written(p *cargo.Package, d cargo.Dependency) document.Position {
	tables := p.Manifest.Doc
	if d.Target != "" {
		targets, _ := tables["target"].(map[string]any)
		tables, _ = targets[d.Target].(map[string]any)
	}
	name := "dependencies"
	if d.Kind == cargo.Build {
		name = "build-dependencies"
	}
	table, _ := tables[name].(map[string]any)
	entry, _ := table[d.Key].(map[string]any)
	if _, inherited := entry["workspace"]; inherited && p.WorkspaceRoot != nil {
		return p.WorkspaceRoot.At("workspace", "dependencies", d.Key)
	}
	return d.Position
}

// gitDependencyByBranch looks for git dependencies that `cargo update` moves to
// whatever a branch holds.
// https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html#choice-of-commit
func gitDependencyByBranch(in *Subject) []match {
	return in.dependencies(func(d cargo.Dependency) string {
		switch {
		case d.Git == "" || d.Tag != "" || d.Rev != "":
			return ""
		case d.Branch != "":
			return fmt.Sprintf("%s is whatever the branch %s holds at the next `cargo update`: name a tag or a rev", d.Key, d.Branch)
		}
		return fmt.Sprintf("%s is whatever the default branch holds at the next `cargo update`: name a tag or a rev", d.Key)
	})
}

// wildcardVersion looks for requirements that every version fulfils.
// https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html#wildcard-requirements
func wildcardVersion(in *Subject) []match {
	return in.dependencies(func(d cargo.Dependency) string {
		if d.Git != "" || strings.TrimSpace(d.Requirement) != "*" {
			return ""
		}
		return fmt.Sprintf("%s may have any version, so `cargo update` may take one that the code was never compiled with", d.Key)
	})
}

// unusedPatch looks for patches that Cargo.lock lists as unused.
// https://doc.rust-lang.org/cargo/reference/overriding-dependencies.html#the-patch-section
func unusedPatch(in *Subject) []match {
	var out []match
	for _, l := range in.Workspace.Lock.UnusedPatches {
		at := l.Position
		for _, p := range in.Workspace.Patches {
			if p.Package == l.Name && p.Replace == "" {
				at = p.Position
			}
		}
		out = append(out, match{at, fmt.Sprintf(
			"cargo does not use this patch: no dependency accepts %s %s, so what is built is the version without the patch", l.Name, l.Version)})
	}
	return out
}

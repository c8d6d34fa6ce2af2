package manifest

import (
	"maps"
	"slices"

	"github.com/org/rust-frontend/cargo"
)

// rootManifest writes the workspace root's Cargo.toml: the closure's members
// alone, inheritance gone. When the root's own package is not in the closure,
// the root becomes virtual.
// https://doc.rust-lang.org/cargo/reference/workspaces.html
func (v View) rootManifest() map[string]any {
	out := map[string]any{}
	if p := v.Closure.PackageIn(v.Closure.Workspace.Dir); p != nil {
		out = v.manifest(p)
	}
	members, exclude := []any{}, v.excluded()
	for _, p := range v.Closure.Tree {
		switch {
		case p.Dir == v.Closure.Workspace.Dir:
		case p.Member:
			members = append(members, cargo.Relative(v.Closure.Workspace.Dir, p.Dir))
		case cargo.Within(v.Closure.Workspace.Dir, p.Dir):
			// A path dependency below the root would become a member.
			exclude = append(exclude, cargo.Relative(v.Closure.Workspace.Dir, p.Dir))
		}
	}
	workspace := map[string]any{"members": members, "resolver": v.Closure.Workspace.Resolver}
	if len(exclude) > 0 {
		workspace["exclude"] = exclude
	}
	if metadata := v.workspaceMetadata(); len(metadata) > 0 {
		workspace["metadata"] = metadata
	}
	out["workspace"] = workspace
	for _, key := range []string{"profile", "cargo-features"} {
		if value, ok := v.Closure.Workspace.Root.Doc[key]; ok {
			out[key] = value
		}
	}
	v.WritePatches(out)
	return out
}

// excluded gives what the workspace excludes, for a cargo that a build script starts on such a
// package.
// https://doc.rust-lang.org/cargo/reference/workspaces.html#the-members-and-exclude-fields
func (v View) excluded() []any {
	if v.Skeleton {
		return nil
	}
	workspace, _ := v.Closure.Workspace.Root.Doc["workspace"].(map[string]any)
	exclude, _ := workspace["exclude"].([]any)
	return slices.Clone(exclude)
}

// workspaceMetadata gives [workspace.metadata] for those who read it while
// compiling a member; the frontend's own settings are not part of a build.
func (v View) workspaceMetadata() map[string]any {
	if v.Skeleton {
		return nil
	}
	workspace, _ := v.Closure.Workspace.Root.Doc["workspace"].(map[string]any)
	metadata, _ := workspace["metadata"].(map[string]any)
	metadata = maps.Clone(metadata)
	delete(metadata, "rust-frontend")
	return metadata
}

// WritePatches writes the entries of [patch] and [replace] that the closure
// uses, those of the configuration included. The others would make cargo read
// a source that is not there.
// https://doc.rust-lang.org/cargo/reference/overriding-dependencies.html
func (v View) WritePatches(out map[string]any) {
	patch, replace := map[string]any{}, map[string]any{}
	for _, p := range v.Closure.Workspace.Patches {
		if !v.usesPatch(p) {
			continue
		}
		entry := v.patchEntry(p)
		if p.Replace != "" {
			replace[p.Replace] = entry
			continue
		}
		table, ok := patch[p.Source].(map[string]any)
		if !ok {
			table = map[string]any{}
			patch[p.Source] = table
		}
		table[p.Key] = entry
	}
	if len(patch) > 0 {
		out["patch"] = patch
	}
	if len(replace) > 0 {
		out["replace"] = replace
	}
}

// usesPatch says whether the patch's package is in the closure. The skeleton
// reaches stubs by path and not through the patch.
func (v View) usesPatch(p cargo.Patch) bool {
	if p.Path != "" {
		target := v.Closure.PackageIn(p.Path)
		return target != nil && !v.stub(target)
	}
	for _, i := range v.Closure.Locked {
		l := v.Closure.Workspace.Lock.Packages[i]
		if l.Name != p.Package || l.Source.Kind == cargo.PathSource {
			continue
		}
		if p.Git == "" && l.Source.Kind != cargo.GitSource {
			return true
		}
		if p.Git != "" && l.Source.Kind == cargo.GitSource && cargo.SameRepository(p.Git, l.Source.URL) {
			return true
		}
	}
	return false
}

func (v View) patchEntry(p cargo.Patch) map[string]any {
	entry := map[string]any{}
	set := func(key, value string) {
		if value != "" {
			entry[key] = value
		}
	}
	if p.Package != p.Key && p.Replace == "" {
		entry["package"] = p.Package
	}
	set("version", p.Requirement)
	set("git", p.Git)
	set("branch", p.Branch)
	set("tag", p.Tag)
	set("rev", p.Rev)
	set("registry", p.Registry)
	if p.Registry == "" {
		set("registry-index", p.RegistryIndex)
	}
	if p.Path != "" {
		entry["path"] = cargo.Relative(v.Closure.Workspace.Dir, p.Path)
	}
	return entry
}

// lockFile writes Cargo.lock for the closure, stubs with their masked version.
func (v View) lockFile() []byte {
	return v.Closure.Graph.WriteLock(v.Closure.Locked, v.Closure.HasDev, func(i int) string {
		if p := v.Closure.PackageOf[i]; p != nil && v.stub(p) {
			return v.Closure.masks[p]
		}
		return v.Closure.Workspace.Lock.Packages[i].Version
	})
}

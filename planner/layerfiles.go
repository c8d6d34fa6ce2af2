package planner

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/manifest"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// unitName is the package of a layer's synthetic workspace; nothing else may
// have this in its name.
const unitName = "rust-frontend-unit"

const (
	// macroDir is the directory of its procedural macro.
	macroDir = "macro"
	// unitTest is its test.
	unitTest = unitName + "-test"
)

// crateFiles writes the synthetic workspace of a layer of external packages.
func (l *layering) crateFiles(built []int, r reads) manifest.Files {
	out := l.unit(built, ".")
	root := out.Docs["Cargo.toml"]
	workspace := map[string]any{"resolver": "2"}
	if l.checks(built) {
		workspace["members"] = []any{macroDir}
	}
	root["workspace"] = workspace
	if value, ok := l.c.Workspace.Root.Doc["cargo-features"]; ok {
		root["cargo-features"] = value
	}
	if profiles := l.profiles(r.real); len(profiles) > 0 {
		root["profile"] = profiles
	}
	manifest.View{Closure: l.c.Part(l.needed(r.all()))}.WritePatches(root)
	out.Docs[".cargo/config.toml"] = l.c.Config(l.f, r.all())
	out.Texts["Cargo.lock"] = string(l.lock(r.all()))
	l.addStubs(out, r.stubs)
	return out
}

// needed gives those of some locked packages that another one of them needs. The
// synthetic package asks for what a patch puts in place by itself; a patch that
// nobody else asks for makes cargo warn.
func (l *layering) needed(locked []int) []int {
	var out []int
	for _, i := range locked {
		out = append(out, l.c.Graph.Needs(i, l.c.HasDev)...)
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(i int) bool {
		_, there := slices.BinarySearch(locked, i)
		return !there
	})
}

// unit writes the package, in a directory, that a layer asks cargo to compile. A directory
// from the root of the file system on is outside the workspace, which its packages then name.
// It depends on every node below directly, with the exact features of the unit
// graph and none by default, so that cargo makes the very units that the real
// build asks for: what is on the target side as a dependency, what is on the
// host side as a build-dependency. It is never compiled (see [ExecutorFile]).
//
// The nodes that must hold object code beside bitcode are dependencies of a
// second package, whose library is a cdylib too: cargo gives them the LTO mode
// that follows from it. Those that are checked on the host side are dependencies
// of a third one, a procedural macro, which nothing depends on.
//
// For tests the package has a test, over dev-dependencies. Where the profile aborts
// in a panic, cargo makes the units of a binary that a test runs a second time; so
// the nodes that are below one are dependencies of a binary.
func (l *layering) unit(built []int, dir string) manifest.Files {
	dependencies, dev, build, object, macro := map[string]any{}, map[string]any{}, map[string]any{}, map[string]any{}, map[string]any{}
	for i, n := range built {
		node := &l.nodes[n]
		name := fmt.Sprintf("d%d", i)
		if node.checked != nil {
			macro[name] = l.dependency(node, dir, node.macroFeatures())
		}
		if node.procMacro {
			dependencies[name] = l.dependency(node, dir, *side(node.host, node.target))
			continue
		}
		if node.target != nil {
			if l.c.Goal.Traits().RunsTests && !node.abort {
				dev[name] = l.dependency(node, dir, *node.target)
			} else {
				dependencies[name] = l.dependency(node, dir, *node.target)
			}
			if node.object {
				object[name] = l.dependency(node, path.Join(dir, "object"), *node.target)
			}
		}
		if node.host != nil {
			build[name] = l.dependency(node, dir, *node.host)
		}
	}
	root := map[string]any{"package": l.unitPackage(unitName, dir)}
	out := manifest.Files{
		Docs:  map[string]map[string]any{path.Join(dir, "Cargo.toml"): root},
		Texts: map[string]string{path.Join(dir, "src/lib.rs"): ""},
	}
	if len(build) > 0 {
		root["build-dependencies"] = build
		out.Texts[path.Join(dir, "build.rs")] = "fn main() {}\n"
	}
	if l.c.Goal.Traits().RunsTests {
		out.Texts[path.Join(dir, "tests", unitTest+".rs")] = ""
		out.Texts[path.Join(dir, "src/main.rs")] = "fn main() {}\n"
		if len(dev) > 0 {
			root["dev-dependencies"] = dev
		}
	}
	if len(object) > 0 {
		dependencies["object"] = map[string]any{"path": "object", "package": unitName + "-object"}
		out.Docs[path.Join(dir, "object/Cargo.toml")] = map[string]any{
			"package":      l.unitPackage(unitName+"-object", dir),
			"lib":          map[string]any{"crate-type": []any{"cdylib", "rlib"}},
			"dependencies": object,
		}
		out.Texts[path.Join(dir, "object/src/lib.rs")] = ""
	}
	if len(macro) > 0 {
		out.Docs[path.Join(dir, macroDir, "Cargo.toml")] = map[string]any{
			"package":      l.unitPackage(unitName+"-macro", dir),
			"lib":          map[string]any{"proc-macro": true},
			"dependencies": macro,
		}
		out.Texts[path.Join(dir, macroDir, "src/lib.rs")] = ""
	}
	root["dependencies"] = dependencies
	return out
}

// macroFeatures gives the features that the third package asks for. Those of a
// procedural macro's dependencies count for the target's side too, so they are no
// more than that side has; what the host's side has beyond comes from the
// build-dependency.
// https://doc.rust-lang.org/cargo/reference/features.html#feature-resolver-version-2
func (n *node) macroFeatures() []string {
	if n.target == nil {
		return *n.checked
	}
	return slices.DeleteFunc(slices.Clone(*n.checked), func(f string) bool { return !slices.Contains(*n.target, f) })
}

// checks says whether the third package is there.
func (l *layering) checks(built []int) bool {
	return slices.ContainsFunc(built, func(n int) bool { return l.nodes[n].checked != nil })
}

// https://doc.rust-lang.org/cargo/reference/manifest.html#the-workspace-field
func (l *layering) unitPackage(name, dir string) map[string]any {
	out := map[string]any{"name": name, "version": "0.0.0", "edition": "2021"}
	if path.IsAbs(dir) {
		out["workspace"] = path.Join(plan.SourceDir, l.c.Workspace.Dir)
	}
	return out
}

// profiles gives [profile] without what it says of packages that the layer
// does not have.
// https://doc.rust-lang.org/cargo/reference/profiles.html#overrides
func (l *layering) profiles(locked []int) map[string]any {
	names := map[string]bool{}
	for _, i := range locked {
		names[l.c.Workspace.Lock.Packages[i].Name] = true
	}
	profiles, _ := l.c.Workspace.Root.Doc["profile"].(map[string]any)
	out := map[string]any{}
	for name, value := range profiles {
		table, _ := value.(map[string]any)
		packages, ok := table["package"].(map[string]any)
		if !ok {
			out[name] = value
			continue
		}
		table, kept := maps.Clone(table), map[string]any{}
		for spec, override := range packages {
			plain, _, _ := strings.Cut(spec, "@")
			if strings.ContainsAny(plain, ":/*") || names[plain] {
				kept[spec] = override
			}
		}
		table["package"] = kept
		out[name] = table
	}
	return out
}

// side gives the side that there is.
func side(a, b *[]string) *[]string {
	if a != nil {
		return a
	}
	return b
}

// dependency names one locked package and nothing else, as seen from a
// directory.
// https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html
func (l *layering) dependency(n *node, from string, features []string) map[string]any {
	p := l.c.Workspace.Lock.Packages[n.locked]
	version, _, _ := strings.Cut(p.Version, "+")
	out := map[string]any{"package": p.Name, "version": "=" + version, "default-features": false}
	if len(features) > 0 {
		list := make([]any, 0, len(features))
		for _, f := range features {
			list = append(list, f)
		}
		out["features"] = list
	}
	switch {
	case l.c.PackageOf[n.locked] != nil && path.IsAbs(from):
		out["path"] = path.Join(plan.SourceDir, l.c.PackageOf[n.locked].Dir)
	case l.c.PackageOf[n.locked] != nil:
		out["path"] = cargo.Relative(from, l.c.PackageOf[n.locked].Dir)
	case p.Source.Kind == cargo.GitSource:
		out["git"] = p.Source.URL
		for key, value := range map[string]string{"branch": p.Source.Branch, "tag": p.Source.Tag, "rev": p.Source.Rev} {
			if value != "" {
				out[key] = value
			}
		}
	case p.Source.Kind == cargo.SparseSource:
		out["registry-index"] = "sparse+" + p.Source.URL
	case !p.Source.IsCratesIO():
		out["registry-index"] = p.Source.URL
	}
	return out
}

// lock writes Cargo.lock for some packages; cargo adds the synthetic ones.
func (l *layering) lock(locked []int) []byte {
	return l.c.Workspace.Lock.Write(func(i int) bool {
		_, ok := slices.BinarySearch(locked, i)
		return ok
	}, func(i int) string { return l.c.Workspace.Lock.Packages[i].Version })
}

// layerWords are the cargo command of a step of the crate graph. Tests are
// compiled over what unwinds, whatever the profile says of panics, and only
// `cargo test` compiles that.
// https://doc.rust-lang.org/cargo/reference/profiles.html#panic
func layerWords(g settings.Traits) []string {
	if g.RunsTests {
		return append(g.Deps, "--test", unitTest)
	}
	return g.Deps
}

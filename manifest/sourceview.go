package manifest

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/plan"
	"github.com/org/rust-frontend/settings"
)

// SourceCopy says which files of the context the source step sees: the
// directories of the packages that it compiles, what the setting `inputs` names, and what
// was found out about them.
func (c *Closure) SourceCopy(s *settings.Settings, packages []*cargo.Package, found plan.Found, vendored string) []plan.Copy {
	more := slices.Concat(s.InputsFor(packages), c.configurations(), found.Files)
	return []plan.Copy{c.CopyOf(packages, more, vendored)}
}

// SolidCopy says which files of the context the dependencies step sees: those
// of the solid packages, what `inputs` names for them, and what was found out about them.
func (c *Closure) SolidCopy(s *settings.Settings, solid []*cargo.Package, found plan.Found, vendored string) []plan.Copy {
	more := append(s.InputsFor(solid), found.Files...)
	return []plan.Copy{c.CopyOf(solid, more, vendored)}
}

// SolidPackages are those of the tree that the dependencies step compiles.
func (c *Closure) SolidPackages() []*cargo.Package {
	return slices.DeleteFunc(slices.Clone(c.Tree), func(p *cargo.Package) bool { return !c.Solid[p] })
}

// CopyOf writes the patterns. An entry travels when a pattern of Include
// covers it, unless the last pattern of Exclude that covers it or a directory
// above has no "!": directories are written from the outside in, so that a
// wanted package inside an unwanted one comes back, then the user's inputs,
// and in the end what must never come.
func (c *Closure) CopyOf(packages []*cargo.Package, inputs []string, vendored string) plan.Copy {
	want := map[string]bool{}
	for _, p := range packages {
		want[p.Dir] = true
	}
	var out plan.Copy
	for _, p := range packages {
		out.Include = append(out.Include, plan.Pattern(p.Dir))
		for _, root := range c.roots(p) {
			if !cargo.Within(p.Dir, root) {
				// With its directory: its modules stand beside it.
				if dir := path.Dir(root); dir != "." {
					want[dir] = true
					root = dir
				}
				out.Include = append(out.Include, plan.Pattern(root))
			}
		}
	}
	for _, e := range c.edges(want, vendored) {
		if e.wanted {
			out.Exclude = append(out.Exclude, "!"+plan.Pattern(e.dir))
		} else {
			out.Exclude = append(out.Exclude, plan.Pattern(e.dir))
		}
	}
	for _, file := range c.Unread(packages) {
		out.Exclude = append(out.Exclude, plan.Escape(file))
	}
	for _, in := range inputs {
		if in = strings.TrimPrefix(path.Clean(in), "/"); !strings.HasPrefix(in, "!") {
			out.Include = append(out.Include, in)
			out.Exclude = append(out.Exclude, "!"+in)
		}
	}
	slices.Sort(out.Include)
	out.Include = slices.Compact(out.Include)
	out.Exclude = append(out.Exclude, c.never()...)
	return out
}

// Unread are the files and directories that packages seem not to read when they are built
// for an image: a change of them compiles nothing. Who reads one all the same looks for it in
// vain, which is seen. No target and no package lies below them.
func (c *Closure) Unread(packages []*cargo.Package) []string {
	if !c.Goal.Traits().Image {
		return nil
	}
	var out []string
	for _, p := range packages {
		for _, name := range p.Unread {
			below := func(file string) bool { return cargo.Within(path.Join(p.Dir, name), file) }
			other := func(p *cargo.Package) bool { return below(p.Dir) }
			if !slices.ContainsFunc(c.roots(p), below) && !slices.ContainsFunc(packages, other) {
				out = append(out, path.Join(p.Dir, name))
			}
		}
	}
	return out
}

// roots are the files that the targets of a package start from.
func (c *Closure) roots(p *cargo.Package) []string {
	var out []string
	for _, t := range c.Targets(p) {
		out = append(out, path.Join(p.Dir, t.Path))
	}
	return append(out, c.devRoots(p)...)
}

// edge is a directory at which "travels" becomes "does not", or the reverse.
type edge struct {
	dir    string
	wanted bool
}

// edges lists them, a directory before those inside it.
func (c *Closure) edges(want map[string]bool, vendored string) []edge {
	known := map[string]bool{}
	for _, p := range c.Workspace.Packages {
		known[p.Dir] = false
	}
	for dir := range want {
		known[dir] = true
	}
	if vendored != "" {
		known[vendored] = false // mounted at its own place
	}
	// Cargo's output, also of a member that was once built alone. Cargo itself
	// takes no such directory for a part of a package (`cargo package`).
	for _, dir := range append(slices.Sorted(maps.Keys(want)), c.Workspace.Dir) {
		if target := path.Join(dir, "target"); !known[target] {
			known[target] = false
		}
	}
	dirs := make([]string, 0, len(known))
	for dir := range known {
		dirs = append(dirs, dir)
	}
	slices.SortFunc(dirs, func(a, b string) int {
		return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/"))
	})
	var out []edge
	for _, dir := range dirs {
		if dir == "." {
			continue // what is not included needs no exclusion
		}
		above := c.travels(want, known, path.Dir(dir))
		if above != known[dir] && UnderWanted(want, dir) {
			out = append(out, edge{dir, known[dir]})
		}
	}
	return out
}

// travels gives what holds for a directory by the nearest known one above.
func (c *Closure) travels(want, known map[string]bool, dir string) bool {
	for {
		if wanted, ok := known[dir]; ok {
			return wanted
		}
		if dir == "." {
			return want["."]
		}
		dir = path.Dir(dir)
	}
}

// UnderWanted says whether a wanted package lies above a directory.
func UnderWanted(want map[string]bool, dir string) bool {
	for dir != "." {
		if dir = path.Dir(dir); want[dir] {
			return true
		}
	}
	return false
}

// never lists what no step may see: the plan writes the packages' manifests, the lock file
// and the configuration of cargo's working directory itself, a toolchain file would make
// rustup look for another toolchain, and the history is no input of a build.
func (c *Closure) never() []string {
	out := []string{".git", "**/rust-toolchain", "**/rust-toolchain.toml", plan.Escape(path.Join(c.Workspace.Dir, "Cargo.lock"))}
	for dir := c.Workspace.Dir; ; dir = path.Dir(dir) {
		for _, name := range []string{"config", "config.toml"} {
			out = append(out, plan.Escape(path.Join(dir, ".cargo", name)))
		}
		if dir == "." {
			break
		}
	}
	dirs := []string{c.Workspace.Dir}
	for _, p := range c.Tree {
		if p.Dir != c.Workspace.Dir {
			dirs = append(dirs, p.Dir)
		}
	}
	for _, dir := range dirs {
		out = append(out, plan.Escape(path.Join(dir, "Cargo.toml")))
	}
	return out
}

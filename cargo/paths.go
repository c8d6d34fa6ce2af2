package cargo

import (
	"fmt"
	"path"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
)

// wanted is a directory that must hold a package.
type wanted struct {
	dir string
	// at is the place that names the directory.
	at document.Position
	// missing makes the error for a directory without a manifest.
	missing func() error
	// name is the package's name when a dependency wants one.
	name string
	key  string
}

func wantedBy(d *Dependency) wanted {
	key, dir, at := d.Key, d.Path, d.Position
	return wanted{
		dir: dir, at: at, name: d.Package, key: key,
		missing: func() error {
			return document.Errorf(at, "the path dependency %q has no manifest: %s is not in the build context", key, path.Join(dir, manifestName))
		},
	}
}

// wantedManifest reads a manifest that must be there and be of a package.
func (l *loader) wantedManifest(x wanted) (*document.Document, error) {
	m, err := l.manifest(x.dir)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, x.missing()
	}
	if err := checkManifest(m); err != nil {
		return nil, err
	}
	if m.Doc["package"] == nil && x.dir != "." {
		if x.key == "" {
			return nil, document.Errorf(m.At("workspace"), "the workspace member %s is a workspace root of its own; remove it from members, or add it to workspace.exclude", x.dir)
		}
		return nil, document.Errorf(x.at, "the path dependency %q is no package: %s has no [package]", x.key, m.File)
	}
	if m.Doc["package"] == nil {
		return nil, document.Errorf(x.at, "%s names the root of the build context, whose Cargo.toml has no [package]", m.File)
	}
	return m, nil
}

// rootAt gives the workspace root that a manifest is; nil when it is none.
func (l *loader) rootAt(m *document.Document) (*workspaceRoot, error) {
	if root, ok := l.roots[m.Dir]; ok {
		return root, nil
	}
	root, err := parseWorkspace(m)
	if err == nil {
		l.roots[m.Dir] = root
	}
	return root, err
}

// rootOf finds the workspace that a package belongs to: its own [workspace],
// the one that package.workspace names, the one that is loaded, or else the
// nearest above it, none of which excludes it. It is nil for none.
// https://doc.rust-lang.org/cargo/reference/manifest.html#the-workspace-field
func (l *loader) rootOf(m *document.Document) (*workspaceRoot, error) {
	if root, err := l.rootAt(m); root != nil || err != nil {
		return root, err
	}
	if pointer, ok := document.Table(m.Doc["package"])["workspace"]; ok {
		return l.pointedRoot(m, pointer)
	}
	if l.root != nil && Within(l.root.Dir, m.Dir) && !l.root.excluded(m.Dir) {
		return l.root, nil
	}
	for dir := m.Dir; dir != "."; {
		dir = path.Dir(dir)
		above, err := l.manifest(dir)
		if err != nil && !l.lenient {
			return nil, err
		}
		if above == nil {
			continue
		}
		root, err := l.rootAt(above)
		if err != nil && !l.lenient {
			return nil, err
		}
		if root != nil && !root.excluded(m.Dir) {
			return root, nil
		}
	}
	return nil, nil
}

// pointedRoot follows package.workspace.
func (l *loader) pointedRoot(m *document.Document, pointer any) (*workspaceRoot, error) {
	at := m.At("package", "workspace")
	text, ok := pointer.(string)
	if !ok {
		return nil, document.WrongType(at, "package.workspace", "a string", pointer)
	}
	dir, ok := inContext(m.Dir, text)
	if !ok {
		return nil, document.Errorf(at, "the package's workspace root (%s) is outside the build context; use a directory that holds both as context", text)
	}
	above, err := l.manifest(dir)
	if err != nil {
		return nil, err
	}
	if above != nil {
		if root, err := l.rootAt(above); root != nil || err != nil {
			return root, err
		}
	}
	return nil, document.Errorf(at, "the package's workspace root is not there: %s has no [workspace]", path.Join(dir, manifestName))
}

// followPaths loads the path dependencies that are no members, and those of
// patches, and checks the name of every one.
func (l *loader) followPaths(patches []Patch) error {
	todo := l.sorted()
	follow := func(d *Dependency) error {
		p := l.packages[d.Path]
		if p == nil {
			var err error
			if p, err = l.outsider(wantedBy(d)); err != nil {
				return err
			}
			todo = append(todo, p)
		}
		if p.Name != d.Package {
			return document.Errorf(d.Position, "the path dependency %q wants the package %q, but the package in %s is named %q", d.Key, d.Package, d.Path, p.Name)
		}
		return nil
	}
	for _, p := range patches {
		if p.Path == "" {
			continue
		}
		if err := follow(&p.Dependency); err != nil {
			return err
		}
	}
	for i := 0; i < len(todo); i++ {
		for _, d := range todo[i].Dependencies {
			if d.Path == "" || d.Kind == Dev && !todo[i].Member {
				continue
			}
			if err := follow(&d); err != nil {
				return err
			}
		}
	}
	return nil
}

// outsider loads a package that is no member.
func (l *loader) outsider(x wanted) (*Package, error) {
	m, err := l.wantedManifest(x)
	if err != nil {
		return nil, err
	}
	root, err := l.rootOf(m)
	if err != nil {
		return nil, err
	}
	return l.add(m, root, false)
}

// findCycle refuses path dependencies that lead back, dev-dependencies left
// out: those may.
func (l *loader) findCycle() error {
	c := &cycleFinder{packages: l.packages, done: map[*Package]bool{}, open: map[*Package]bool{}}
	for _, dir := range document.Keys(l.packages) {
		if err := c.visit(l.packages[dir]); err != nil {
			return err
		}
	}
	return nil
}

type cycleFinder struct {
	packages   map[string]*Package
	done, open map[*Package]bool
	stack      []*Package
}

func (c *cycleFinder) visit(p *Package) error {
	if c.done[p] {
		return nil
	}
	c.open[p] = true
	c.stack = append(c.stack, p)
	for _, d := range p.Dependencies {
		next := c.packages[d.Path]
		if d.Path == "" || d.Kind == Dev || next == nil {
			continue
		}
		if c.open[next] {
			return document.Errorf(d.Position, "the path dependencies are cyclic: %s", c.describe(next))
		}
		if err := c.visit(next); err != nil {
			return err
		}
	}
	c.stack = c.stack[:len(c.stack)-1]
	c.open[p], c.done[p] = false, true
	return nil
}

// describe writes the cycle that closes at a package.
func (c *cycleFinder) describe(from *Package) string {
	var names []string
	for _, p := range c.stack {
		if len(names) > 0 || p == from {
			names = append(names, fmt.Sprintf("%s (%s)", p.Name, p.Dir))
		}
	}
	return strings.Join(append(names, names[0]), " -> ")
}

package cargo

import (
	"path"
	"slices"
	"strconv"

	"github.com/org/rust-frontend/cargo/document"
)

// workspaceRoot is a manifest with [workspace].
type workspaceRoot struct {
	*document.Document
	members, exclude []string
	// defaults is nil when default-members is not there.
	defaults []string
}

// parseWorkspace reads [workspace] of a manifest; nil when there is none.
// https://doc.rust-lang.org/cargo/reference/workspaces.html#the-workspace-section
func parseWorkspace(m *document.Document) (*workspaceRoot, error) {
	table, err := m.Table("workspace")
	if err != nil || table == nil {
		return nil, err
	}
	s := &document.Section{Document: m, Path: []string{"workspace"}, Table: table}
	w := &workspaceRoot{
		Document: m,
		members:  s.List("members"), exclude: s.List("exclude"),
		defaults: s.List("default-members", "default_members"),
	}
	return w, s.Err
}

// excluded says whether a directory below the root is not part of the
// workspace. As with cargo a literal member wins over exclude.
// https://doc.rust-lang.org/cargo/reference/workspaces.html#the-members-and-exclude-fields
func (w *workspaceRoot) excluded(dir string) bool {
	holds := func(list []string) bool {
		return slices.ContainsFunc(list, func(p string) bool {
			full, ok := inContext(w.Dir, p)
			return ok && Within(full, dir)
		})
	}
	return holds(w.exclude) && !holds(w.members)
}

// listed is a directory that members or default-members names.
type listed struct {
	dir     string
	pattern string
	at      document.Position
}

// expand gives the directories that an array of [workspace] names.
func (w *workspaceRoot) expand(t *tree, key string, patterns []string) ([]listed, error) {
	var out []listed
	for i, pattern := range patterns {
		at := w.At("workspace", key, strconv.Itoa(i))
		full, ok := inContext(w.Dir, pattern)
		if !ok {
			return nil, document.Errorf(at, "the workspace member %q is outside the build context; use a directory that holds the whole workspace as context", pattern)
		}
		if !isGlob(full) {
			out = append(out, listed{full, pattern, at})
			continue
		}
		dirs, problem := t.glob(full)
		if problem != "" {
			return nil, document.Errorf(at, "the workspace member pattern %q is not valid: %s", pattern, problem)
		}
		if len(dirs) == 0 {
			return nil, document.Errorf(at, "the workspace member pattern %q matches no directory of the build context", pattern)
		}
		for _, dir := range dirs {
			out = append(out, listed{dir, pattern, at})
		}
	}
	return out, nil
}

// missing is the error of a member without a manifest.
func (x listed) missing() error {
	file := path.Join(x.dir, manifestName)
	if isGlob(x.pattern) {
		return document.Errorf(x.at, "the workspace member pattern %q matches the directory %s, which has no Cargo.toml; add it to workspace.exclude", x.pattern, x.dir)
	}
	return document.Errorf(x.at, "the workspace member %q has no manifest: %s is not in the build context", x.pattern, file)
}

// findMembers loads the members: what members names, the root's own package,
// and their path dependencies, all without what is excluded.
func (l *loader) findMembers(listedMembers []listed) error {
	todo := make([]wanted, 0, len(listedMembers)+1)
	for _, x := range listedMembers {
		todo = append(todo, wanted{dir: x.dir, missing: x.missing, at: x.at})
	}
	if l.root.Doc["package"] != nil {
		todo = append(todo, wanted{dir: l.root.Dir})
	}
	for len(todo) > 0 {
		x := todo[0]
		todo = todo[1:]
		if l.packages[x.dir] != nil || l.root.excluded(x.dir) {
			continue
		}
		if x.key == "" && x.dir == l.root.Dir && l.root.Doc["package"] == nil {
			continue // a virtual root may list itself
		}
		if other, err := l.elsewhere(x); other || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		p, err := l.member(x)
		if err != nil {
			return err
		}
		for _, d := range p.Dependencies {
			if d.Path != "" {
				todo = append(todo, wantedBy(&d))
			}
		}
	}
	return l.uniqueNames()
}

// elsewhere tells whether a path dependency lies outside the workspace's directory and does
// not say that it belongs to it: as with cargo it is no member.
func (l *loader) elsewhere(x wanted) (bool, error) {
	if x.key == "" || Within(l.root.Dir, x.dir) {
		return false, nil
	}
	m, err := l.wantedManifest(x)
	if err != nil {
		return false, err
	}
	root, err := l.rootOf(m)
	return root != l.root, err
}

// member loads one member and checks that it belongs to this workspace.
func (l *loader) member(x wanted) (*Package, error) {
	m, err := l.wantedManifest(x)
	if err != nil {
		return nil, err
	}
	if x.dir != l.root.Dir && m.Doc["workspace"] != nil {
		return nil, document.Errorf(m.At("workspace"), "the workspace member %s is a workspace root of its own; remove its [workspace], or add it to workspace.exclude of %s", x.dir, l.root.File)
	}
	root, err := l.rootOf(m)
	if err != nil {
		return nil, err
	}
	if root != l.root {
		return nil, document.Errorf(m.At("package", "workspace"), "the package %s is a member of the workspace %s, but says that it belongs to %s", x.dir, l.root.File, root.File)
	}
	l.foreignTables(m)
	return l.add(m, root, true)
}

// foreignTables warns of tables that cargo reads in the root only.
func (l *loader) foreignTables(m *document.Document) {
	if m.Dir == l.root.Dir {
		return
	}
	for _, key := range []string{"profile", "patch", "replace"} {
		if _, ok := m.Doc[key]; ok {
			l.warn(document.Errorf(m.At(key), "[%s] of a member has no effect; cargo reads that of %s only", key, l.root.File))
		}
	}
}

// uniqueNames refuses two members with the same name.
func (l *loader) uniqueNames() error {
	byName := map[string]*Package{}
	for _, dir := range document.Keys(l.packages) {
		p := l.packages[dir]
		if other := byName[p.Name]; other != nil {
			return document.Errorf(p.Manifest.At("package", "name"), "two packages of the workspace are named %q: %s and %s; rename one", p.Name, other.Dir, p.Dir)
		}
		byName[p.Name] = p
	}
	return nil
}

// defaultMembers gives the packages that cargo builds when none is named.
// https://doc.rust-lang.org/cargo/reference/workspaces.html#the-default-members-field
func (l *loader) defaultMembers(members []listed) ([]*Package, error) {
	if own := l.packages[l.root.Dir]; l.root.defaults == nil && own != nil {
		return []*Package{own}, nil
	}
	var out []*Package
	if l.root.defaults == nil {
		for _, dir := range document.Keys(l.packages) {
			out = append(out, l.packages[dir])
		}
		return out, nil
	}
	defaults, err := l.root.expand(l.tree, "default-members", l.root.defaults)
	if err != nil {
		return nil, err
	}
	for _, x := range defaults {
		p := l.packages[x.dir]
		named := func(m listed) bool { return m.dir == x.dir }
		switch {
		case p != nil && !slices.Contains(out, p):
			out = append(out, p)
		case p != nil:
		case slices.ContainsFunc(members, named) && l.root.excluded(x.dir):
			// Cargo lets a member be excluded and still be a default.
		default:
			return nil, document.Errorf(x.at, "%s is in default-members, but is no member of the workspace; there %s", x.dir, haveNames(document.Keys(l.packages)))
		}
	}
	return out, nil
}

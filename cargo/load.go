package cargo

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo/document"
)

// loader gathers the packages of a context.
type loader struct {
	*tree
	// root is the workspace that is loaded; nil for a lone package, and for a
	// repository of which every package is wanted.
	root     *workspaceRoot
	roots    map[string]*workspaceRoot // by directory, nil for no root
	packages map[string]*Package       // by directory
	warnings []*document.Error
	// lenient leaves out what only a workspace that is built needs: targets,
	// and path dependencies that lead out of the tree.
	lenient bool
}

func newLoader(fsys fs.FS) *loader {
	return &loader{tree: newTree(fsys), roots: map[string]*workspaceRoot{}, packages: map[string]*Package{}}
}

func (l *loader) warn(w *document.Error) { l.warnings = append(l.warnings, w) }

// Load reads the workspace whose root is the root directory of fsys, the build
// context: manifests with inheritance and targets, path dependencies, patches,
// Cargo.lock, the Cargo configuration and the toolchain file. Workspace.Lock
// is nil when there is no Cargo.lock.
//
// Every error about the project is an [*document.Error] at the line that causes it.
// What cargo accepts is accepted, except what leads out of the context.
// https://doc.rust-lang.org/cargo/reference/workspaces.html
func Load(fsys fs.FS) (*Workspace, error) { return LoadAt(fsys, ".") }

// LoadAt does the same for a workspace whose root is in a directory of the context.
func LoadAt(fsys fs.FS, dir string) (*Workspace, error) {
	l := newLoader(fsys)
	m, err := l.rootManifest(dir)
	if err != nil {
		return nil, err
	}
	ws := &Workspace{Dir: dir, Root: m}
	if ws.Resolver, err = resolver(m); err != nil {
		return nil, err
	}
	if ws.DefaultMembers, err = l.loadMembers(m); err != nil {
		return nil, err
	}
	if ws.Config, err = ReadConfig(fsys, dir); err != nil {
		return nil, err
	}
	if ws.Patches, err = readPatches(m, ws.Config); err != nil {
		return nil, err
	}
	if err := l.followPaths(ws.Patches); err != nil {
		return nil, err
	}
	if err := l.findCycle(); err != nil {
		return nil, err
	}
	if err := l.readSideFiles(ws); err != nil {
		return nil, err
	}
	ws.Packages, ws.Warnings = l.sorted(), l.warnings
	return ws, nil
}

// rootManifest reads the Cargo.toml of the workspace's root.
func (l *loader) rootManifest(dir string) (*document.Document, error) {
	m, err := l.manifest(dir)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, l.noManifest()
	}
	if err := checkManifest(m); err != nil {
		return nil, err
	}
	pointer, ok := document.Table(m.Doc["package"])["workspace"]
	if !ok {
		return m, nil
	}
	at := m.At("package", "workspace")
	switch dir, isString := pointer.(string); {
	case !isString:
		return nil, document.WrongType(at, "package.workspace", "a string", pointer)
	case m.Doc["workspace"] != nil:
		return nil, document.Errorf(at, "the manifest has both package.workspace and [workspace]; only one is allowed")
	default:
		return nil, document.Errorf(at, "the package belongs to the workspace in %q, but the root of the build context must be the workspace root; use that directory as context", dir)
	}
}

// noManifest is the error of a context without a Cargo.toml at its root.
func (l *loader) noManifest() error {
	const msg = "there is no Cargo.toml at the root of the build context"
	names, err := l.names(".")
	if err != nil {
		return err
	}
	var found []string
	for _, dir := range names {
		if !l.isDir(dir) {
			continue
		}
		if ok, err := l.isFile(path.Join(dir, manifestName)); err == nil && ok {
			found = append(found, path.Join(dir, manifestName))
		}
	}
	at := document.Position{File: manifestName}
	if len(found) == 0 {
		return document.Errorf(at, msg+"; use the directory of the Cargo project as context")
	}
	return document.Errorf(at, msg+"; use the directory of one of these as context: %s", strings.Join(found, ", "))
}

// checkManifest refuses a manifest that is neither of a package nor of a
// workspace, and targets or dependencies without a package.
func checkManifest(m *document.Document) error {
	if _, ok := m.Doc["package"]; ok {
		return nil
	}
	if _, ok := m.Doc["workspace"]; !ok {
		return document.Errorf(document.Position{File: m.File, Line: 1, Column: 1}, "the manifest has neither [package] nor [workspace]")
	}
	for _, key := range []string{
		"lib", "bin", "example", "test", "bench", "dependencies", "dev-dependencies",
		"build-dependencies", "features", "target", "badges", "lints",
	} {
		if _, ok := m.Doc[key]; ok {
			return document.Errorf(m.At(key), "[%s] needs a [package], which this manifest of a workspace does not have", key)
		}
	}
	return nil
}

// resolver gives the feature resolver in force.
// https://doc.rust-lang.org/cargo/reference/resolver.html#resolver-versions
func resolver(m *document.Document) (string, error) {
	var version string
	for _, table := range []string{"workspace", "package"} {
		s := &document.Section{Document: m, Path: []string{table}, Table: document.Table(m.Doc[table])}
		v := s.Str("resolver")
		switch {
		case s.Err != nil:
			return "", s.Err
		case v == "":
		case version != "":
			return "", document.Errorf(s.At("resolver"), "resolver is in both [workspace] and [package]; only one is allowed")
		case v != "1" && v != "2" && v != "3":
			return "", document.Errorf(s.At("resolver"), "the resolver %q is not known; there are 1, 2 and 3", v)
		default:
			version = v
		}
	}
	if version != "" {
		return version, nil
	}
	edition := document.Table(m.Doc["package"])["edition"]
	if document.Table(edition)["workspace"] == true {
		edition = document.Table(document.Table(m.Doc["workspace"])["package"])["edition"]
	}
	switch edition {
	case "2021":
		return "2", nil
	case "2024":
		return "3", nil
	}
	return "1", nil
}

// loadMembers loads the members of the workspace and gives the default ones.
// Without [workspace] the package is the only member.
func (l *loader) loadMembers(m *document.Document) ([]*Package, error) {
	root, err := l.rootAt(m)
	if err != nil {
		return nil, err
	}
	if root == nil {
		p, err := l.add(m, nil, true)
		return []*Package{p}, err
	}
	l.root = root
	members, err := root.expand(l.tree, "members", root.members)
	if err != nil {
		return nil, err
	}
	if err := l.findMembers(members); err != nil {
		return nil, err
	}
	return l.defaultMembers(members)
}

// add reads the package of a manifest and keeps it.
func (l *loader) add(m *document.Document, root *workspaceRoot, member bool) (*Package, error) {
	var from *document.Document
	if root != nil {
		from = root.Document
	}
	p, err := readPackage(m, from, member, l.lenient, l.warn)
	if err != nil {
		return nil, err
	}
	if !l.lenient {
		if err := l.discoverTargets(p); err != nil {
			return nil, err
		}
		if err := l.readUnread(p); err != nil {
			return nil, err
		}
	}
	l.packages[m.Dir] = p
	return p, nil
}

// readSideFiles reads Cargo.lock and the toolchain file, the nearest one above.
// https://rust-lang.github.io/rustup/overrides.html#the-toolchain-file
func (l *loader) readSideFiles(ws *Workspace) error {
	locked, err := l.isFile(ws.LockFile())
	if err != nil {
		return err
	}
	if locked {
		if ws.Lock, err = ReadLock(l.fsys, ws.LockFile()); err != nil {
			return err
		}
	}
	for dir := ws.Dir; ; dir = path.Dir(dir) {
		ws.Toolchain, err = ReadToolchain(l.fsys, dir)
		if ws.Toolchain != nil || err != nil || dir == "." {
			return err
		}
	}
}

// sorted gives members first, each group by directory.
func (l *loader) sorted() []*Package {
	out := make([]*Package, 0, len(l.packages))
	for _, dir := range document.Keys(l.packages) {
		out = append(out, l.packages[dir])
	}
	slices.SortStableFunc(out, func(a, b *Package) int {
		switch {
		case a.Member == b.Member:
			return 0
		case a.Member:
			return -1
		}
		return 1
	})
	return out
}

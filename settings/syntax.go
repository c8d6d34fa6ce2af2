package settings

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
)

// SyntaxArgs gives the KEY=VALUE words that follow the image in the line
// `# syntax=IMAGE KEY=VALUE ...`; cmdline is the line's value, as BuildKit
// passes it on.
func SyntaxArgs(cmdline string) map[string]string {
	args := map[string]string{}
	for i, word := range strings.Fields(cmdline) {
		if key, value, ok := strings.Cut(word, "="); ok && i > 0 {
			args[key] = value
		}
	}
	return args
}

// Entry is the file that a build is started with: the workspace's manifest, a
// member's manifest, which selects that member, or a settings file.
type Entry struct {
	// Name as errors show it; its last element tells what the file is.
	Name string
	Data []byte
	// Cmdline is the value of the file's syntax line, "" for none.
	Cmdline string
	// Same tells whether a manifest of the workspace is this file, when the
	// caller can tell; nil compares the bytes alone, since a client of BuildKit
	// sends a file's name without its directory.
	Same func(manifest string) bool
}

// Load reads the workspace that the entry file belongs to: that of the context's root, or
// else, when the file is a manifest elsewhere in the context, the one that cargo finds from
// there. Errors are those of [cargo.Load].
func (e Entry) Load(context fs.FS) (*cargo.Workspace, error) {
	ws, err := cargo.Load(context)
	if path.Base(e.Name) != "Cargo.toml" || err == nil && e.isIn(ws) {
		return ws, err
	}
	roots, unreadable := cargo.Roots(context, e.is)
	switch {
	case unreadable != nil && err == nil:
		return nil, unreadable
	case len(roots) == 1 && roots[0] != ".":
		return cargo.LoadAt(context, roots[0])
	case len(roots) > 1:
		return nil, document.Errorf(document.Position{File: e.Name},
			"the manifest given with -f is that of several workspaces of the build context (%s); use the directory of one as context", strings.Join(roots, ", "))
	}
	return ws, err
}

// isIn says whether the entry file is a manifest of a workspace.
func (e Entry) isIn(ws *cargo.Workspace) bool {
	return e.is(ws.Root) || slices.ContainsFunc(ws.Packages, func(p *cargo.Package) bool { return e.is(p.Manifest) })
}

// Source gives the settings of the entry file's own. Errors are [*document.Error]:
// a settings file that cannot be parsed, a manifest that is none of the
// workspace's or that several packages have.
func (e Entry) Source(ws *cargo.Workspace) (Source, error) {
	src := Source{Cmdline: SyntaxArgs(e.Cmdline)}
	if path.Base(e.Name) != "Cargo.toml" {
		var err error
		src.File, err = document.Parse(e.Name, e.Data)
		return src, err
	}
	if e.is(ws.Root) {
		return src, nil
	}
	var found *cargo.Package
	for _, pkg := range ws.Packages {
		if !e.is(pkg.Manifest) {
			continue
		}
		if found != nil {
			return src, document.Errorf(document.Position{File: found.Manifest.File},
				"the manifest given with -f is the same as that of %s; choose with --build-arg package=NAME", pkg.Dir)
		}
		found = pkg
	}
	if found == nil {
		return src, document.Errorf(document.Position{File: e.Name},
			"the manifest given with -f is not in the workspace of the build context; give the workspace's root as context")
	}
	if src.Cmdline["package"] == "" {
		src.Cmdline["package"] = found.Name
	}
	return src, nil
}

func (e Entry) is(m *document.Document) bool {
	return string(m.Raw) == string(e.Data) && (e.Same == nil || e.Same(m.File))
}

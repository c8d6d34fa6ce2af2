package settings

import (
	"cmp"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
)

// packageLayer finds the selected package and reads its table.
func (l *loader) packageLayer(target string, args, cmdline, file, workspace layer) (*cargo.Package, layer, error) {
	var rootTable layer
	path := []string{"package", "metadata", metadataTable}
	root := l.rootPackage()
	if root != nil {
		var err error
		if rootTable, err = l.table(root.Manifest, path); err != nil {
			return nil, nil, err
		}
	}
	pkg := cmp.Or(l.ofTarget(target), root, l.onlyWithBinary())
	for _, entries := range []layer{args, cmdline, rootTable, file, workspace} {
		named := entries.packageEntry()
		if named == nil {
			continue
		}
		var err error
		if pkg, err = l.member(*named); err != nil {
			return nil, nil, err
		}
		break
	}
	switch pkg {
	case nil:
		return nil, nil, nil
	case root:
		return root, rootTable, nil
	}
	own, err := l.table(pkg.Manifest, path)
	if err != nil {
		return nil, nil, err
	}
	if e := own.packageEntry(); e != nil {
		return nil, nil, e.errorf("`package` chooses among the members: set it in the root package, in [workspace.metadata.%s] or as a build argument", metadataTable)
	}
	if e := rootTable.packageEntry(); e != nil && args.packageEntry() == nil && cmdline.packageEntry() == nil {
		l.warnUnused(rootTable, pkg)
		own = append(layer{*e}, own...)
	}
	return pkg, own, nil
}

// warnUnused says that the root package's own settings are not those of the
// member that it selects.
func (l *loader) warnUnused(rootTable layer, pkg *cargo.Package) {
	for _, e := range rootTable {
		if e.key.name != "package" {
			at := e.at()
			l.warnings = append(l.warnings, Warning{File: at.File, Line: at.Line, Rule: NoEffect, Msg: "this setting is the root package's, but the package " + pkg.Name +
				" is built, which has its own; for both set it in [workspace.metadata." + metadataTable + "]"})
			return
		}
	}
}

func (l *loader) rootPackage() *cargo.Package {
	if _, ok := l.ws.Root.Doc["package"].(map[string]any); !ok {
		return nil
	}
	for _, p := range l.ws.Packages {
		if p.Member && p.Dir == l.ws.Dir {
			return p
		}
	}
	return nil
}

// ofTarget gives the member that --target selects, nil when that is not clear;
// [Select] then says why.
func (l *loader) ofTarget(target string) *cargo.Package {
	if target == "" {
		return nil
	}
	picked, err := pickTarget(l.ws, l.settings, members(l.ws), target)
	if err != nil {
		return nil
	}
	return picked[0].Package
}

func (l *loader) onlyWithBinary() *cargo.Package {
	var found *cargo.Package
	for _, p := range members(l.ws) {
		if len(BinsOf([]*cargo.Package{p})) == 0 {
			continue
		}
		if found != nil {
			return nil
		}
		found = p
	}
	return found
}

// member gives the package that an entry of the key `package` names.
func (l *loader) member(e entry) (*cargo.Package, error) {
	s := &Settings{Origins: map[string]document.Position{}}
	if err := e.apply(s); err != nil {
		return nil, err
	}
	return member(l.ws, s)
}

package settings

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/org/rust-frontend/cargo"
)

// metadataTable is the name of the tables in [package.metadata] and
// [workspace.metadata], which Cargo leaves to other tools.
// https://doc.rust-lang.org/cargo/reference/manifest.html#the-metadata-table
const metadataTable = "rust-frontend"

// Source holds the settings that are not in the project's manifests.
type Source struct {
	BuildArgs map[string]string
	// Cmdline are the KEY=VALUE words of the line "# syntax=IMAGE KEY=VALUE".
	Cmdline map[string]string
	// File is a stand-alone settings file, nil for none.
	File *cargo.Manifest
	// Target is --target: the binary, or the package, that is built.
	Target string
	// Goal is what --target asks for instead of the image.
	Goal Goal
}

// Load merges the settings of a build. The first place that has a key
// decides; tables of strings (env, image.env, image.labels) are merged entry by
// entry:
//
//  1. a build argument of the key's dotted name;
//  2. an argument in the syntax line;
//  3. [package.metadata.rust-frontend] of the selected package;
//  4. the stand-alone settings file;
//  5. [workspace.metadata.rust-frontend];
//  6. the default.
//
// The selected package is the one that `package` names in 1, 2, the root
// package's table, 4 or 5; else the one that has the target; else the root
// package; else the only member with a binary. Errors are [*cargo.Error] at the line of the setting: an unknown key,
// a value of the wrong type or that cannot be, an unknown profile. A build
// argument that nothing reads is a warning, unless it looks like a misspelt
// setting.
func Load(ws *cargo.Workspace, src Source) (*Settings, []Warning, error) {
	l := &loader{ws: ws, keys: settingKeys()}
	l.settings = &Settings{Goal: src.Goal, Profile: src.Goal.Profile(), DefaultFeatures: true, Layers: DefaultLayers, Origins: map[string]cargo.Position{}}
	if err := l.load(src); err != nil {
		return nil, nil, err
	}
	if err := l.check(); err != nil {
		return nil, nil, err
	}
	return l.settings, l.warnings, nil
}

// loader reads the places from the last to the first, each over those before.
type loader struct {
	ws       *cargo.Workspace
	keys     []key
	settings *Settings
	warnings []Warning
}

// layer is one of the places of [Load].
type layer []entry

func (l *loader) load(src Source) error {
	args, err := l.buildArgs(src.BuildArgs)
	if err != nil {
		return err
	}
	cmdline, err := l.cmdline(src.Cmdline)
	if err != nil {
		return err
	}
	var file layer
	if src.File != nil {
		if file, err = l.table(src.File, nil); err != nil {
			return err
		}
	}
	workspace, err := l.table(l.ws.Root, []string{"workspace", "metadata", metadataTable})
	if err != nil {
		return err
	}
	selected, own, err := l.packageLayer(src.Target, args, cmdline, file, workspace)
	if err != nil {
		return err
	}
	for _, entries := range []layer{workspace, file, own, cmdline, args} {
		for _, e := range entries {
			if err := e.apply(l.settings); err != nil {
				return err
			}
		}
	}
	if len(l.ws.Packages) > 1 && own.has("inputs") && !cmdline.has("inputs") && !args.has("inputs") {
		shared := &Settings{Origins: map[string]cargo.Position{}}
		for _, e := range slices.Concat(workspace, file) {
			if e.key.name != "inputs" {
				continue
			}
			if err := e.apply(shared); err != nil {
				return err
			}
		}
		l.settings.InputsOf, l.settings.SharedInputs = selected.Dir, shared.Inputs
	}
	return l.memberInputs(selected)
}

// memberInputs reads the key `inputs` of the packages that are not selected: it
// is about a package's own files and not about what is built.
func (l *loader) memberInputs(selected *cargo.Package) error {
	for _, p := range l.ws.Packages {
		if p == selected {
			continue
		}
		path := []string{"package", "metadata", metadataTable}
		var value any = p.Manifest.Doc
		for _, name := range append(path, "inputs") {
			table, _ := value.(map[string]any)
			value = table[name]
		}
		if value == nil {
			continue
		}
		s := &Settings{Origins: map[string]cargo.Position{}}
		at := place{manifest: p.Manifest, path: path}.child("inputs")
		if err := (entry{at, findKey(l.keys, "inputs"), value}).apply(s); err != nil {
			return err
		}
		if l.settings.MemberInputs == nil {
			l.settings.MemberInputs = map[string][]string{}
		}
		l.settings.MemberInputs[p.Dir] = s.Inputs
	}
	return nil
}

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
	s := &Settings{Origins: map[string]cargo.Position{}}
	if err := e.apply(s); err != nil {
		return nil, err
	}
	return member(l.ws, s)
}

// has says whether there is an entry of a key.
func (entries layer) has(key string) bool {
	return slices.ContainsFunc(entries, func(e entry) bool { return e.key.name == key })
}

// packageEntry gives the entry of the key `package`, or nil.
func (entries layer) packageEntry() *entry {
	for i := range entries {
		if entries[i].key.name == "package" {
			return &entries[i]
		}
	}
	return nil
}

// table reads a table of a file, the whole file for an empty path; no entries
// when it is not there.
func (l *loader) table(m *cargo.Manifest, path []string) (layer, error) {
	var value any = m.Doc
	for i, name := range path {
		table, ok := value.(map[string]any)
		if !ok {
			return nil, cargo.Errorf(m.At(path[:i]...), "%s must be a table, not %s", strings.Join(path[:i], "."), typeName(value))
		}
		if value, ok = table[name]; !ok {
			return nil, nil
		}
	}
	table, ok := value.(map[string]any)
	if !ok {
		return nil, cargo.Errorf(m.At(path...), "%s must be a table of settings, not %s", strings.Join(path, "."), typeName(value))
	}
	return l.walk(table, place{manifest: m, path: path})
}

// walk makes an entry of each key; a table that is no setting holds settings.
func (l *loader) walk(table map[string]any, above place) (layer, error) {
	var out layer
	for _, name := range slices.Sorted(maps.Keys(table)) {
		at := above.child(name)
		if k := findKey(l.keys, at.name); k != nil {
			out = append(out, entry{at, k, table[name]})
			continue
		}
		if !l.group(at.name) {
			return nil, cargo.Errorf(at.at(), "unknown setting %q; %s", at.name, Suggest(at.name, l.siblings(above.name)))
		}
		inner, ok := table[name].(map[string]any)
		if !ok {
			return nil, at.wrongType("a table", table[name])
		}
		more, err := l.walk(inner, at)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// group tells whether keys begin with this name.
func (l *loader) group(name string) bool {
	return slices.ContainsFunc(l.keys, func(k key) bool { return strings.HasPrefix(k.name, name+".") })
}

// siblings lists what can stand in a table, with the table's name in front.
func (l *loader) siblings(group string) []string {
	var out []string
	for _, k := range l.keys {
		rest := k.name
		if group != "" {
			var ok bool
			if rest, ok = strings.CutPrefix(k.name, group+"."); !ok {
				continue
			}
		}
		first, _, _ := strings.Cut(rest, ".")
		name := first
		if group != "" {
			name = group + "." + first
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// Suggest gives `did you mean "x"?` for the nearest name, else all names.
func Suggest(name string, known []string) string {
	best, distance := "", len(name)/3+2
	for _, k := range known {
		if d := editDistance(name, k); d < distance {
			best, distance = k, d
		}
	}
	if best != "" {
		return `did you mean "` + best + `"?`
	}
	return "there are: " + strings.Join(known, ", ")
}

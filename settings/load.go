package settings

import (
	"slices"

	"github.com/org/rust-frontend/cargo"
	"github.com/org/rust-frontend/cargo/document"
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
	File *document.Document
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
// Of several packages, `inputs` in 3 are those of the selected one alone, and the others have
// those of 4 and 5.
//
// The selected package is the one that `package` names in 1, 2, the root
// package's table, 4 or 5; else the one that has the target; else the root
// package; else the only member with a binary. Errors are [*document.Error] at the line of the setting: an unknown key,
// a value of the wrong type or that cannot be, an unknown profile. A build
// argument that nothing reads is a warning, unless it looks like a misspelt
// setting.
func Load(ws *cargo.Workspace, src Source) (*Settings, []Warning, error) {
	l := &loader{ws: ws, keys: settingKeys()}
	l.settings = &Settings{Goal: src.Goal, Profile: src.Goal.Traits().Profile, DefaultFeatures: true, Layers: DefaultLayers, Origins: map[string]document.Position{}}
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
		shared := &Settings{Origins: map[string]document.Position{}}
		for _, e := range slices.Concat(workspace, file) {
			if e.key.name != "inputs" {
				continue
			}
			if err := e.apply(shared); err != nil {
				return err
			}
		}
		l.settings.InputsOf, l.settings.SharedInputs = selected.Dir, shared.Inputs
		l.settings.SharedInputsAt = shared.Where("inputs")
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
		s := &Settings{Origins: map[string]document.Position{}}
		at := spot{manifest: p.Manifest, path: path}.child("inputs")
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

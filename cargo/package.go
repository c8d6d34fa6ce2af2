package cargo

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/org/rust-frontend/cargo/document"
)

// readPackage makes a package of its manifest and the manifest that it
// inherits from. Targets are not discovered.
func readPackage(m, root *document.Document, member, lenient bool, warn func(*document.Error)) (*Package, error) {
	in := &inheritance{m: m, root: root, warn: warn}
	doc, err := in.resolve()
	if err != nil {
		return nil, err
	}
	p := &Package{Dir: m.Dir, Member: member, Manifest: m, WorkspaceRoot: root, resolved: doc}
	if err := p.readKeys(); err != nil {
		return nil, err
	}
	r := &dependencyReader{m: m, root: root, doc: doc, outside: func(kind DependencyKind) bool {
		// Cargo does not look at a dev-dependency of what is no member.
		return !lenient && (member || kind != Dev)
	}}
	if p.Dependencies, err = r.all(); err != nil {
		return nil, err
	}
	p.Features, err = readFeatures(m, p.Dependencies)
	return p, err
}

// readKeys reads the keys of [package] that matter to a build.
// https://doc.rust-lang.org/cargo/reference/manifest.html#the-package-section
func (p *Package) readKeys() error {
	s := p.section()
	p.Name, p.Version, p.Edition = s.Str("name"), s.Str("version"), s.Str("edition")
	p.RustVersion, p.DefaultRun, p.Links = s.Str("rust-version"), s.Str("default-run"), s.Str("links")
	if s.Err != nil {
		return s.Err
	}
	if _, ok := s.Table["name"]; !ok {
		return document.Errorf(s.At(), "the package has no name: add `name` to [package]")
	}
	if err := validPackageName(p.Name, s.At("name")); err != nil {
		return err
	}
	if p.Version == "" {
		if _, ok := s.Table["version"]; ok {
			return document.Errorf(s.At("version"), "the version of the package %s is empty", p.Name)
		}
		p.Version = "0.0.0"
	}
	if !validVersion(p.Version) {
		return document.Errorf(p.origin("version"), "%q is not a version of three numbers, such as 1.2.3", p.Version)
	}
	switch p.Edition {
	case "":
		p.Edition = "2015"
	case "2015", "2018", "2021", "2024":
	default:
		return document.Errorf(p.origin("edition"), "the edition %q is not known; there are 2015, 2018, 2021 and 2024", p.Edition)
	}
	return nil
}

// section reads the resolved [package].
func (p *Package) section() *document.Section {
	return &document.Section{Document: p.Manifest, Path: []string{"package"}, Table: document.Table(p.resolved["package"])}
}

// origin is where the value of a key of [package] is written, in the workspace
// root for an inherited one.
func (p *Package) origin(key string) document.Position {
	own := document.Table(p.Manifest.Doc["package"])
	if _, inherited := document.Table(own[key])["workspace"]; inherited && p.WorkspaceRoot != nil {
		return p.WorkspaceRoot.At("workspace", "package", key)
	}
	return p.Manifest.At("package", key)
}

// Resolved gives the package's manifest document with inheritance resolved: no
// `workspace = true` is left, inherited paths are relative to the package's
// own directory, package.workspace is gone, and tables have their present
// names ([package], [dev-dependencies], [build-dependencies]). It is a deep
// copy, the caller's own.
// https://doc.rust-lang.org/cargo/reference/workspaces.html#the-package-table
func (p *Package) Resolved() map[string]any {
	doc, _ := document.DeepCopy(p.resolved).(map[string]any)
	return doc
}

// validPackageName checks a package's name as cargo does.
// https://doc.rust-lang.org/cargo/reference/manifest.html#the-name-field
func validPackageName(name string, at document.Position) error {
	if name == "" {
		return document.Errorf(at, "the package's name is empty")
	}
	for i, r := range name {
		switch {
		case i == 0 && unicode.IsDigit(r):
			return document.Errorf(at, "the package name %q starts with a digit, which cargo refuses", name)
		case r == '_' || unicode.IsLetter(r):
		case i > 0 && (r == '-' || unicode.IsDigit(r) || unicode.IsMark(r)):
		default:
			return document.Errorf(at, "the package name %q has the character %q; only letters, digits, - and _ are allowed", name, r)
		}
	}
	return nil
}

// validVersion checks for MAJOR.MINOR.PATCH[-PRE][+BUILD].
func validVersion(version string) bool {
	rest, build, hasBuild := strings.Cut(version, "+")
	core, pre, hasPre := strings.Cut(rest, "-")
	numbers := strings.Split(core, ".")
	for _, n := range numbers {
		if _, err := strconv.ParseUint(n, 10, 64); err != nil || len(n) > 1 && n[0] == '0' {
			return false
		}
	}
	return len(numbers) == 3 && (!hasBuild || validIdentifiers(build)) && (!hasPre || validIdentifiers(pre))
}

func validIdentifiers(text string) bool {
	for part := range strings.SplitSeq(text, ".") {
		if part == "" || strings.Trim(part, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
			return false
		}
	}
	return true
}

package cargo

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// readmes are the files that cargo takes for a package's readme when its manifest names
// none, in this order.
// https://doc.rust-lang.org/cargo/reference/manifest.html#the-readme-field
func readmes() []string { return []string{"README.md", "README.txt", "README"} }

// forPeople are names of a package's directory that `cargo build` has no use for: what is
// written for people, what other tools are told, and targets that other commands build.
func forPeople() []string {
	return append(readmes(),
		"CHANGELOG.md", "CHANGES.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md", "AUTHORS",
		"COPYING", "LICENSE", "LICENSE.md", "LICENSE.txt", "LICENSE-APACHE", "LICENSE-MIT", "NOTICE",
		".editorconfig", ".gitattributes", ".github", ".gitignore", ".rustfmt.toml", "rustfmt.toml", "deny.toml",
		"benches", "examples", "tests",
	)
}

// RootSources are the files that most targets start from, as patterns: only where all of a
// package's do is it known what they mention.
func RootSources() []string {
	return []string{"**/src/lib.rs", "**/src/main.rs", "**/src/bin/*.rs", "**/build.rs"}
}

// readUnread finds out which of the names for people a package has and does not mention in
// the files that its targets start from. A build that reads one all the same looks for it.
func (t *tree) readUnread(p *Package) error {
	names, err := t.list(p.Dir)
	if err != nil {
		return err
	}
	for _, name := range readmes() {
		// Through a link, which may lead to a directory or to nothing.
		if _, ok := names[name]; ok && p.Readme == "" {
			if info, err := fs.Stat(t.fsys, path.Join(p.Dir, name)); err == nil && info.Mode().IsRegular() {
				p.Readme = name
			}
		}
	}
	var unread []string
	for _, name := range forPeople() {
		if _, ok := names[name]; ok {
			unread = append(unread, name)
		}
	}
	for _, target := range p.Targets {
		if len(unread) == 0 {
			return nil
		}
		if !isRootSource(target.Path) {
			return nil
		}
		text, err := fs.ReadFile(t.fsys, path.Join(p.Dir, target.Path))
		if err != nil || len(text) == 0 {
			return nil //nolint:nilerr // nothing is known of it, and the build says what is wrong
		}
		unread = slices.DeleteFunc(unread, func(name string) bool { return mentions(string(text), name) })
	}
	p.Unread = unread
	return nil
}

// isRootSource says whether the path of a target is one of [RootSources].
func isRootSource(file string) bool {
	ok, err := path.Match("src/bin/*.rs", file)
	return err == nil && ok || slices.Contains([]string{"src/lib.rs", "src/main.rs", "build.rs"}, file)
}

// mentions says whether a source may mean a name: a file by what stands before its ending,
// a directory by what stands in a path.
func mentions(text, name string) bool {
	switch name {
	case "benches", "examples", "tests":
		return strings.Contains(text, name+"/") || strings.Contains(text, `"`+name+`"`)
	}
	stem, _, _ := strings.Cut(strings.TrimPrefix(name, "."), ".")
	return strings.Contains(text, stem)
}

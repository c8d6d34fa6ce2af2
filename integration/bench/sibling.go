package main

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// chooseSibling makes the manifest and the lock file of a second project: the
// same but for the name of the binary's package.
func (p *project) chooseSibling(ctx context.Context, tc *toolchain) error {
	manifest, err := p.ask.read(p.manifest)
	if err != nil {
		return err
	}
	main, err := filepath.Rel(filepath.Dir(p.manifest), p.main)
	if err != nil {
		return err
	}
	renamed, err := renamePackage(manifest, p.pkg, p.bin, main)
	if err != nil {
		return fmt.Errorf("rename the package: %w", err)
	}
	p.sibling, err = p.askLock(ctx, tc, map[string]string{p.manifest: renamed})
	if err != nil {
		return fmt.Errorf("rename the package: %w", err)
	}
	return nil
}

// renamePackage gives a manifest's package the name with "-sibling" behind it.
// Its library and the binary, whose main source is main, keep theirs: the
// sources use the one, and every peer asks for the other.
func renamePackage(manifest string, pkg metaPackage, bin, main string) (string, error) {
	var targets struct {
		Lib *struct{ Name string }
		Bin []struct{ Name string }
	}
	if err := toml.Unmarshal([]byte(manifest), &targets); err != nil {
		return "", err
	}
	out, ok := setManifest(manifest, "package", "name", pkg.Name+"-sibling")
	if !ok {
		return "", fmt.Errorf("the manifest of %s has no name to change", pkg.Name)
	}
	for _, t := range pkg.Targets {
		name := fmt.Sprintf("name = %q\n", t.Name)
		switch {
		case !isLibrary(t) && !isProcMacro(t):
		case targets.Lib == nil:
			out += "\n[lib]\n" + name
		case targets.Lib.Name == "":
			out = underHeader(out, "lib", name)
		}
	}
	for _, b := range targets.Bin {
		if b.Name == bin {
			return out, nil
		}
	}
	// Else cargo would make a binary of the new name from the same source.
	out = underHeader(out, "package", "autobins = false\n")
	return out + fmt.Sprintf("\n[[bin]]\nname = %q\npath = %q\n", bin, main), nil
}

// underHeader puts lines at the start of a table.
func underHeader(manifest, table, lines string) string {
	header := regexp.MustCompile(`(?m)^[ \t]*\[` + regexp.QuoteMeta(table) + `\].*(\n|$)`)
	at := header.FindStringIndex(manifest)
	if at == nil {
		return manifest
	}
	head := strings.TrimSuffix(manifest[:at[1]], "\n") + "\n"
	return head + lines + manifest[at[1]:]
}

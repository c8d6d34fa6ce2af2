package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// editSource changes what a program's main source compiles to without changing
// what it does: the label becomes a string in the binary. Where no main
// function is found a static is appended, which the compiler has to keep.
func editSource(source, label string) string {
	start := regexp.MustCompile(`(?m)^[ \t]*(?:pub(?:\([^)]*\))? )?(?:async )?fn main\(\)[^{;]*\{`)
	if at := start.FindStringIndex(source); at != nil {
		return source[:at[1]] + fmt.Sprintf(" ::std::hint::black_box(%q);", label) + source[at[1]:]
	}
	return editLibrary(source, label)
}

// editLibrary does the same for the main source of a library: a static that
// the compiler and the linker have to keep, whatever the profile.
func editLibrary(source, label string) string {
	return source + fmt.Sprintf("\n#[used]\nstatic BENCH_EDIT: [u8; %d] = *b%q;\n", len(label), label)
}

// nextVersion raises the patch number by n and drops what follows it.
func nextVersion(version string, n int) (string, error) {
	core, _, _ := strings.Cut(version, "+")
	core, _, _ = strings.Cut(core, "-")
	parts := strings.Split(core, ".")
	if len(parts) != 3 {
		return "", fmt.Errorf("version %q is not of the form major.minor.patch", version)
	}
	patch, err := strconv.Atoi(parts[2])
	if err != nil {
		return "", fmt.Errorf("version %q: %w", version, err)
	}
	return fmt.Sprintf("%s.%s.%d", parts[0], parts[1], patch+n), nil
}

// setManifest replaces a string in a table of a manifest, as the version in
// [package] or in [workspace.package]. The result is false when the table has
// no such key with a literal string.
func setManifest(manifest, table, key, value string) (string, bool) {
	lines := strings.SplitAfter(manifest, "\n")
	header := regexp.MustCompile(`^\s*\[{1,2}([^\[\]]+)\]{1,2}\s*(#.*)?$`)
	literal := regexp.MustCompile(`^(\s*` + key + `\s*=\s*)"[^"]*"`)
	in := false
	for i, line := range lines {
		if m := header.FindStringSubmatch(strings.TrimRight(line, "\r\n")); m != nil {
			in = strings.TrimSpace(m[1]) == table
			continue
		}
		if in && literal.MatchString(line) {
			lines[i] = literal.ReplaceAllString(line, `${1}"`+value+`"`)
			return strings.Join(lines, ""), true
		}
	}
	return manifest, false
}

// setLockVersion replaces the version of a package of the workspace, which in
// a lock file is the one with no source, and the references to it that carry
// the version because the name alone is ambiguous.
func setLockVersion(lock, name, old, version string) (string, error) {
	blocks := strings.SplitAfter(lock, "\n\n")
	found := false
	for i, block := range blocks {
		if !strings.Contains(block, "[[package]]") || strings.Contains(block, "\nsource = ") ||
			!strings.Contains(block, fmt.Sprintf("\nname = %q\n", name)) {
			continue
		}
		was := fmt.Sprintf("\nversion = %q\n", old)
		if strings.Contains(block, was) {
			blocks[i] = strings.Replace(block, was, fmt.Sprintf("\nversion = %q\n", version), 1)
			found = true
		}
	}
	if !found {
		return "", fmt.Errorf("edit Cargo.lock: no package %s %s of the workspace", name, old)
	}
	return strings.ReplaceAll(strings.Join(blocks, ""),
		fmt.Sprintf("\n %q,", name+" "+old), fmt.Sprintf("\n %q,", name+" "+version)), nil
}

package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/org/rust-frontend/needs"
)

// muslSystemLibrary looks for crates that want a library which the official
// image does not have. Another toolchain image may have it.
func muslSystemLibrary(in *Subject) []match {
	if !in.musl() || in.Settings.Toolchain != "" || slices.Contains(in.Contexts, in.Plan.Toolchain.Image) {
		return nil
	}
	var out []match
	for _, lib := range needs.All() {
		i, direct, ok := in.certain(lib.Crate)
		if !lib.Library || !ok || in.below(i, lib.Instead) || in.environment("PKG_CONFIG", lib.Env) {
			continue
		}
		through := ""
		if direct.Dependency.Package != lib.Crate {
			through = " (through " + direct.Dependency.Package + ")"
		}
		out = append(out, match{direct.Dependency.Position, fmt.Sprintf(
			"%s%s links %s, of which the official toolchain image has no static library: %s",
			lib.Crate, through, lib.What, lib.Remedy())})
	}
	return out
}

// below says whether a locked package depends on one of some crates.
func (in *Subject) below(i int, crates []string) bool {
	lock := in.Workspace.Lock
	return slices.ContainsFunc(lock.Packages[i].Dependencies, func(j int) bool {
		return slices.Contains(crates, lock.Packages[j].Name)
	})
}

// environment says whether the environment of the compiling steps has a
// variable with one of some words in its name.
func (in *Subject) environment(words ...string) bool {
	names := []string{}
	for name := range in.Settings.Env {
		names = append(names, name)
	}
	if in.Workspace.Config != nil {
		env, _ := in.Workspace.Config.Doc["env"].(map[string]any)
		for name := range env {
			names = append(names, name)
		}
	}
	return slices.ContainsFunc(names, func(name string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(name, word) })
	})
}

// muslAllocator looks for programs that start threads by themselves and use
// musl's allocator, in which all threads wait for one lock.
func muslAllocator(in *Subject) []match {
	if !in.musl() || in.possible("mimalloc", "libmimalloc-sys", "tikv-jemallocator", "tikv-jemalloc-sys", "jemallocator", "jemalloc-sys",
		"snmalloc-rs", "snmalloc-sys", "rpmalloc", "rpmalloc-sys", "tcmalloc", "tcmalloc-better", "scudo", "dlmalloc", "talc") {
		return nil
	}
	for _, d := range in.Used.Direct {
		name := d.Dependency.Package
		if name == "rayon" || name == "tokio" && (d.Features["full"] || d.Features["rt-multi-thread"]) {
			return []match{{d.Dependency.Position, name + " runs several threads, and musl's allocator makes them wait for each other: " +
				"set another one as #[global_allocator], such as mimalloc"}}
		}
	}
	return nil
}

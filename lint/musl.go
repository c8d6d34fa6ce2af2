package lint

import (
	"fmt"
	"slices"
	"strings"
)

// systemLibrary is a crate that links a library of the system, unless one of
// some other crates, which a feature of it brings, stands below it in
// Cargo.lock.
type systemLibrary struct {
	crate, library string
	// feature that brings a copy of the library, "" for none, and what compiling
	// the copy needs beside a C compiler.
	feature, tools string
	// instead are the crates that Cargo.lock has below it when it does not look
	// for the library of the system.
	instead []string
	// env is part of the names of the variables by which its build script is
	// told where the library is.
	env string
}

// systemLibraries are read from the crates' own manifests and build scripts:
// openssl-sys 0.9.118, libsqlite3-sys 0.35.0, pq-sys 0.7.8, libdbus-sys 0.2.7,
// mysqlclient-sys 0.4.7, alsa-sys 0.3.1, libudev-sys 0.1.4, and those of the
// copies: openssl-src 300.6.1, pq-src 0.3.14, mysqlclient-src 0.1.4. Crates that
// compile a copy when they find no library (libz-sys, libgit2-sys) are not among
// them.
func systemLibraries() []systemLibrary {
	return []systemLibrary{
		{"openssl-sys", "OpenSSL", "vendored", "perl and make", []string{"openssl-src", "aws-lc-sys", "aws-lc-fips-sys", "bssl-sys"}, "OPENSSL"},
		{"libsqlite3-sys", "SQLite", "bundled", "", []string{"cc", "prettyplease"}, "SQLITE3"},
		{"pq-sys", "libpq", "bundled", "OpenSSL", []string{"pq-src"}, "PQ_LIB"},
		{"libdbus-sys", "D-Bus", "vendored", "", []string{"cc"}, "DBUS"},
		{"mysqlclient-sys", "MySQL's client library", "bundled", "cmake and a C++ compiler", []string{"mysqlclient-src"}, "MYSQLCLIENT"},
		{"alsa-sys", "ALSA", "", "", nil, "ALSA"},
		{"libudev-sys", "udev", "", "", nil, "UDEV"},
	}
}

// muslSystemLibrary looks for crates that want a library which the official
// image does not have. Another toolchain image may have it.
func muslSystemLibrary(in *Inputs) []place {
	if !in.musl() || in.Settings.Toolchain != "" || slices.Contains(in.Contexts, in.Plan.Toolchain.Image) {
		return nil
	}
	var out []place
	for _, lib := range systemLibraries() {
		i, direct, ok := in.certain(lib.crate)
		if !ok || in.below(i, lib.instead) || in.environment("PKG_CONFIG", lib.env) {
			continue
		}
		help := "set `toolchain` to an image that has it"
		if lib.feature != "" {
			with := ""
			if lib.tools != "" {
				with = ", for which the image needs " + lib.tools
			}
			help = fmt.Sprintf("%s, or enable the feature `%s` of %s, which compiles a copy%s", help, lib.feature, lib.crate, with)
		}
		through := ""
		if direct.Dependency.Package != lib.crate {
			through = " (through " + direct.Dependency.Package + ")"
		}
		out = append(out, place{direct.Dependency.Position, fmt.Sprintf(
			"%s%s links %s, of which the official toolchain image has no static library: %s", lib.crate, through, lib.library, help)})
	}
	return out
}

// below says whether a locked package depends on one of some crates.
func (in *Inputs) below(i int, crates []string) bool {
	lock := in.Workspace.Lock
	return slices.ContainsFunc(lock.Packages[i].Dependencies, func(j int) bool {
		return slices.Contains(crates, lock.Packages[j].Name)
	})
}

// environment says whether the environment of the compiling steps has a
// variable with one of some words in its name.
func (in *Inputs) environment(words ...string) bool {
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
func muslAllocator(in *Inputs) []place {
	if !in.musl() || in.possible("mimalloc", "libmimalloc-sys", "tikv-jemallocator", "tikv-jemalloc-sys", "jemallocator", "jemalloc-sys",
		"snmalloc-rs", "snmalloc-sys", "rpmalloc", "rpmalloc-sys", "tcmalloc", "tcmalloc-better", "scudo", "dlmalloc", "talc") {
		return nil
	}
	for _, d := range in.Used.Direct {
		name := d.Dependency.Package
		if name == "rayon" || name == "tokio" && (d.Features["full"] || d.Features["rt-multi-thread"]) {
			return []place{{d.Dependency.Position, name + " runs several threads, and musl's allocator makes them wait for each other: " +
				"set another one as #[global_allocator], such as mimalloc"}}
		}
	}
	return nil
}

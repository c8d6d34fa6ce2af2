package main

import (
	"fmt"
	"io"
	"runtime/debug"

	"github.com/moby/buildkit/solver/errdefs"
)

// versionText says which version this is, and which BuildKit it was made with.
func versionText() string {
	own, buildkit := "unknown", "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		own = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && own == "(devel)" {
				own = s.Value
			}
		}
		for _, dep := range info.Deps {
			if dep.Path == "github.com/moby/buildkit" {
				buildkit = dep.Version
			}
		}
	}
	return fmt.Sprintf("rust-frontend %s, BuildKit %s", own, buildkit)
}

// printError shows the lines of the user's files that an error is about, then
// the error.
func printError(w io.Writer, err error) {
	for _, s := range errdefs.Sources(err) {
		// What cannot be printed leaves the error itself.
		_ = s.Print(w)
	}
	fmt.Fprintf(w, "error: %v\n", err)
}

// Command frontend turns a Cargo project into an image: BuildKit starts it as
// a frontend, a person calls `frontend build`, `plan` or `version`.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		printError(os.Stderr, err)
		os.Exit(1)
	}
}

// run chooses between the frontend, which BuildKit starts without arguments,
// and the command line.
func run(args []string) error {
	switch {
	case len(args) == 0 && startedByBuildKit(os.Environ()):
		return serve()
	case len(args) == 1 && (args[0] == "version" || args[0] == "--version"):
		fmt.Println(versionText())
		return nil
	}
	return runClient(args)
}

//go:build gateway

package main

import "errors"

// runClient refuses: the frontend image has no command line.
func runClient([]string) error {
	return errors.New(`this is a BuildKit frontend: put "# syntax=IMAGE" into the first line of Cargo.toml and run "docker build -f Cargo.toml DIR"`)
}

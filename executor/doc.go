// Package executor holds the source text of the step executor, the program that runs in
// each step of a build. It is a Rust package without dependencies, compiled by the
// toolchain image that it serves: so it runs wherever that does, and its key changes with
// its source alone.
package executor

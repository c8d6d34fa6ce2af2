// Package integration tests the frontend against a real BuildKit: every case
// runs in process and as the frontend image through gateway.v0, with a
// toolchain image and no registry. `make testbed` makes what it needs.
package integration

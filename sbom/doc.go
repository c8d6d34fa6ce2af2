// Package sbom writes what a build compiles as an SPDX 2.3 document in JSON.
//
// In go the [plan.SBOM] of a plan and the bytes of the binaries, out comes the
// text of the document. It depends on these alone: no clock, no randomness. The
// package does no I/O and imports nothing of BuildKit.
// https://spdx.github.io/spdx-spec/v2.3/
package sbom

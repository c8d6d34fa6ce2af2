// Package cargo reads a Cargo workspace from an [io/fs.FS]: manifests with
// inheritance, targets, Cargo.lock, Cargo configuration and toolchain file.
//
// In go the files of a build context, out come a [Workspace] and positional
// errors ([*document.Error]). The package runs no cargo, opens no network connection
// and imports nothing of BuildKit; it resolves no features either: cargo does.
package cargo

// Package settings reads what the user asked for: the keys of tables of manifests, of a
// settings file, of the syntax line and of build arguments, and which binaries they select.
package settings

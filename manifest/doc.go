// Package manifest writes what cargo reads in a step: the part of the workspace and of
// Cargo.lock that a build needs ([Closure]), with reduced manifests, configuration and stubs
// for what is not compiled there ([View]).
package manifest

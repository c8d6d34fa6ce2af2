// Package document reads TOML documents of a project: their values, where each key stands,
// and errors that say the place.
package document

// Package tree holds tests of what the source as a whole promises.
package tree

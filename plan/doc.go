// Package plan says what one build for one platform does, as plain data that prints as
// JSON: what is fetched, which steps run over which files, what the image holds. Package
// planner makes plans, package llb turns them into graphs.
package plan

// Package lint looks for what is allowed and probably not meant, in a project
// that can be built. It gets the workspace, the settings and the plan, and gives
// findings with the place in the user's files. It reads no file and asks nobody:
// a rule that cannot be certain from these says nothing.
package lint

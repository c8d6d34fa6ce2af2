// Package frontend talks with BuildKit: it reads the project from the build
// context, has it planned, turns the plan into a graph and gives BuildKit the
// result with its image configuration.
//
// In go the options of a build (frontend/dockerui of BuildKit parses them) and
// the build context, out come a result, warnings and errors that show the line
// of the user's file. [Build] runs in the frontend image and in process alike.
package frontend

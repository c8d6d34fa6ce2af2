// Package planner decides what is built: which package and binaries, which
// crates are fetched, which steps run with which command line, and what the
// image holds.
//
// In go a [cargo.Workspace], [settings.Settings] and [Facts], out comes a [plan.Plan]: plain
// data that prints as JSON and that package llb turns into a graph. The package
// runs nothing and imports nothing of BuildKit. A wrong plan may cost time,
// never a wrong binary: cargo decides what is fresh.
package planner

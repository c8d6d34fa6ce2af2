package planner

import "github.com/org/rust-frontend/plan"

// ProbeStep looks at what a toolchain image holds, for [answers.ParseProbe].
func ProbeStep() plan.Step {
	return plan.Step{Name: "inspect the toolchain", Task: plan.Task{Do: "inspect", Look: []plan.Look{
		{Fact: "cacerts", Path: plan.CACertificatesFile}, {Fact: "tzdata", Path: plan.ZoneinfoDir},
	}}}
}

package plan

// ProbeStep looks at what a toolchain image holds, for [ParseProbe].
func ProbeStep() Step {
	return Step{Name: "inspect the toolchain", Task: Task{Do: "inspect", Look: []Look{
		{Fact: "cacerts", Path: CACertificatesFile}, {Fact: "tzdata", Path: ZoneinfoDir},
	}}}
}

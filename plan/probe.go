package plan

import (
	"fmt"
	"strings"
)

// The files of a toolchain image that the image is given on request.
const (
	CACertificatesFile = "/etc/ssl/certs/ca-certificates.crt"
	ZoneinfoDir        = "/usr/share/zoneinfo"
)

// ProbeStep looks at what a toolchain image holds, for [ParseProbe].
func ProbeStep() Step {
	return Step{Name: "inspect the toolchain", Task: Task{Do: "inspect", Look: []Look{
		{Fact: "cacerts", Path: CACertificatesFile}, {Fact: "tzdata", Path: ZoneinfoDir},
	}}}
}

// ParseProbe reads what [ProbeStep] has written, a KEY=VALUE line for each fact. It fails when the image has no
// working cargo or rustc.
func ParseProbe(data []byte) (*Probe, error) {
	p := &Probe{}
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "cargo":
			if words := strings.Fields(value); len(words) > 1 {
				p.Cargo = words[1]
			}
		case "rustc":
			p.Rustc = value
		case "host":
			p.Host = value
		case "target":
			p.Targets = append(p.Targets, value)
		case "objcopy":
			p.Objcopy = append(p.Objcopy, value)
		case "rustup":
			p.Rustup = true
		case "clippy":
			p.Clippy = true
		case "cacerts":
			p.CACerts = true
		case "tzdata":
			p.TZData = true
		}
	}
	if p.Cargo == "" || p.Rustc == "" {
		return nil, fmt.Errorf("it has no working cargo and rustc")
	}
	return p, nil
}

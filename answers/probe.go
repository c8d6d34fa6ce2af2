package answers

import (
	"fmt"
	"strings"
)

// Probe is what a toolchain image says of itself.
type Probe struct {
	Cargo   string   // "1.96.0"
	Rustc   string   // "1.96.0"
	Date    string   // of its last commit, "2026-04-14", or "" if it does not say
	Host    string   // the host triple
	Targets []string // triples whose standard library is there
	Rustup  bool     // rustup can add one
	Clippy  bool     // cargo clippy works
	CACerts bool     // /etc/ssl/certs/ca-certificates.crt is there
	// Objcopy are the paths of all programs of that name or with that ending, in
	// the order of PATH, those that Rust has for itself last.
	Objcopy []string
	TZData  bool // /usr/share/zoneinfo is there
}

// ParseProbe reads what planner.ProbeStep has written, a KEY=VALUE line for each fact. It fails when the image has no
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
		case "date":
			if value != "unknown" { // a distribution's own
				p.Date = value
			}
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

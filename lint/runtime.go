package lint

import (
	"fmt"

	"github.com/org/rust-frontend/planner"
)

// noCACertificates looks for TLS with the system's certificates in an image
// from scratch that is told to have none.
func noCACertificates(in *Subject) []match {
	image := in.Plan.Image
	if image.Base != "" || image.CACertificates || image.OwnCertificates() {
		return nil
	}
	for _, crate := range []string{"native-tls", "rustls-native-certs"} {
		_, direct, ok := in.certain(crate)
		if !ok || crate != "native-tls" && in.possible("webpki-roots", "webpki-root-certs") {
			continue // the program may bring its own
		}
		through := ""
		if direct.Dependency.Package != crate {
			through = " (through " + direct.Dependency.Package + ")"
		}
		return []match{{in.Settings.Where("image.ca-certificates"), fmt.Sprintf(
			"%s%s reads the certificates of the system, and the image has none: no server can be verified", crate, through)}}
	}
	return nil
}

// noSignalHandler looks for HTTP servers without anything that could handle a
// signal. The kernel gives process 1 of a container no default action: without
// a handler SIGTERM does nothing, and `docker stop` kills after ten seconds.
// https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
func noSignalHandler(in *Subject) []match {
	image := in.Plan.Image
	if image.Base != "" || image.StopSignal == "SIGKILL" || len(image.Entrypoint) == 0 || !in.isBinary(image.Entrypoint[0]) {
		return nil
	}
	if in.possible("signal-hook-registry", "signal-hook", "ctrlc", "nix", "async-signal", "actix-rt", "rocket", "lambda_runtime") {
		return nil
	}
	for _, p := range in.Used.Tree {
		for _, d := range p.Dependencies {
			if d.Package == "libc" || d.Package == "rustix" {
				return nil // whoever has these can install a handler
			}
		}
	}
	for _, d := range in.Used.Direct {
		if !server(d) {
			continue
		}
		return []match{{d.Dependency.Position, d.Dependency.Package + " serves until it is stopped, and no crate of the build handles signals: as process 1 the program ignores SIGTERM, " +
			"and `docker stop` kills it after ten seconds; handle it, for example with tokio's feature `signal`"}}
	}
	return nil
}

// server knows crates whose server handles no signal by itself.
func server(d planner.UsedDependency) bool {
	switch d.Dependency.Package {
	case "axum":
		return d.Features["default"] || d.Features["tokio"]
	case "hyper":
		return d.Features["server"] || d.Features["full"]
	case "poem":
		return d.Features["default"] || d.Features["server"]
	case "rouille", "tiny_http":
		return true
	}
	return false
}

package lint

import (
	"slices"
	"strings"

	"github.com/org/rust-frontend/planner"
)

// edge is a dependency of one published crate on another one. Cargo.lock has
// many edges that a build does not use, so these are read from the crates'
// manifests: an edge is used by every build for Linux, or by one that enables a
// feature.
type edge struct {
	from, to string
	// features of from that enable it, none for always.
	features []string
	// versions that it is true for, as beginnings; none for all.
	versions []string
}

// edges are read from native-tls 0.2.18, openssl 0.10.82, hyper-tls 0.6.0,
// tokio-native-tls 0.3.1, postgres-native-tls 0.5.3, tokio-openssl 0.6.5,
// postgres-openssl 0.5.3, rusqlite 0.43.0, dbus 0.9.12, alsa 0.9.1, udev 0.9.3,
// diesel 2.3.14, reqwest 0.11.27, 0.12.28 and 0.13.5, tonic 0.14 and
// rustls-platform-verifier 0.6.
func edges() []edge {
	old := []string{"0.11.", "0.12."}
	return []edge{
		{from: "openssl", to: "openssl-sys"},
		{from: "native-tls", to: "openssl"},
		{from: "hyper-tls", to: "native-tls"},
		{from: "tokio-native-tls", to: "native-tls"},
		{from: "postgres-native-tls", to: "native-tls"},
		{from: "tokio-openssl", to: "openssl"},
		{from: "postgres-openssl", to: "openssl"},
		{from: "reqwest", to: "native-tls", features: []string{"native-tls", "native-tls-alpn", "native-tls-no-alpn"}},
		{from: "reqwest", to: "native-tls", features: []string{"default", "default-tls"}, versions: old},
		{from: "reqwest", to: "rustls-platform-verifier", features: []string{"default", "default-tls", "rustls"}, versions: []string{"0.13."}},
		{from: "reqwest", to: "rustls-native-certs", features: []string{"rustls-tls-native-roots"}, versions: old},
		{from: "rustls-platform-verifier", to: "rustls-native-certs"},
		{from: "tonic", to: "rustls-native-certs", features: []string{"tls-native-roots"}},
		{from: "rusqlite", to: "libsqlite3-sys"},
		{from: "diesel", to: "pq-sys", features: []string{"postgres"}},
		{from: "diesel", to: "libsqlite3-sys", features: []string{"sqlite"}},
		{from: "diesel", to: "mysqlclient-sys", features: []string{"mysql"}},
		{from: "dbus", to: "libdbus-sys"},
		{from: "alsa", to: "alsa-sys"},
		{from: "udev", to: "libudev-sys"},
	}
}

// certain gives a crate that is compiled into the binaries: its index in
// Cargo.lock, and the dependency of the tree that leads to it.
func (in *Subject) certain(crate string) (int, planner.UsedDependency, bool) {
	lock := in.Workspace.Lock.Packages
	for _, d := range in.Used.Direct {
		seen := map[int]bool{}
		todo := []int{d.Locked}
		for len(todo) > 0 {
			i := todo[0]
			todo = todo[1:]
			if lock[i].Name == crate {
				return i, d, true
			}
			if seen[i] || lock[i].Replace >= 0 {
				continue
			}
			seen[i] = true
			for _, j := range lock[i].Dependencies {
				if in.uses(i, j, d) {
					todo = append(todo, j)
				}
			}
		}
	}
	return -1, planner.UsedDependency{}, false
}

// uses says whether a build that has the locked package i uses its dependency
// on j; what features i has is known for d alone.
func (in *Subject) uses(i, j int, d planner.UsedDependency) bool {
	from, to := in.Workspace.Lock.Packages[i], in.Workspace.Lock.Packages[j]
	return slices.ContainsFunc(edges(), func(e edge) bool {
		if e.from != from.Name || e.to != to.Name {
			return false
		}
		version := len(e.versions) == 0 || slices.ContainsFunc(e.versions, func(v string) bool { return strings.HasPrefix(from.Version, v) })
		feature := len(e.features) == 0 || i == d.Locked && slices.ContainsFunc(e.features, func(f string) bool { return d.Features[f] })
		return version && feature
	})
}

// possible says whether the build may need one of some crates.
func (in *Subject) possible(crates ...string) bool {
	return slices.ContainsFunc(crates, func(crate string) bool { return in.Used.Possible[crate] })
}

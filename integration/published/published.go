// Package published gets real projects, mostly from crates.io, for the tests and
// for the programs that measure and compare builds. It knows one workspace that is not published as such.
package published

import (
	"fmt"
	"strings"
)

// workspaceSuffix marks the name of a project that is put together again.
const workspaceSuffix = "-workspace"

// Package gives the package that has the binary of a project.
func Package(project string) string {
	if IsWorkspace(project) {
		return strings.TrimSuffix(project, workspaceSuffix)
	}
	return project
}

// IsWorkspace tells whether a project is a workspace that Script knows how to
// put together from its published packages.
func IsWorkspace(project string) bool { return project == "ripgrep"+workspaceSuffix }

// Script gives the shell commands that write a project of a version to
// /out/tree. They need cargo and the network, and leave nothing else behind.
func Script(project, version string) string {
	script := fmt.Sprintf(fetch, Package(project), version)
	if IsWorkspace(project) {
		script += ripgrepWorkspace
	}
	return script
}

// fetch downloads one package with cargo.
const fetch = `
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export CARGO_HOME="$tmp/cargo"
get() {
	(cd / && cargo info --quiet --registry crates-io "$1@$2" >"$tmp/info") # inside a project it writes Cargo.lock
	mkdir -p "$(dirname "$3")"
	cp -r "$CARGO_HOME"/registry/src/*/"$1-$2" "$3"
	rm -f "$3/.cargo-ok" "$3/.cargo_vcs_info.json"
}
get %s %s /out/tree
`

// ripgrepWorkspace puts the libraries that ripgrep's authors publish from the
// same repository back to their places, and takes them out of the registry's
// hands in Cargo.lock.
const ripgrepWorkspace = `
cd /out/tree
for member in cli:grep-cli globset:globset grep:grep ignore:ignore matcher:grep-matcher pcre2:grep-pcre2 printer:grep-printer regex:grep-regex searcher:grep-searcher; do
	dir=crates/${member%%:*} name=${member#*:}
	version=$(grep -A1 "^name = \"$name\"$" Cargo.lock | sed -n 's/^version = "\(.*\)"$/\1/p')
	if [ -z "$version" ]; then echo "$name is not locked"; continue; fi
	get "$name" "$version" "$tmp/$name"
	mkdir -p "$dir"
	cp -r "$tmp/$name/." "$dir"
	mv "$dir/Cargo.toml.orig" "$dir/Cargo.toml"
	rm -f "$dir/Cargo.lock"
	sed -i "/^name = \"$name\"$/,/^$/{/^source = /d;/^checksum = /d}" Cargo.lock
done
mv Cargo.toml.orig Cargo.toml
cargo update --quiet --workspace # adds the members' dev-dependencies
`

#!/usr/bin/env bash
# Makes the toolchain image as an OCI layout, once for each version of the
# files in testbed/toolchain, and records it in .testbed/env.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

source=$root/testbed/toolchain

key() {
	(cd "$source" && find . -type f -print0 | sort -z | xargs -0 sha256sum) | sha256sum | cut -c1-12
}

layout=$cache/toolchain-$(key)
if [ ! -f "$layout/index.json" ]; then
	mkdir -p "$cache"
	new=$(mktemp -d "$cache/new-XXXXXX")
	trap 'rm -rf "$new"' EXIT
	say "toolchain: root file system from Debian packages, musl std from source (3 minutes)"
	toolchain_image "$new"
	say "toolchain: compile and run two programs"
	check_toolchain "$new"
	chmod 755 "$new"
	mv -T "$new" "$layout"
fi

put TOOLCHAIN_LAYOUT "$layout"
put TOOLCHAIN_DIGEST "$(layout_digest "$layout")"

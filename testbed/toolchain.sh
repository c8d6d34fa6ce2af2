#!/usr/bin/env bash
# Makes the toolchain image as an OCI layout, once for each version of the
# files in testbed/toolchain, and records it in .testbed/env.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

source=$root/testbed/toolchain

key() {
	(cd "$source" && find . -type f -print0 | sort -z | xargs -0 sha256sum) | sha256sum | cut -c1-12
}

# make_layout DIR writes the image to DIR.
make_layout() {
	local dir=$1 work
	work=$(mktemp -d)
	say "toolchain: root file system from Debian packages, musl std from source (3 minutes)"
	"$source/rootfs.sh" "$work/rootfs.tar"
	cp "$source/Dockerfile" "$work"
	dockerfile "$work" --output "type=oci,tar=false,dest=$dir,compression=zstd"
	rm -rf "$work"
}

check() {
	say "toolchain: compile and run two programs"
	dockerfile "$source/check" \
		--oci-layout toolchain="$1" --opt "context:toolchain=oci-layout://toolchain@$(layout_digest "$1")"
}

layout=$cache/toolchain-$(key)
if [ ! -f "$layout/index.json" ]; then
	mkdir -p "$cache"
	new=$(mktemp -d "$cache/new-XXXXXX")
	trap 'rm -rf "$new"' EXIT
	make_layout "$new"
	check "$new"
	chmod 755 "$new"
	mv -T "$new" "$layout"
fi

put TOOLCHAIN_LAYOUT "$layout"
put TOOLCHAIN_DIGEST "$(layout_digest "$layout")"

#!/usr/bin/env bash
# Compiles a current Docker Engine and its containerd from their Go modules, once
# for each version of what it is made from, and records it in .testbed/env. What it
# runs containers with is the machine's runc.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

module=$root/testbed/tools/docker
engine=github.com/moby/moby/v2

# Leaves out what the engine's own release has and no test uses: it costs minutes.
tags=no_cri,no_btrfs,no_zfs,no_devmapper,no_tracing,no_embedded_containerd
tags+=,exclude_graphdriver_btrfs,exclude_graphdriver_zfs,exclude_graphdriver_fuseoverlayfs,exclude_disk_quota

key=$(cat "$0" "$module/go.mod" "$module/go.sum" <(go env GOVERSION GOARCH) | sha256sum | cut -c1-12)
dir=$cache/dockerd-$key
if [ ! -f "$dir/complete" ]; then
	version=$(go list -C "$module" -m -f '{{.Version}}' "$engine")
	say "dockerd: $engine $version"
	mkdir -p "$cache"
	new=$(mktemp -d "$cache/new-XXXXXX")
	trap 'rm -rf "$new"' EXIT
	# With the flags of the other tools: what they have in common is compiled once.
	go build -C "$module" -trimpath -buildvcs=false -tags "$tags" \
		-ldflags "-s -w -X $engine/dockerversion.Version=${version#v}" -o "$new/" tool
	touch "$new/complete"
	rm -rf "$dir"
	chmod 755 "$new"
	mv -T "$new" "$dir"
fi

put DOCKERD_DIR "$dir"

#!/usr/bin/env bash
# Unpacks Debian's Docker Engine, once for each version of this file, and records
# it in .testbed/env. It is not installed: the machine may have another engine, and
# nothing is to be started. What it runs containers with is the machine's runc.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

packages="docker.io containerd"
library=libdevmapper1.02.1 # the one library that a small Debian lacks

dir=$cache/docker-$(sha256sum "$0" | cut -c1-12)
if [ ! -f "$dir/complete" ]; then
	say "docker: Debian's engine"
	mkdir -p "$cache"
	new=$(mktemp -d "$cache/new-XXXXXX")
	trap 'rm -rf "$new"' EXIT
	# shellcheck disable=SC2086 # a list of words
	(cd "$new" && apt-get download -q $packages)
	for package in "$new"/*.deb; do
		dpkg-deb -x "$package" "$new"
	done
	rm "$new"/*.deb
	touch "$new/complete"
	rm -rf "$dir"
	chmod 755 "$new"
	mv -T "$new" "$dir"
fi
if ldd "$dir/usr/sbin/dockerd" | grep -q 'not found'; then
	say "apt: $library"
	DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$library"
fi
! ldd "$dir/usr/sbin/dockerd" | grep 'not found' || die "dockerd lacks a library"

put DOCKER_DIR "$dir/usr"

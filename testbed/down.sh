#!/usr/bin/env bash
# Stops the daemon that up.sh started. With --clean also removes all its state;
# the toolchain stays in the user's cache directory.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

stop_daemon() {
	local pid
	pid=$(cat "$state/buildkitd.pid" 2>/dev/null) || return 0
	rm -f "$state/buildkitd.pid"
	# The number may belong to another process by now. A program that was built
	# anew since is shown with " (deleted)" behind its name.
	[[ "$(readlink "/proc/$pid/exe")" == "$bin/buildkitd"* ]] || return 0
	say "stop buildkitd ($pid)"
	kill "$pid"
	for _ in $(seq 60); do
		[ -e "/proc/$pid" ] || return 0
		sleep 0.5
	done
	die "buildkitd ($pid) does not stop"
}

# What an interrupted build may have left mounted.
unmount() {
	local mount
	while read -r mount; do
		umount "$mount"
	done < <(awk -v dir="$state/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r)
}

stop_daemon
if [ "${1-}" = --clean ]; then
	unmount
	rm -rf "$state"
fi

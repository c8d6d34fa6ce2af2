#!/usr/bin/env bash
# Brings the test bed up: packages, tools, daemon, images, .testbed/env.
# Safe to run again; what is up to date is left alone.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# command -> Debian package that has it
packages() {
	cat <<-'LIST'
		runc runc
		mmdebstrap mmdebstrap
		gcc gcc
		git git
		make make
	LIST
}

install_packages() {
	local command package missing=()
	while read -r command package; do
		command -v "$command" >/dev/null || missing+=("$package")
	done < <(packages)
	[ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
	python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
	# mmdebstrap takes the machine's package lists as the list of mirrors.
	if [ ${#missing[@]} -gt 0 ] || [ -z "$(apt-get indextargets 'Origin: Debian')" ]; then
		say "apt: ${missing[*]:-package lists}"
		apt-get update -q
		[ ${#missing[@]} -eq 0 ] || DEBIAN_FRONTEND=noninteractive \
			apt-get install -q -y --no-install-recommends "${missing[@]}"
	fi
}

build_tools() {
	local tool
	command -v go >/dev/null || die "Go is not installed (the version in go.mod or newer)"
	for tool in buildkit buildx; do
		say "build $tool"
		go build -C "$root/testbed/tools/$tool" -trimpath -buildvcs=false -o "$bin/" tool
	done
}

healthy() { buildctl debug workers >/dev/null 2>&1; }

start_daemon() {
	if healthy; then return; fi
	say "start buildkitd"
	# A session of its own, so that it outlives make and its terminal.
	# shellcheck disable=SC2016 # expanded by the inner shell
	setsid -f sh -c 'echo $$ >"$1" && shift && exec "$@"' sh "$state/buildkitd.pid" \
		"$bin/buildkitd" --config "$root/testbed/buildkitd.toml" \
		--root "$state/buildkitd" --addr "unix://$socket" \
		>"$state/buildkitd.log" 2>&1 </dev/null
	for _ in $(seq 60); do
		if healthy; then return; fi
		sleep 0.5
	done
	tail -20 "$state/buildkitd.log" >&2
	die "buildkitd did not start"
}

[ "$(id -u)" = 0 ] || die "needs root: buildkitd runs containers"
mkdir -p "$bin"
install_packages
build_tools
start_daemon

put BUILDKIT_HOST "unix://$socket"
put TESTBED_BIN "$bin"
# Written out in full, because make and sh expand variables differently.
put PATH "$bin:${PATH#"$bin":}"

"$root/testbed/spdx.sh"
"$root/testbed/engine.sh"
"$root/testbed/dockerd.sh"
"$root/testbed/toolchain.sh"
"$root/testbed/toolchains.sh"
"$root/testbed/frontend-image.sh"
say "ready: $env_file"

# shellcheck shell=bash
# Sourced by the scripts of the test bed: where things are, and a few helpers.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Everything that belongs to this checkout.
state=$root/.testbed
bin=$state/bin
env_file=$state/env
socket=$state/buildkitd.sock

# What takes minutes to make and is the same for every checkout.
cache=${RUST_FRONTEND_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rust-frontend}

say() { printf '==> %s\n' "$*" >&2; }

die() {
	printf 'testbed: %s\n' "$*" >&2
	exit 1
}

# put KEY VALUE records one line of .testbed/env.
put() {
	mkdir -p "$state"
	touch "$env_file"
	sed -i "/^$1=/d" "$env_file"
	printf '%s=%s\n' "$1" "$2" >>"$env_file"
}

buildctl() { "$bin/buildctl" --addr "unix://$socket" "$@"; }

# dockerfile DIR ARG... builds DIR/Dockerfile with the daemon's own frontend.
dockerfile() {
	local dir=$1
	shift
	buildctl build --progress=plain --frontend dockerfile.v0 \
		--local context="$dir" --local dockerfile="$dir" "$@"
}

# layout_digest DIR prints the digest of the one image in an OCI layout.
layout_digest() {
	sed -n 's/.*"digest":"\(sha256:[0-9a-f]\{64\}\)".*/\1/p' "$1/index.json"
}

# toolchain_image DIR [RECIPE] writes an image of Debian's Rust to DIR.
toolchain_image() {
	local source=$root/testbed/toolchain work
	work=$(mktemp -d)
	"$source/rootfs.sh" "$work/rootfs.tar" "${@:2}"
	cp "$source/Dockerfile" "$work"
	dockerfile "$work" --output "type=oci,tar=false,dest=$1,compression=zstd"
	rm -rf "$work"
}

# check_toolchain DIR ARG... compiles and runs programs with the image in DIR.
check_toolchain() {
	dockerfile "$root/testbed/toolchain/check" --oci-layout toolchain="$1" \
		--opt "context:toolchain=oci-layout://toolchain@$(layout_digest "$1")" "${@:2}"
}

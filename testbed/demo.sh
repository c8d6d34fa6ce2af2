#!/usr/bin/env bash
# Builds examples/hello from the syntax line of its Cargo.toml, runs it, edits
# one line, and builds and runs it again. Uses a Docker engine with buildx where
# one can be reached, the test bed's BuildKit otherwise.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
[ -f "$env_file" ] || die "no test bed: run make testbed"
. "$env_file"
exec 2>&1 # one stream, so that the order is kept in a pipe too

work=$(mktemp -d)
clean() {
	rm -rf "$work"
	[ "${builder:-default}" = default ] || docker buildx rm "$builder" >/dev/null 2>&1 || true
}
trap clean EXIT

# The images that a registry would have are replaced by the test bed's layouts.
# An engine whose own BuildKit does not know layouts (20.10's does not) loads
# and runs what the test bed's BuildKit builds.
builder=default
buildx_build() {
	try_buildx && return
	[ "$builder" = default ] || return 1
	builder=rust-frontend-demo
	docker buildx rm "$builder" >/dev/null 2>&1 || true
	docker buildx create --name "$builder" --driver remote "$BUILDKIT_HOST" >/dev/null
	try_buildx
}
try_buildx() {
	docker buildx build --builder "$builder" --progress=plain --load -t rust-frontend-demo -f "$work/hello/Cargo.toml" \
		--build-context "org/rust-frontend=oci-layout://$FRONTEND_LAYOUT@$FRONTEND_DIGEST" \
		--build-context "toolchain=oci-layout://$TOOLCHAIN_LAYOUT@$TOOLCHAIN_DIGEST" \
		"$work/hello"
}
buildx_run() { docker run --rm --network none rust-frontend-demo "$@"; }
buildx_size() { docker image inspect -f '{{.Size}} bytes' rust-frontend-demo; }

# The same request without a client: dockerfile.v0 reads the syntax line and
# hands over to the image that it names.
buildctl_build() {
	rm -rf "$work/image"
	buildctl build --progress=plain --frontend dockerfile.v0 --opt filename=Cargo.toml \
		--local context="$work/hello" --local dockerfile="$work/hello" \
		--oci-layout frontend="$FRONTEND_LAYOUT" \
		--opt "context:org/rust-frontend=oci-layout://frontend@$FRONTEND_DIGEST" \
		--oci-layout toolchain="$TOOLCHAIN_LAYOUT" \
		--opt "context:toolchain=oci-layout://toolchain@$TOOLCHAIN_DIGEST" \
		--output "type=oci,tar=false,dest=$work/image" \
		--output "type=local,dest=$work/rootfs"
}

blob() { echo "$work/image/blobs/sha256/${1#sha256:}"; }

# json_line FILE prints a JSON document on one line without spaces.
json_line() { tr -d ' \n\t' <"$1"; }

manifest() { blob "$(layout_digest "$work/image")"; }

buildctl_run() {
	local config entrypoint
	config=$(json_line "$(manifest)" | sed 's/.*"config":{[^}]*"digest":"\([^"]*\)".*/\1/')
	entrypoint=$(json_line "$(blob "$config")" | sed 's/.*"Entrypoint":\["\([^"]*\)"\].*/\1/')
	chroot "$work/rootfs" "$entrypoint" "$@"
}

buildctl_size() {
	json_line "$(manifest)" | grep -o '"layers":.*' | grep -o '"size":[0-9]*' |
		awk -F: '{ n += $2 } END { print n " bytes compressed" }'
}

# steps LOG prints one line for each step: its name, and CACHED or its time.
steps() {
	awk '/^#[0-9]+ / && !($1 in name) { id = $1; sub(/^#[0-9]+ /, ""); name[id] = $0; next }
	     $1 in name && ($2 == "CACHED" || $2 == "DONE") {
	         printf "  %-8s %s\n", $2 == "CACHED" ? $2 : $3, name[$1] }' "$1"
}

# build_and_run shows one round.
build_and_run() {
	local start=$SECONDS
	"${engine}_build" >"$work/log" 2>&1 || { cat "$work/log" >&2; die "the build failed"; }
	[ "$builder" = default ] || say "built by the test bed's BuildKit, since the engine's cannot"
	steps "$work/log"
	say "built in $((SECONDS - start)) s; image: $("${engine}_size"); it prints:"
	"${engine}_run" 3
}

engine=buildctl
if docker info >/dev/null 2>&1 && docker buildx version >/dev/null 2>&1; then
	engine=buildx
fi

cp -r "$root/examples/hello" "$work/hello"
say "build $(head -1 "$work/hello/Cargo.toml" | cut -c3-) with $engine"
build_and_run
say "edit one line of src/main.rs and build again"
# The time of day, so that no earlier demo has built the same.
sed -i "s/Hello, world!/Hello at $(date +%T)!/" "$work/hello/src/main.rs"
build_and_run

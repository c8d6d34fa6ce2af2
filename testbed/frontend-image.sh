#!/usr/bin/env bash
# Builds the frontend image from the repository's Dockerfile into an OCI layout
# and records it in .testbed/env. The layout keeps the images of earlier runs,
# so a test that still uses one is not disturbed.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

layout=$state/frontend
certs=/etc/ssl/certs

# golang_layout prints the directory of the image that replaces golang's.
golang_layout() {
	local source=$root/testbed/golang key dir new
	key=$({ go version; cat "$source/Dockerfile" "$certs/ca-certificates.crt"; } | sha256sum | cut -c1-12)
	dir=$cache/golang-$key
	if [ ! -f "$dir/index.json" ]; then
		say "golang image: this machine's $(go env GOVERSION)"
		mkdir -p "$cache"
		new=$(mktemp -d "$cache/new-XXXXXX")
		dockerfile "$source" \
			--local goroot="$(go env GOROOT)" --opt context:goroot=local:goroot \
			--local certs="$certs" --opt context:certs=local:certs \
			--output "type=oci,tar=false,dest=$new,compression=zstd" >&2
		chmod 755 "$new"
		mv -T "$new" "$dir"
	fi
	echo "$dir"
}

# compressed_size prints the bytes of the layers of an image in a layout.
compressed_size() {
	tr -d ' \n\t' <"$1/blobs/sha256/${2#sha256:}" | grep -o '"layers":.*' |
		grep -o '"size":[0-9]*' | awk -F: '{ n += $2 } END { print n }'
}

golang=$(golang_layout)
# The same binary gives the same digest: all times in the image are fixed.
say "frontend image"
dockerfile "$root" \
	--oci-layout golang="$golang" \
	--opt "context:golang:1.26.8-alpine=oci-layout://golang@$(layout_digest "$golang")" \
	--opt build-arg:GOPROXY="$(go env GOPROXY)" \
	--opt build-arg:SOURCE_DATE_EPOCH=0 \
	--output "type=oci,tar=false,dest=$layout,rewrite-timestamp=true"

digest=$(layout_digest "$layout")
put FRONTEND_LAYOUT "$layout"
put FRONTEND_DIGEST "$digest"
say "frontend image: $digest, $(compressed_size "$layout" "$digest") bytes compressed"

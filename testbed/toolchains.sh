#!/usr/bin/env bash
# Makes the images of toolchains other than the test bed's own, as OCI layouts
# that are kept like it, and records them in .testbed/env. The README has a
# table of them. Runs after toolchain.sh.
#
# usage: toolchains.sh [NAME...]
set -euo pipefail
shopt -s inherit_errexit
. "$(dirname "$0")/lib.sh"

source=$root/testbed/toolchains
# The image that some are a layer over.
base=$(sed -n 's/^TOOLCHAIN_LAYOUT=//p' "$env_file")
base_digest=$(layout_digest "$base")

# names prints all images, those that take longest first.
names() {
	echo newest oldest busybox old noshell proxy
	if [ -n "$(machine_rustup)" ]; then echo rustup; fi
}

# machine_rustup prints where the machine has rustup; not every machine has it.
machine_rustup() { type -P rustup || true; }

# hash FILE-OR-DIRECTORY... hashes the files of the test bed.
hash() { (cd "$root/testbed" && find "$@" -type f -print0 | sort -z | xargs -0 sha256sum); }

# inputs NAME prints what the image is made from.
inputs() {
	hash toolchain/check
	case $1 in
	newest | oldest | old) hash toolchain "toolchains/$1.recipe" ;;
	busybox | noshell | proxy) hash "toolchains/$1"; echo "$base_digest" ;;
	rustup) hash toolchains/proxy; echo "$base_digest"; sha256sum "$(machine_rustup)" ;;
	*) die "there is no toolchain $1" ;;
	esac
}

# layout NAME prints the directory of the image.
layout() {
	local key
	key=$(inputs "$1" | sha256sum | cut -c1-12)
	echo "$cache/toolchain-$1-$key"
}

# layer NAME DIR CONTEXT ARG... writes what CONTEXT/Dockerfile lays over the
# base to DIR and runs the image's checks. The layouts have the base's blobs as
# one file.
layer() {
	local dir=$2 blob args
	args=("${@:4}" --oci-layout toolchain="$base"
		--opt "context:toolchain=oci-layout://toolchain@$base_digest")
	dockerfile "$3" "${args[@]}" --opt target=image \
		--output "type=oci,tar=false,dest=$dir,compression=zstd"
	for blob in "$base"/blobs/sha256/*; do
		[ ! -e "$dir/blobs/sha256/${blob##*/}" ] || ln -f "$blob" "$dir/blobs/sha256/"
	done
	dockerfile "$3" "${args[@]}" --opt target=verify
	check_toolchain "$dir" --opt target=plain
}

# busybox_source FILE downloads BusyBox as Debian has it, before its patches.
# The machine's lists are without source packages, so a second set is made.
busybox_source() {
	local apt options
	apt=$(mktemp -d)
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
	options=(-q -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=-
		-o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root)
	# shellcheck disable=SC2016 # apt's variables
	apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian' >"$apt/sources.list"
	apt-get "${options[@]}" update
	(cd "$apt" && apt-get "${options[@]}" source --download-only busybox)
	mv "$apt"/busybox_*.orig.tar.bz2 "$1"
	rm -rf "$apt"
}

# make_image NAME DIR writes the image to DIR and checks it.
make_image() {
	local name=$1 dir=$2 context=$2.context
	case $name in
	newest | oldest)
		toolchain_image "$dir" "$source/$name.recipe"
		check_toolchain "$dir"
		;;
	old)
		toolchain_image "$dir" "$source/$name.recipe"
		check_toolchain "$dir" --opt target=plain --opt build-arg:TARGET=x86_64-unknown-linux-gnu
		;;
	busybox)
		cp -r "$source/busybox" "$context"
		busybox_source "$context/busybox.tar.bz2"
		layer "$name" "$dir" "$context"
		;;
	rustup)
		layer "$name" "$dir" "$source/proxy" --opt build-arg:PROXIES=rustup \
			--local machine="$(dirname "$(machine_rustup)")" --opt context:machine=local:machine
		;;
	*) layer "$name" "$dir" "$source/$name" ;;
	esac
}

# make_layout NAME makes the image's layout unless it is there.
make_layout() {
	local name=$1 layout since=$SECONDS log=$state/toolchain-$1.log
	layout=$(layout "$name")
	if [ -f "$layout/index.json" ]; then return; fi
	say "toolchain $name"
	mkdir -p "$cache"
	new=$(mktemp -d "$cache/new-XXXXXX")
	trap 'rm -rf "$new" "$new.context"' EXIT
	# A process of its own: errexit does not hold in what `if` asks.
	if ! "$0" --into "$new" "$name" >"$log" 2>&1; then
		tail -n 60 "$log" >&2
		die "toolchain $name: all of it is in $log"
	fi
	chmod 755 "$new"
	mv -T "$new" "$layout"
	say "toolchain $name: $((SECONDS - since)) s"
}

record() {
	local name
	for name in "$@"; do
		put "TOOLCHAIN_${name^^}_LAYOUT" "$(layout "$name")"
		put "TOOLCHAIN_${name^^}_DIGEST" "$(layout_digest "$(layout "$name")")"
	done
}

case ${1:-} in
--into) make_image "$3" "$2" ;;
--layout) make_layout "$2" ;;
*)
	# shellcheck disable=SC2046 # a list of words
	[ $# -gt 0 ] || set -- $(names)
	# Two at once, since much of the work is one process's or the network's.
	printf '%s\n' "$@" | xargs -n 1 -P 2 "$0" --layout
	record "$@"
	;;
esac

#!/usr/bin/env bash
# Makes the toolchain's root file system from Debian packages.
#
# usage: rootfs.sh OUT.tar
set -euo pipefail

suite=bookworm
packages=rustc-web,cargo-web,rust-web-clippy,gcc,libc6-dev,musl-tools,make,pkg-config,ca-certificates,tzdata
# Only needed while the standard library compiles; their files are unpacked,
# not installed, so that nothing has to be uninstalled.
sources="rust-web-src libunwind-16-dev"

here=$(cd "$(dirname "$0")" && pwd)

# The sources that this machine's apt uses: the mirror is the machine's choice.
apt_sources() {
	apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian'
}

unpack_sources() {
	local rootfs=$1 dir
	dir=$(mktemp -d)
	# shellcheck disable=SC2086 # a list of words
	(cd "$dir" && apt-get download -q $sources)
	mkdir -p "$rootfs/build"
	dpkg-deb -x "$dir"/rust-web-src_*.deb "$rootfs"
	dpkg-deb -x "$dir"/libunwind-*.deb "$dir/unwind"
	cp "$dir"/unwind/usr/lib/llvm-*/lib/libunwind.a "$rootfs/build"
	rm -rf "$dir"
}

# The hook that mmdebstrap runs before it packs the file system.
customize() {
	local rootfs=$1
	unpack_sources "$rootfs"
	cp "$here/std.sh" "$rootfs/build"
	chroot "$rootfs" sh /build/std.sh x86_64-unknown-linux-musl x86_64-linux-gnu x86_64-linux-musl
	rm -rf "$rootfs/build" "$rootfs"/usr/src/rustc-* "$rootfs/usr/lib/rustlib/src"
}

if [ "$1" = --customize ]; then
	customize "$2"
	exit
fi

[ "$(dpkg --print-architecture)" = amd64 ] || { echo "rootfs.sh: only amd64 is prepared" >&2; exit 1; }
apt_sources | grep -q "$suite" || { echo "rootfs.sh: apt has no sources of Debian $suite" >&2; exit 1; }

apt_sources | mmdebstrap --variant=essential --include="$packages" \
	--aptopt='APT::Install-Recommends "false"' \
	--dpkgopt='path-exclude=/usr/share/doc/*' \
	--dpkgopt='path-exclude=/usr/share/info/*' \
	--dpkgopt='path-exclude=/usr/share/locale/*' \
	--dpkgopt='path-exclude=/usr/share/man/*' \
	--customize-hook="'$here/rootfs.sh' --customize \"\$1\"" \
	"$suite" "$1" -

#!/usr/bin/env bash
# Makes a toolchain's root file system from Debian packages. A recipe is a file
# with other values for the variables below.
#
# usage: rootfs.sh OUT.tar [RECIPE]
set -euo pipefail

suite=bookworm
# Where packages come from: the suites by name, or all that this machine's apt
# has of Debian if there are none.
suites=
rust="rustc-web cargo-web rust-web-clippy"
tools="gcc libc6-dev musl-tools make pkg-config ca-certificates tzdata"
# The package with the sources of std; without one std is the host's only.
rust_source="rust-web-src"
# The release of Rust that has to come out of it, if that matters.
version=
# Packages that are taken from the last of the suites.
preferred=

here=$(cd "$(dirname "$0")" && pwd)
hook=
if [ "$1" = --hook ]; then
	hook=$2
	shift 2
fi
recipe=${2:-}
# shellcheck disable=SC1090 # which one is the caller's choice
[ -z "$recipe" ] || . "$recipe"

# The sources that this machine's apt uses: the mirror is the machine's choice.
# A suite that the machine has not is on the mirror of those that it has.
apt_sources() {
	local have mirror
	# shellcheck disable=SC2016 # apt's variables
	have=$(apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian')
	mirror=$(awk '$3 == "bookworm" { print $2; exit }' <<<"$have")
	[ -n "$mirror" ] || { echo "rootfs.sh: apt has no sources of Debian bookworm" >&2; return 1; }
	if [ -z "$suites" ]; then
		echo "$have"
	else
		# shellcheck disable=SC2086 # a list of words
		printf "deb $mirror %s main\n" $suites
	fi
}

# The hook before packages are unpacked.
prepare() {
	local rootfs=$1 dir
	# Newer packages have no files in /bin and rely on links that are there.
	for dir in bin sbin lib lib64; do
		mkdir -p "$rootfs/usr/$dir"
		[ -e "$rootfs/$dir" ] || ln -s "usr/$dir" "$rootfs/$dir"
	done
	if [ -n "$preferred" ]; then
		printf 'Package: %s\nPin: release a=%s\nPin-Priority: 900\n' \
			"$preferred" "${suites##* }" >"$rootfs/etc/apt/preferences.d/rust"
	fi
}

# Only needed while the standard library compiles: these packages' files are
# unpacked, not installed, so that nothing has to be uninstalled.
unpack_sources() {
	local rootfs=$1 dir version
	dir=$(mktemp -d)
	# The sources of the very compiler. Its own suite's lists know them.
	version=$(dpkg-query --admindir="$rootfs/var/lib/dpkg" -W -f '${Version}' "${rust%% *}")
	(cd "$dir" && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get download -q "$rust_source=$version")
	# Any release's unwinder does, so it is this machine's.
	(cd "$dir" && apt-get download -q libunwind-16-dev)
	mkdir -p "$rootfs/build"
	dpkg-deb -x "$dir/$rust_source"_*.deb "$rootfs"
	dpkg-deb -x "$dir"/libunwind-*.deb "$dir/unwind"
	cp "$dir"/unwind/usr/lib/llvm-*/lib/libunwind.a "$rootfs/build"
	rm -rf "$dir"
}

musl_std() {
	local rootfs=$1
	unpack_sources "$rootfs"
	cp "$here/std.sh" "$rootfs/build"
	# What this machine trusts, for a download of crates.
	cp /etc/ssl/certs/ca-certificates.crt "$rootfs/build"
	chroot "$rootfs" sh /build/std.sh x86_64-unknown-linux-musl x86_64-linux-gnu x86_64-linux-musl
	rm -rf "$rootfs/build" "$rootfs"/usr/src/rustc-* "$rootfs/usr/lib/rustlib/src"
}

# The hook before the file system is packed.
customize() {
	local rootfs=$1
	case $(chroot "$rootfs" rustc --version) in
	"rustc $version"*) ;;
	*) echo "rootfs.sh: $(chroot "$rootfs" rustc --version) is not $version" >&2; return 1 ;;
	esac
	[ -z "$rust_source" ] || musl_std "$rootfs"
	rm -f "$rootfs/etc/apt/preferences.d/rust"
}

if [ -n "$hook" ]; then
	"$hook" "$1"
	exit
fi

[ "$(dpkg --print-architecture)" = amd64 ] || { echo "rootfs.sh: only amd64 is prepared" >&2; exit 1; }
sources=$(apt_sources)
# A machine with a frozen mirror has told its apt so.
validity=$(apt-config dump Acquire::Check-Valid-Until)

mmdebstrap --variant=essential --include="$rust $tools" \
	--aptopt='APT::Install-Recommends "false"' \
	${validity:+--aptopt="$validity"} \
	--dpkgopt=force-unsafe-io \
	--dpkgopt='path-exclude=/usr/share/doc/*' \
	--dpkgopt='path-exclude=/usr/share/info/*' \
	--dpkgopt='path-exclude=/usr/share/locale/*' \
	--dpkgopt='path-exclude=/usr/share/man/*' \
	--setup-hook="'$here/rootfs.sh' --hook prepare \"\$1\" '$recipe'" \
	--customize-hook="'$here/rootfs.sh' --hook customize \"\$1\" '$recipe'" \
	"$suite" "$1" - <<<"$sources"

#!/bin/sh
# Is there no program but the toolchain's in PATH of a root file system, and is
# each of them a compiled one?
#
# usage: verify.sh ROOT
set -eu
cd "$1"

rust='cargo|cargo-clippy|clippy-driver|rustc|rustdoc'
gcc='cc|cpp|gcc|gcc-(ar|nm|ranlib)|gcov|gcov-(dump|tool)|lto-dump'
binutils='addr2line|ar|as|c\+\+filt|dwp|elfedit|gold|gp-[a-z-]+|gprof|gprofng|ld|ld\.(bfd|gold)'
binutils="$binutils|nm|objcopy|objdump|ranlib|readelf|size|strings|strip"

for directory in usr/local/sbin usr/local/bin usr/sbin usr/bin; do
	for program in "$directory"/*; do
		[ -e "$program" ] || [ -L "$program" ] || continue
		echo "${program##*/}" | grep -qE "^(x86_64-linux-gnu-)?($rust|$gcc|$binutils)(-[0-9]+)?\$" ||
			{ echo "$program is not the toolchain's"; exit 1; }
		[ -L "$program" ] || [ "$(head -c 4 "$program" | tail -c 3)" = ELF ] ||
			{ echo "$program is not compiled"; exit 1; }
	done
done
for shell in bin/sh bin/bash sbin/sh; do
	[ ! -e $shell ] || { echo "$shell is left"; exit 1; }
done

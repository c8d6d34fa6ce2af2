#!/bin/sh
# Runs in the toolchain's root file system: removes every program that is not
# the toolchain's, at last the shell that runs this.
set -eu

# The packages whose programs stay.
toolchain="rustc-web cargo-web rust-web-clippy gcc gcc-12 cpp cpp-12
	binutils binutils-common binutils-x86-64-linux-gnu"

# What a script needs is gone, so a script is not kept either.
is_script() { [ "$(head -c 2 "$1" | tr -d '\0')" = '#!' ]; }

kept() {
	for package in $toolchain; do
		grep -E '^(/usr)?/s?bin/.' "/var/lib/dpkg/info/$package.list" | sed 's,.*/,,'
	done
	# The alternative that gcc's package registers.
	echo cc
}

# unwanted prints the programs in PATH that have to go.
unwanted() {
	kept >/tmp/kept
	for program in /usr/bin/* /usr/sbin/* /usr/local/bin/* /usr/local/sbin/*; do
		[ -e "$program" ] || [ -L "$program" ] || continue
		if ! grep -qxF "${program##*/}" /tmp/kept || is_script "$program"; then
			echo "$program"
		fi
	done
	rm /tmp/kept
}

# Data of programs that are gone: packages, perl, scripts.
# shellcheck disable=SC2046 # a list of words
exec rm -rf $(unwanted) /var/lib/dpkg /var/lib/apt /var/cache/debconf \
	/etc/init.d /etc/rc?.d /etc/alternatives/awk /etc/alternatives/nawk \
	/usr/lib/init /usr/lib/udev /usr/lib/usrmerge /usr/lib/ssl/misc /usr/libexec/dpkg \
	/usr/lib/x86_64-linux-gnu/perl* /usr/share/perl* /usr/share/dpkg

#!/bin/sh
# Runs in the finished image: is the userland BusyBox's?
set -eu

for name in sh ash awk cat cp cut env find grep gzip head install ln ls mkdir mktemp \
	mv od rm sed sort tar touch tr uname wc xargs; do
	[ "$(realpath "$(command -v $name)")" = /usr/bin/busybox ] || { echo "$name is not BusyBox's"; exit 1; }
done
for name in bash rbash dash gawk mawk nawk sdiff runcon; do
	! command -v $name || { echo "$name is left"; exit 1; }
done
for name in ar as cc gcc ld ldd make pkg-config cargo rustc; do
	case $(realpath "$(command -v $name)") in
	*/busybox) echo "$name is BusyBox's"; exit 1 ;;
	esac
done

# shellcheck shell=busybox
# Runs in the toolchain's root file system, in BusyBox's shell: puts BusyBox in
# the place of GNU's programs. Every command is BusyBox's own, since the others
# vanish on the way.
set -eu

busybox=/build/busybox

# What the shell and its tools come from. Programs that BusyBox has not are
# removed like the rest.
gnu="bash dash coreutils diffutils findutils gawk grep gzip mawk sed tar
	debianutils hostname login sysvinit-utils util-linux util-linux-extra"

# Compilers need the archiver of binutils; dpkg keeps working.
keep() {
	case $1 in
	ar | strings | dpkg | dpkg-deb | linuxrc) return 0 ;;
	esac
	return 1
}

# programs PACKAGE prints the package's files in directories of PATH.
programs() {
	list=/var/lib/dpkg/info/$1.list
	[ ! -e "$list" ] || $busybox grep -E '^(/usr)?/s?bin/.' "$list"
}

for package in $gnu; do
	programs "$package" | $busybox xargs -r "$busybox" rm -f
done
# Names that point at programs just removed.
$busybox find -L /usr/bin /usr/sbin -type l -exec "$busybox" rm -f {} +

$busybox cp "$busybox" /bin/busybox
$busybox --list-full | while read -r path; do
	name=${path##*/}
	keep "$name" && continue
	$busybox rm -f "/usr/bin/$name" "/usr/sbin/$name"
	$busybox ln -s /bin/busybox "/$path"
done

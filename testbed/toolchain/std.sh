#!/bin/sh
# Runs inside the toolchain's root file system: compiles the standard library
# for a static target, which Debian does not package, from rust-web-src.
#
# usage: std.sh TARGET GNU-TRIPLET MUSL-TRIPLET
set -eu

target=$1 gnu=$2 musl=$3
work=/build/std
library=$(rustc --print sysroot)/lib/rustlib/src/rust/library
lib=/usr/lib/rustlib/$target/lib

mkdir -p "$work/src" "$work/.cargo" "$lib/self-contained"
cd "$work"

cat >Cargo.toml <<'TOML'
[package]
name = "std-driver"
version = "0.0.0"
edition = "2021"
TOML
echo '#![no_std]' >src/lib.rs

# Older sources come without the crates that std needs: cargo downloads them,
# as std's own lock file has them.
if [ -d "$library/vendor" ]; then
	export CARGO_NET_OFFLINE=true
	cat >.cargo/config.toml <<-TOML
		[source.crates-io]
		replace-with = "vendored"
		[source.vendored]
		directory = "$library/vendor"
	TOML
else
	export CARGO_HTTP_CAINFO=/build/ca-certificates.crt
fi

# One build has one panic strategy, but std ships both: panic_abort has to be
# compiled as what it is, or panic="abort" cannot link.
cat >wrapper <<'SH'
#!/bin/sh
case "$*" in *"--crate-name panic_abort"*) exec "$@" -C panic=abort ;; esac
exec "$@"
SH
chmod +x wrapper

# Bitcode is what lets a user's LTO reach into std, as in the official builds.
RUSTC_BOOTSTRAP=1 RUSTC_WRAPPER=$work/wrapper \
	RUSTFLAGS='-Cembed-bitcode=yes -Cforce-frame-pointers=no' HOME=$work \
	cargo build --release --target "$target" \
	-Zbuild-std=std,panic_unwind,panic_abort,proc_macro,test
cp target/"$target"/release/deps/lib*.rlib "$lib"
rm -f "$lib"/libstd_driver-*.rlib

# rustc links a static musl program with start files of its own sysroot.
gcc_dir=$(dirname "$(gcc -print-libgcc-file-name)")
cp /usr/lib/"$musl"/crt1.o /usr/lib/"$musl"/Scrt1.o /usr/lib/"$musl"/rcrt1.o \
	/usr/lib/"$musl"/crti.o /usr/lib/"$musl"/crtn.o /usr/lib/"$musl"/libc.a \
	"$gcc_dir"/crtbegin.o "$gcc_dir"/crtbeginS.o "$gcc_dir"/crtbeginT.o \
	"$gcc_dir"/crtend.o "$gcc_dir"/crtendS.o "$lib/self-contained"

# gcc's libgcc_eh.a needs glibc's _dl_find_object, so the unwinder is LLVM's.
# It was compiled with glibc's fortified headers: one symbol is missing in musl.
cat >fortify.c <<'C'
#include <stdarg.h>
#include <stdio.h>
int __fprintf_chk(FILE *f, int flag, const char *format, ...) {
	va_list args;
	va_start(args, format);
	int n = vfprintf(f, format, args);
	va_end(args);
	return n;
}
C
"$gnu"-gcc -O2 -fPIC -U_FORTIFY_SOURCE -c fortify.c
cp /build/libunwind.a "$lib/self-contained/libunwind.a"
"$gnu"-ar r "$lib/self-contained/libunwind.a" fortify.o

# C code counts bits with calls into libgcc (jemalloc: __popcountdi2), which is
# not on rustc's command line for a static musl program.
libgcc=$(gcc -print-libgcc-file-name)
mkdir bits
cd bits
"$gnu"-ar t "$libgcc" | grep -E '^_(popcount|parity|clrsb|ffs)' | xargs "$gnu"-ar x "$libgcc"
"$gnu"-ar r "$lib/self-contained/libunwind.a" ./*.o

// Stands in for rustup's proxies: a program under the name of a tool that runs
// the tool of that name elsewhere, with the environment that rustup gives it.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOOLS "/usr/lib/toolchain-hidden/bin/"
#define PROXIES "/usr/local/cargo/bin"

int main(int argc, char **argv) {
	char tool[4096], path[65536];
	const char *name = strrchr(argv[0], '/');
	const char *old = getenv("PATH");

	name = name ? name + 1 : argv[0];
	snprintf(tool, sizeof tool, TOOLS "%s", name);
	// cargo +stable: there is only one toolchain.
	if (argc > 1 && argv[1][0] == '+')
		for (int i = 1; i < argc; i++)
			argv[i] = argv[i + 1];

	setenv("RUSTUP_TOOLCHAIN", "hidden-x86_64-unknown-linux-gnu", 1);
	setenv("RUSTUP_TOOLCHAIN_SOURCE", "default", 1);
	setenv("RUSTUP_HOME", "/usr/local/rustup", 0);
	setenv("CARGO_HOME", "/usr/local/cargo", 0);
	setenv("RUST_RECURSION_COUNT", "1", 1);
	// A nested cargo has to find the proxies as well.
	if (!old || strncmp(old, PROXIES, strlen(PROXIES)) != 0) {
		snprintf(path, sizeof path, PROXIES "%s%s", old ? ":" : "", old ? old : "");
		setenv("PATH", path, 1);
	}
	execv(tool, argv);
	fprintf(stderr, "proxy: %s: %s\n", tool, strerror(errno));
	return 127;
}

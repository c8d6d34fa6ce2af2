#!/usr/bin/env bash
# Runs the step executor's own tests and clippy in the toolchain image, which is what
# compiles it for users. A run over unchanged sources is BuildKit's cache hit.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$env_file"

say "tests of the step executor"
buildctl build --progress=plain --frontend dockerfile.v0 \
	--local context="$root/executor" --local dockerfile="$root/testbed/executor" \
	--oci-layout toolchain="$TOOLCHAIN_LAYOUT" --opt "context:toolchain=oci-layout://toolchain@$TOOLCHAIN_DIGEST" \
	"$@"

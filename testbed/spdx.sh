#!/usr/bin/env bash
# Installs the program that checks SPDX documents, once for each version of
# testbed/tools/spdx, and records it in .testbed/env. It is in Python because
# the frontend writes SPDX with the library of Go.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

requirements=$root/testbed/tools/spdx/requirements.txt
dir=$cache/spdx-$(sha256sum "$requirements" | cut -c1-12)
if [ ! -f "$dir/complete" ]; then
	say "spdx-tools: a Python environment"
	rm -rf "$dir"
	python3 -m venv "$dir"
	"$dir/bin/pip" install -q --retries 10 --disable-pip-version-check --no-deps -r "$requirements"
	"$dir/bin/pip" check >/dev/null
	touch "$dir/complete"
fi

put SPDX_TOOLS "$dir/bin/pyspdxtools"

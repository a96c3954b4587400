#!/bin/sh
# All that must hold: format and lint, types, shell scripts, and the tests, side by side. Run by root, what is about rights
# runs as an ordinary user, too. FILES=… names some tests, LANES=1 runs one after the other, WHOLE=1 takes no samples and
# runs all as an ordinary user, too, as CI does. Ends with `N passed, N failed`.
# usage: test.sh [--text]      --text: without a lab, in seconds
set -eu
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"
# tsx takes what it has compiled from a folder in the temp folder, whoever made that: from our own only.
cache=${TMPDIR:-/tmp}/tsx-$(id -u)
mkdir -m 700 "$cache" 2>/dev/null || true
[ -n "$(find "$cache" -maxdepth 0 -type d -user "$(id -u)" ! -perm /022)" ] || export TSX_DISABLE_CACHE=1
# A sample of what is generated does but for CI.
[ -n "${WHOLE-}" ] || export RUNS="${RUNS-2500}"
# shellcheck disable=SC2086 # a list of files
exec node --import tsx/esm test/main.ts "$@" ${FILES:---static}

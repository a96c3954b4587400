#!/bin/sh
# All that must hold: format and lint, types, shell scripts, and the tests, side by side: as this user and, when that is
# root, as an ordinary one, too. FILES=… names some tests; LANES=1 runs one after the other. Ends with
# `N passed, N failed`.
# usage: test.sh [--text]      --text: without a lab, in seconds
set -eu
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"
# tsx takes what it has compiled from a folder in the temp folder, whoever made that: from our own only.
cache=${TMPDIR:-/tmp}/tsx-$(id -u)
mkdir -m 700 "$cache" 2>/dev/null || true
[ -n "$(find "$cache" -maxdepth 0 -type d -user "$(id -u)" ! -perm /022)" ] || export TSX_DISABLE_CACHE=1
# A sample of what is generated does for the inner loop.
[ "${1-}" != --text ] || export RUNS="${RUNS-2500}"
# shellcheck disable=SC2086 # a list of files
exec node --import tsx/esm test/main.ts "$@" ${FILES:---static}

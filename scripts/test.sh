#!/bin/sh
# All that must hold: format and lint, types, shell scripts, and the tests, side by side: as this user and, when that is
# root, as an ordinary one, too. FILES=… names some tests; LANES=1 runs one after the other. Ends with
# `N passed, N failed`.
# usage: test.sh [--text]      --text: without a lab, in seconds
set -eu
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"
# shellcheck disable=SC2086 # a list of files
exec node --import tsx/esm test/main.ts "$@" ${FILES:---static}

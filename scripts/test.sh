#!/bin/sh
# All that must hold: format and lint, types, shell scripts, and the tests, side by side: as this user and, when that is
# root, as an ordinary one, too. FILES=… names some of them; LANES=1 runs one after the other. Ends with
# `N passed, N failed`.
# usage: test.sh
set -eu
cd "$(dirname "$0")/.."
export TSX_DISABLE_CACHE=1 # its folder, in the temp folder, may be of another user
# shellcheck disable=SC2086 # a list of files
[ -z "${FILES-}" ] || exec node --import tsx/esm test/main.ts $FILES
checks=0
sh scripts/check.sh || checks=1
node --import tsx/esm test/main.ts --labs || checks=1
exit $checks

#!/bin/sh
# All that must hold: format and lint, types, shell scripts, and the tests: as this user and, when that is root, as an
# ordinary one, too. FILES=… names some of them.
set -eu
cd "$(dirname "$0")/.."
npx --no-install biome check --error-on-warnings .
npx --no-install tsc
shellcheck -x scripts/*.sh scripts/bench/*.sh lib/virtual/*.sh test/helpers/*.sh test/machines/*.sh
files=${FILES:-$(find test -name '*.test.ts' | sort)}
# One file at a time: some compare the machine before and after.
# shellcheck disable=SC2086 # a list of files
node --import tsx/esm --test --test-concurrency=1 $files
# shellcheck disable=SC2086
[ "$(id -u)" != 0 ] || node --import tsx/esm test/helpers/as-user.ts $files

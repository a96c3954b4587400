#!/bin/sh
# All that must hold: format and lint, types, shell scripts, and the tests. FILES=… names some of them.
set -eu
cd "$(dirname "$0")/.."
npx --no-install biome check --error-on-warnings .
npx --no-install tsc
shellcheck -x scripts/*.sh scripts/bench/*.sh lib/sandbox/*.sh
# One file at a time: some compare the machine before and after.
# shellcheck disable=SC2046,SC2086 # a list of files
node --import tsx/esm --test --test-concurrency=1 ${FILES:-$(find test -name '*.test.ts' | sort)}

#!/bin/sh
# The inner loop, without a lab: format and lint, types, shell scripts, and the tests of text.
# usage: check.sh
set -eu
cd "$(dirname "$0")/.."
export TSX_DISABLE_CACHE=1 # its folder, in the temp folder, may be of another user
export PATH="$PWD/node_modules/.bin:$PATH"
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
# side NAME COMMAND…: in the background; what it said is shown if it fails
side() {
  name=$1
  shift
  { "$@" >"$said/$name" 2>&1 || echo "$name" >>"$said/failed"; } &
}
side format-and-lint biome check --error-on-warnings .
side types tsc
# shellcheck disable=SC2046 # a list of files
side shell-scripts shellcheck -x $(find scripts lib test -name '*.sh' | sort)
node --import tsx/esm test/main.ts --text || echo tests >>"$said/failed"
wait
[ -f "$said/failed" ] || exit 0
while read -r name; do
  [ ! -f "$said/$name" ] || cat "$said/$name"
  printf '✗ %s\n' "$name"
done <"$said/failed" >&2
exit 1

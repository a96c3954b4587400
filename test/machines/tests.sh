#!/bin/sh
# Tests a machine that is set up, in it, as root and as an ordinary user: doctor, all scenarios, and tests.
# Ends with `N passed, N failed`.
# usage: tests.sh [FILE…]     FILE: these tests alone
set -u
# The checkout as it is now, beside the modules that set-up got.
for checkout in /srv/vethlab /home/newcomer/vethlab; do
  find "$checkout" -mindepth 1 -maxdepth 1 ! -name node_modules -exec rm -rf {} +
  tar -C /vethlab --exclude=./.git --exclude=./node_modules --exclude='./test/.*' -cf - . | tar -C "$checkout" -xf -
done
chown -R newcomer:newcomer /home/newcomer/vethlab

as_user() { PATH=/usr/local/bin:/usr/bin:/bin sh /vethlab/test/helpers/as.sh newcomer "$@"; }
as_root() { "$@"; }
cd /srv/vethlab || exit 2
passed=0 failed=0
count() { # NAME COMMAND…
  echo "--- $1"
  shift
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}
all=$#
# What depends on the versions of the tools: the trace of nft, the engine's API, the shell.
[ $# != 0 ] || set -- test/why/*.test.ts test/server/engine-api.test.ts test/scenarios/lessons.test.ts \
  test/scenarios/printed.test.ts
for user in root user; do
  if [ "$all" = 0 ]; then
    count "doctor, as $user" "as_$user" node scripts/start.mjs scripts/doctor.ts
    count "scenarios, as $user" "as_$user" node scripts/start.mjs scripts/vethlab.ts scenarios
  fi
  count "tests, as $user" "as_$user" env TSX_DISABLE_CACHE=1 node --import tsx/esm test/main.ts --here "$@"
done
printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]

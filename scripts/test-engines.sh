#!/bin/sh
# Tests all scenarios on each engine that engines.sh gets, or on those in ENGINES, and the recipes on all; root does the
# scenarios as an ordinary user, too. An engine of one's own, or of 29 and later on the PATH, runs them with both of its
# firewalls. Ends with `N passed, N failed`.
# usage: test-engines.sh
set -eu
cd "$(dirname "$0")/.."
export TSX_DISABLE_CACHE=1 # its folder, in the temp folder, may be of another user
. scripts/fetch.sh
passed=0 failed=0
count() { if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi; }
# All scenarios as this user, and as an ordinary one where this is root.
everybody() {
  printf '\nDocker Engine %s\n' "$1"
  count node scripts/start.mjs scripts/vethlab.ts scenarios
  [ "$(id -u)" = 0 ] || return 0
  printf '\nDocker Engine %s, without root\n' "$1"
  count sh test/helpers/users.sh sh test/helpers/as.sh student node scripts/start.mjs scripts/vethlab.ts scenarios
}
own=${VETHLAB_ENGINE:-}
unset VETHLAB_ENGINE # it comes before ENGINE
for version in ${ENGINES:-20.10 26.1 28.5}; do
  [ -x "$cache/engines/$version/usr/sbin/dockerd" ] || die "there is no engine $version" 'make engines fetches 20.10, 26.1 and 28.5.'
  export ENGINE="$version"
  everybody "$version"
done
# Any engine of one's own: the folder in VETHLAB_ENGINE, or a newer one on the PATH than those that are fetched.
found=$(dockerd --version 2>/dev/null | sed -n 's/.*version \([0-9]*\)[.].*/\1/p')
unset ENGINE
if [ -n "$own" ] || [ "${found:-0}" -ge 29 ]; then
  export VETHLAB_ENGINE="$own"
  everybody "${own:-$found}"
  for dockerd in ${own:+"$own/usr/sbin/dockerd" "$own/sbin/dockerd" "$own/usr/bin/dockerd" "$own/bin/dockerd" "$own/dockerd"} dockerd; do
    command -v "$dockerd" >/dev/null || continue
    if "$dockerd" --help 2>/dev/null | grep -q -e --firewall-backend; then
      export FIREWALL=nftables
      everybody "${own:-$found}, nftables"
      unset FIREWALL
    fi
    break
  done
fi
unset VETHLAB_ENGINE
printf '\nRecipes, and both firewalls\n'
count node --import tsx/esm --test --test-reporter=spec test/language/recipes.test.ts test/scenarios/nftables.test.ts

printf '\nengines: %s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]

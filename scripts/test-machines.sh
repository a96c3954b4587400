#!/bin/sh
# Tests vethlab on other machines: root file systems of Debian 12, 13 and its next, each entered in namespaces of its
# own, set up from nothing there, and tested as root and as an ordinary user. All of them, or MACHINE=trixie; all that
# must hold there, or FILES=test/why/words.test.ts. A machine is made once, and set up once until set-up changes; both
# are in the cache. A new machine is one line in test/machines/list. Ends with `N passed, N failed`.
# usage: test-machines.sh     as root: a machine has devices
set -eu
cd "$(dirname "$0")/.."
. scripts/fetch.sh
[ "$(id -u)" = 0 ] || die 'root is needed: a machine has devices, a root and users of its own' 'sudo make test-machines'
have debootstrap || {
  say 'installing: debootstrap'
  apt-get install -qq -y --no-install-recommends debootstrap >/dev/null || die 'apt could not install debootstrap' 'Look at its words above.'
}

set_up_by=$(cat scripts/setup.sh scripts/fetch.sh scripts/image.sh scripts/modules.sh lib/server/packages.txt package*.json test/machines/set-up.sh | cksum | cut -d " " -f 1)

# machine NAME NODE FILE…
machine() {
  name=$1 node=$2
  shift 2
  base=$cache/machines/$name-node-$node
  ready=$base.ready-$set_up_by
  sh test/machines/root.sh "$base" "$name" "$node" || return
  (
    flock 9
    [ ! -d "$ready" ] || exit 0
    say "setting up $name"
    rm -rf "$base".ready-* # of an older set-up, or of one that was cut off
    mkdir "$ready.new"
    UPPER=$ready.new sh test/machines/enter.sh "$base" "$PWD" sh /vethlab/test/machines/set-up.sh || exit 1
    rm -rf "$ready.new.work"
    mv "$ready.new" "$ready"
  ) 9>"$base.lock" || return
  sh test/machines/enter.sh "$ready:$base" "$PWD" /machine/alone sh /vethlab/test/machines/tests.sh "$@"
}

known=$(grep -v '^#' test/machines/list)
names=${MACHINE:-$(echo "$known" | cut -d ' ' -f 1)}
passed=0 failed=0 which=
for name in $names; do
  line=$(echo "$known" | grep "^$name ") ||
    die "there is no machine $name" "There are: $(echo "$known" | cut -d ' ' -f 1 | paste -s -d ' ')"
  printf '\n=== %s\n' "$line"
  # shellcheck disable=SC2086 # name and node; a list of files
  if machine $line ${FILES-}; then passed=$((passed + 1)); else failed=$((failed + 1)) which="$which $name"; fi
done
printf '\nmachines: %s passed, %s failed%s\n' "$passed" "$failed" "${which:+:$which}"
[ "$failed" = 0 ]

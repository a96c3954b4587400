#!/bin/sh
# Gets Docker Engine 20.10, 26.1 and 28.5 with Compose 2.40, each into a folder of the cache; nothing is installed.
# ENGINE=28.5 make scenario-net1 then uses one. Says which it could not get; exit code 1 if there is one.
# usage: engines.sh
set -eu
cd "$(dirname "$0")/.."
. scripts/fetch.sh
missing=

# engine VERSION SUITE PACKAGE…
engine() {
  version=$1 suite=$2
  shift 2
  target=$cache/engines/$version # unpack has a folder of its own
  [ ! -x "$target/usr/sbin/dockerd" ] || return 0
  say "fetching Docker Engine $version"
  # The runc of newer suites wants a newer C library; that of Debian 12 works with all engines.
  if unpack_from "$suite" "$target.part" "$@" && unpack_from bookworm "$target.runc" runc &&
    unpack_from forky "$target.compose" docker-compose; then
    cp -a "$target.runc/." "$target.compose/." "$target.part/"
    mv "$target.part" "$target"
  else
    missing="$missing $version"
  fi
  rm -rf "$target.part" "$target.runc" "$target.compose"
}

claim_cache
mkdir -p "$cache/engines"
engine 20.10 bookworm docker.io containerd
engine 26.1 trixie docker.io docker-cli containerd
engine 28.5 forky docker.io docker-cli containerd
forget_suites
[ -z "$missing" ] || {
  say "could not get:$missing" "Is there a network, and does Debian's mirror carry those versions?"
  exit 1
}

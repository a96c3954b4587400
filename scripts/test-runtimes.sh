#!/bin/sh
# Runs scenarios and verbs under runtimes that read TypeScript by themselves: plain Node.js 22, 24 and 26, Deno, Bun.
# npm fetches them into the cache. Ends with `N passed, N failed`, and what one `print` takes in each.
# usage: test-runtimes.sh [--fetch] [RUNTIME…]      --fetch: get them, and run nothing; RUNTIME: node-24, deno, bun …
# shellcheck disable=SC2086 # $start is a program and its options
set -eu
cd "$(dirname "$0")/.."
. scripts/fetch.sh
fetch=
[ "${1-}" != --fetch ] || { fetch=1 && shift; }
[ $# != 0 ] || set -- node-22 node-24 node-26 deno bun
folder=${XDG_CACHE_HOME:-$HOME/.cache}/vethlab/runtimes

# What a runtime is started with.
words() {
  case $1 in
  node-*) echo "$folder/$1/node_modules/node/bin/node" ;;
  deno) echo "$folder/$1/node_modules/.bin/deno run -A" ;;
  bun) echo "$folder/$1/node_modules/.bin/bun" ;;
  *) die "$1: no such runtime" 'They are: node-22 node-24 node-26 deno bun' ;;
  esac
}
for runtime in "$@"; do
  start=$(words "$runtime")
  [ ! -x "${start%% *}" ] || continue
  say "fetching $runtime"
  new=$folder/.$runtime.$$
  mkdir -p "$new"
  echo '{}' >"$new/package.json"
  npm install --prefix "$new" --no-audit --no-fund --loglevel=error "$(echo "$runtime" | tr - @)" >&2 ||
    { rm -rf "$new" && die "npm could not get $runtime" 'Is there a network, and room on the disk?'; }
  rm -rf "${folder:?}/$runtime"
  mv "$new" "$folder/$runtime"
done
[ -z "$fetch" ] || exit 0

passed=0 failed=0
holds() { # WHAT COMMAND…
  what=$1
  shift
  if said=$("$@" 2>&1); then passed=$((passed + 1)); else
    failed=$((failed + 1))
    printf '✗ %s\n%s\n' "$what" "$said"
  fi
}
now() { date +%s%3N; }
wanted=$(node scripts/start.mjs scenarios/namespaces.ts print)
prints_the_same() { [ "$("$@")" = "$wanted" ] || { echo 'another script than under make' && false; }; }
refuses() { if "$@"; then false; else [ $? = 2 ]; fi; }
for runtime in "$@"; do
  start=$(words "$runtime")
  file=scenarios/namespaces.ts
  name=runtime-$$
  began=$(now)
  holds "$runtime: print" prints_the_same $start $file print
  took=$(($(now) - began))
  for scenario in namespaces docker; do
    holds "$runtime: $scenario" $start scenarios/$scenario.ts test -q --name $name
  done
  holds "$runtime: up" $start $file up -q --name $name
  holds "$runtime: status" $start $file status --name $name
  holds "$runtime: exec" $start $file exec server1 --name $name -- ip netns
  holds "$runtime: why" $start $file why space1 space2 --name $name
  holds "$runtime: down" $start $file down --name $name
  holds "$runtime: a wrong verb" refuses $start $file tset
  echo "$runtime: print takes $took ms"
done
printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]

#!/bin/sh
# Gets the npm packages that vethlab is made of into node_modules, as package-lock.json says.
# usage: modules.sh
set -eu
cd "$(dirname "$0")/.."
. scripts/fetch.sh
have node || die 'node: not found' 'Install Node.js 20.19 or later: nodejs.org/download, or your package manager.'
node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' ||
  die "Node.js $(node --version) is too old" 'Install Node.js 20.19 or later: nodejs.org/download, or npm install -g n && n 24.'
have npm || die 'npm: not found' 'It comes with Node.js; Debian has it as a package of its own: apt install npm'
[ -w . ] || die "this checkout is not yours to write ($(stat -c %U .) owns it), and its modules are not there yet" \
  'Its owner types make setup; or copy it, and work in the copy.'

# Two at once would undo each other's.
if have flock; then
  exec 8<package-lock.json
  flock 8
  made=node_modules/.package-lock.json
  if [ -f $made ] && [ -z "$(find package.json package-lock.json -newer $made)" ]; then exit 0; fi
fi
said=$(mktemp)
trap 'rm -rf "$said" "$said.cache"' EXIT
# npm keeps what it downloads below HOME, which may be read-only or not there.
if ! mkdir -p "${HOME-}/.npm" 2>/dev/null || [ ! -w "${HOME-}/.npm" ]; then export npm_config_cache="$said.cache"; fi
npm ci --ignore-scripts --loglevel=error --no-audit --no-fund >"$said" 2>&1 || {
  grep -v '^$' "$said" | head -n 8 >&2
  die 'npm could not get the packages' 'Its first words are above. Is there a network, and room on the disk?'
}
touch node_modules/.package-lock.json

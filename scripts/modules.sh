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

made=node_modules/.package-lock.json same=node_modules/.made-of new=node_modules.new
# Two at once would undo each other's.
if have flock; then
  exec 8<package-lock.json
  flock 8
fi
# git gives a file a new time without a change in it.
if [ -f $made ] && cmp -s package-lock.json $same; then
  touch $made
  exit 0
fi
said=$(mktemp)
trap 'rm -rf "$said" "$said.cache" "$new"' EXIT
# npm keeps what it downloads below HOME, which may be read-only or not there.
if ! mkdir -p "${HOME-}/.npm" 2>/dev/null || [ ! -w "${HOME-}/.npm" ]; then export npm_config_cache="$said.cache"; fi
# Beside those that are there: npm removes them first, and without a network there would be none.
rm -rf $new
mkdir $new
cp package.json package-lock.json $new
(cd $new && npm ci --ignore-scripts --loglevel=error --no-audit --no-fund) >"$said" 2>&1 || {
  grep -v '^$' "$said" | head -n 8 >&2
  die 'npm could not get the packages' 'Its first words are above. Is there a network, and room on the disk?'
}
cp package-lock.json $new/$same
[ ! -d node_modules/.cache ] || mv node_modules/.cache $new/node_modules/
rm -rf node_modules
mv $new/node_modules node_modules
touch $made

#!/bin/sh
# Builds the site of the documentation into docs/.vitepress/dist: the pages of docs/, and a page for each public name.
# Its tools are packages of their own, which nobody needs for anything else.
# usage: docs.sh
set -eu
cd "$(dirname "$0")/../docs"
[ -n "$(find node_modules/.package-lock.json -newer package-lock.json 2>/dev/null)" ] || npm ci --no-audit --no-fund
PATH="$PWD/node_modules/.bin:$PATH"
rm -rf api
typedoc
vitepress build
echo "docs/.vitepress/dist/index.html"

#!/bin/sh
# Builds the site of the documentation into docs/.vitepress/dist: the pages of docs/, and a page for each public name.
# Its tools are packages of their own, which nobody needs for anything else.
# usage: docs.sh
set -eu
cd "$(dirname "$0")/../docs"
if ! [ node_modules/.package-lock.json -nt package-lock.json ]; then npm ci --no-audit --no-fund; fi
PATH="$PWD/node_modules/.bin:$PATH"
rm -rf api
typedoc
vitepress build
echo "docs/.vitepress/dist/index.html"

#!/bin/sh
# Builds the page into web/dist when one of its files is newer. Prints nothing when there is nothing to do.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
built=web/dist/index.html
if [ -f "$built" ] && [ -z "$(find web package-lock.json -path web/dist -prune -o -newer "$built" -type f -print -quit)" ]; then
  exit 0
fi
echo "assay: building the page" >&2
# Into a directory of its own first: a service that runs goes on with the old one until the new one is whole.
next=$(mktemp -d web/.build-XXXXXX)
trap 'rm -rf "$next"' EXIT INT TERM
node_modules/.bin/node node_modules/vite/bin/vite.js build --config web/vite.config.ts --logLevel error --outDir "$root/$next" --emptyOutDir >&2
mkdir -p web/dist
rm -rf web/dist.old
mv web/dist web/dist.old
mv "$next" web/dist
chmod 755 web/dist
rm -rf web/dist.old
touch "$built"

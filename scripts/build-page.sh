#!/bin/sh
# Builds the page into web/dist when one of its files is newer. Prints nothing when there is nothing to do.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
built=web/dist/index.html
is_current() {
  [ -f "$built" ] && [ -z "$(find web package-lock.json -path web/dist -prune -o -newer "$built" -type f -print -quit)" ]
}
is_current && exit 0

# Two starts at once must not build over each other: mkdir is atomic, the loser waits.
lock=.page-lock
waited=0
while ! mkdir "$lock" 2>/dev/null; do
  waited=$((waited + 1))
  if [ "$waited" -gt 120 ]; then
    echo "assay: another build of the page has held $root/$lock for 2 minutes; if none runs, remove it" >&2
    exit 3
  fi
  sleep 1
done
next=web/.build
trap 'rm -rf "$next"; rmdir "$lock" 2>/dev/null || true' EXIT INT TERM
is_current && exit 0

echo "assay: building the page" >&2
node_modules/.bin/node node_modules/vite/bin/vite.js build --config web/vite.config.ts --logLevel error \
  --outDir "$root/$next" --emptyOutDir >&2
# Whole or not at all: a service that runs goes on with the files that it has opened.
rm -rf web/dist
mv "$next" web/dist
touch "$built"

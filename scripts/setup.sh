#!/bin/sh
# Installs what Assay needs (its own Node 24 included) into node_modules, once per package-lock.json.
# Prints nothing when there is nothing to do. Needs npm on the PATH; Debian: apt-get install npm.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
stamp=node_modules/.assay-lock
want=$(cksum < package-lock.json)
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && exit 0

if ! command -v npm >/dev/null 2>&1; then
  if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "assay: installing npm from Debian's packages" >&2
    { apt-get update && apt-get install -y --no-install-recommends npm; } >&2
  else
    echo "assay: npm is needed for the first start; install it (Debian: apt-get install npm) and try again" >&2
    exit 3
  fi
fi

# Two first starts at once must not write the same node_modules: mkdir is atomic, the loser waits.
lock=.setup-lock
waited=0
while ! mkdir "$lock" 2>/dev/null; do
  waited=$((waited + 1))
  if [ "$waited" -gt 300 ]; then
    echo "assay: another set-up has held $root/$lock for 5 minutes; if none runs, remove it" >&2
    exit 3
  fi
  sleep 1
done
trap 'rmdir "$lock" 2>/dev/null || true' EXIT INT TERM
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && exit 0

echo "assay: installing packages (once, about 850 MB with Node 24)" >&2
# Not `npm ci`: it refuses a lock file without the packages of platforms that a registry does not carry. `--no-save`
# keeps the lock file as it is; the versions and checksums in it hold all the same.
npm install --no-save --no-audit --no-fund --loglevel=error >&2
echo "$want" > "$stamp"

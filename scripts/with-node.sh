#!/bin/sh
# Runs a TypeScript file of the project with the Node that the project brought along.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
sh "$root/scripts/setup.sh"
exec "$root/node_modules/.bin/node" "$@"

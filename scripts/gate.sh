#!/bin/sh
# The static checks: format, lint, types (core alone without any I/O types), dead code.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
sh scripts/setup.sh
PATH="$root/node_modules/.bin:$PATH"
export PATH
biome ci --log-level=warn .
oxlint --type-aware --deny-warnings
tsc -p tsconfig.json
tsc -p tsconfig.core.json
tsc --noEmit -p web
knip

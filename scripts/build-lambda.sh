#!/bin/sh
# Bundles the scheduler for AWS Lambda into one file, `dist/lambda/index.cjs`, or into the directory that is given.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
sh "$root/scripts/setup.sh"
out=${1:-$root/dist/lambda}
cd "$root"
# pg looks for pg-native and does without it.
node_modules/.bin/esbuild src/compose/lambda-main.ts --bundle --platform=node --target=node22 --format=cjs \
  --external:pg-native --legal-comments=none --log-level=warning \
  --outfile="$out/index.cjs" --metafile="$out/inputs.json"

#!/bin/sh
# Set-up, static checks, then every test. Arguments are test files; without any, all of them run.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
sh scripts/gate.sh
sh scripts/setup-zookeeper.sh
sh scripts/setup-postgres.sh
sh scripts/setup-mariadb.sh
sh scripts/setup-chromium.sh
UV_THREADPOOL_SIZE=8
# Tests start the program hundreds of times: as in bin/assay, compiled code is kept.
NODE_COMPILE_CACHE=$root/node_modules/.cache/assay
export UV_THREADPOOL_SIZE NODE_COMPILE_CACHE
[ "$#" -gt 0 ] || set -- 'test/**/*.test.ts'
exec node_modules/.bin/node --test --test-concurrency=2 --test-timeout=900000 "$@"

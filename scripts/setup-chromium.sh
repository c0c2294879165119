#!/bin/sh
# Installs the browser that tests of the page drive: Debian's Chromium. Prints nothing when it is there.
set -eu
command -v chromium >/dev/null 2>&1 && exit 0

if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "assay: installing Chromium from Debian's packages, for tests of the page" >&2
  { apt-get update && apt-get install -y --no-install-recommends chromium; } >&2
else
  echo "assay: tests of the page need a Chromium on the path (Debian: apt-get install chromium)" >&2
  exit 3
fi

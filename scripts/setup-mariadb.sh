#!/bin/sh
# Installs what tests on a real MariaDB server need: Debian's programs of the server and of its client, without a server of
# the system's own that would start. Prints nothing when they are there.
set -eu
missing=
for program in mariadbd mariadb-install-db mariadb; do
  command -v "$program" >/dev/null 2>&1 || missing=yes
done
[ -n "$missing" ] || exit 0

if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "assay: installing MariaDB's programs from Debian's packages, for tests" >&2
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update && apt-get install -y --no-install-recommends mariadb-server-core mariadb-client-core; } >&2
else
  echo "assay: tests need MariaDB's server and client (Debian: apt-get install mariadb-server-core mariadb-client-core)" >&2
  exit 3
fi

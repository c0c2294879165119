#!/bin/sh
# Installs what tests on a real PostgreSQL server need: Debian's server, of version 15 or newer, without a cluster of the
# system's own that would start. Prints nothing when it is there.
set -eu
for major in 15 16 17 18; do
  [ -x "/usr/lib/postgresql/$major/bin/initdb" ] && exit 0
done

if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "assay: installing PostgreSQL's server from Debian's packages, for tests" >&2
  export DEBIAN_FRONTEND=noninteractive
  {
    apt-get update
    apt-get install -y --no-install-recommends postgresql-common
    sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
    apt-get install -y --no-install-recommends postgresql
  } >&2
else
  echo "assay: tests need a PostgreSQL server of version 15 or newer (Debian: apt-get install postgresql)" >&2
  exit 3
fi

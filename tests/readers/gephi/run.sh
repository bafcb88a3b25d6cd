#!/usr/bin/env bash
# Gephi's own importer on the exports of test_exporters_exporter: the gephi-toolkit jar (80 MB) comes from the Maven registry, once, into
# build/readers; ReadExports.java prints what arrived, compare.py holds it against the model. Exit 77: no Java, Maven or network.
#   run.sh TEST_PROGRAM
set -uo pipefail
cd "$(dirname "$0")/../../.." || exit 1
jar=build/readers/gephi-toolkit-0.10.1-all.jar
skip() { echo "skipped: $1"; exit 77; }
command -v java > /dev/null || skip "no java"
if [ ! -s "$jar" ]; then
  command -v mvn > /dev/null || skip "no mvn"
  mkdir -p build/readers
  timeout 300 mvn -q -B -ntp -Dmaven.repo.local=build/readers/maven org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
    -Dartifact=org.gephi:gephi-toolkit:0.10.1:jar:all -DoutputDirectory=build/readers > build/readers/maven.log 2>&1 ||
    skip "Maven could not fetch the gephi-toolkit (see build/readers/maven.log)"
  rm -rf build/readers/maven
fi
folder=$(mktemp -d "${TMPDIR:-/tmp}/ringscope-gephi-XXXXXX")
trap 'rm -rf "$folder"' EXIT
RS_EXPORTS_FOLDER=$folder "$1" > "$folder/test.log" 2>&1 || { cat "$folder/test.log"; exit 1; }
ls "$folder"/*.json > /dev/null 2>&1 || skip "no networkx, which makes the model"
java -Djava.awt.headless=true -cp "$jar" tests/readers/gephi/ReadExports.java "$folder" > "$folder/seen.txt" 2> "$folder/java.log" ||
  { tail -n 20 "$folder/java.log"; exit 1; }
python3 tests/readers/gephi/compare.py "$folder"

#!/usr/bin/env bash
# The case page in Debian's Chromium: the bundled city in English and Chinese, and the pages that test_exporters_page makes (texts that hurt, more
# than can be drawn, no lead). Pictures of what was seen are left in build/page-test/pictures. Exit 77: no browser, node or playwright-core.
#   run.sh RINGSCOPE TEST_PROGRAM
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
skip() { echo "skipped: $1"; exit 77; }
command -v chromium > /dev/null || skip "no chromium"
command -v node > /dev/null || skip "no node"
[ -d build/page-test/node_modules/axe-core ] || tests/page/install.sh
[ -d build/page-test/node_modules/axe-core ] || skip "no playwright-core (tests/page/install.sh)"
folder=$(mktemp -d "${TMPDIR:-/tmp}/ringscope-page-XXXXXX")
trap 'rm -rf "$folder"' EXIT
RS_PAGES_FOLDER=$folder "$2" > "$folder/test.log" 2>&1 || { cat "$folder/test.log"; exit 1; }
city=datasets/city
for language in en zh; do
  "$1" analyze "$city/claims.csv.gz" --persons "$city/persons.csv.gz" --doctors "$city/doctors.csv" --institutions "$city/institutions.csv" \
    --drugs "$city/drugs.csv" -o "$folder/case" --quiet --lang "$language" > /dev/null || exit 1
  cp "$folder/case/index.html" "$folder/city-$language.html"
done
mkdir -p build/page-test/pictures
NODE_PATH=$PWD/build/page-test/node_modules node tests/page/browse.cjs "$folder" build/page-test/pictures

#!/usr/bin/env bash
# tests/bench/docs_put.sh NAME TABLE.md: puts the table between <!-- NAME --> and <!-- end --> of docs/performance.md.
set -euo pipefail
page=$(cd "$(dirname "$0")/../.." && pwd)/docs/performance.md
grep -qF "<!-- $1 -->" "$page" || { echo "docs_put.sh: $page has no place for $1" >&2; exit 1; }
awk -v name="<!-- $1 -->" -v table="$2" '
  $0 == name { print; print ""; while ((getline line < table) > 0) print line; skip = 1; next }
  skip && /^<!-- end -->/ { print ""; skip = 0 }
  !skip { print }' "$page" > "$page.new"
mv "$page.new" "$page"

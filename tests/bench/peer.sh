#!/usr/bin/env bash
# tests/bench/peer.sh [CLAIMS.csv] [--threads LIST] [--docs]: the same job (tests/bench/peer/job.sql) by DuckDB and by ringscope's rooms, one
# after the other in one session, with equal sums or an error. --docs puts the table into docs/performance.md.
# Without a file, claims are made by `ringscope simulate`. DuckDB comes from npm into a folder of its own (PEER_NODE_DIR, else a temporary
# one). Nothing of either run is timed but the job: the file is in the page cache, and memory is touched once before each.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
threads="1 2" docs=0 csv=""
while [ $# -gt 0 ]; do
  case $1 in
    --threads) threads=$2; shift ;;
    --docs) docs=1 ;;
    *) csv=$(realpath "$1") ;;
  esac
  shift
done
work=$(mktemp -d "${TMPDIR:-/tmp}/ringscope-peer-XXXXXX")
trap 'rm -rf "$work"' EXIT
node_dir=${PEER_NODE_DIR:-$work/node}
mkdir -p "$node_dir"
[ -d "$node_dir/node_modules/@duckdb/node-api" ] || (cd "$node_dir" && npm install --no-audit --no-fund --loglevel=error @duckdb/node-api > "$work/npm.log" 2>&1) ||
  { cat "$work/npm.log" >&2; echo "peer.sh: DuckDB could not be installed" >&2; exit 1; }
cmake --preset release -S "$root" > /dev/null
cmake --build "$root/build/release" --target bench_peer ringscope > /dev/null
if [ -z "$csv" ]; then
  "$root/build/release/ringscope" simulate --lines 1000000 -o "$work/city" --quiet
  csv=$work/city/claims.csv
  [ -f "$csv" ] || { gzip -dc "$csv.gz" > "$csv"; }
fi
cat "$csv" > /dev/null
lines=$(($(wc -l < "$csv") - 1))

# value FILE KEY NAME: the number behind "KEY NAME"
value() { awk -v a="$2" -v b="$3" '$1 == a && $2 == b { print $3 }' "$1"; }
cpu() { awk '$1 == "cpu" { print $2 }' "$1"; } # ours with the checksums of the files, which the peer does not make
touch_memory() { head -c "$((lines * 250))" /dev/zero | tail -c 1 > /dev/null; } # tail keeps what it reads: fresh pages cost either side alike

{
  echo "$lines lines, $(numfmt --to=iec "$(stat -c %s "$csv")") in the page cache, $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $(date -u +%Y-%m-%d)."
  echo
  echo "| threads | | load | relations | pairs | drug pairs | all | CPU | peak | ratio by time, by CPU |"
  echo "|---|---|---|---|---|---|---|---|---|---|"
} > "$work/table.md"
for n in $threads; do
  touch_memory
  (cd "$node_dir" && node "$here/peer/run.mjs" "$here/peer/job.sql" "$csv" "$n") > "$work/duckdb"
  touch_memory
  "$root/build/release/bench_peer" "$csv" "$n" > "$work/ours"
  if ! diff <(grep '^sum' "$work/duckdb") <(grep '^sum' "$work/ours"); then
    echo "peer.sh: the sums differ" >&2
    exit 1
  fi
  relations=0
  for stage in visit filled_at visited bought prescribed refers_to; do
    relations=$(awk -v a="$relations" -v b="$(value "$work/duckdb" seconds "$stage")" 'BEGIN { print a + b }')
  done
  {
    printf '| %s | %s | %s s | %.2f s | %s s | %s s | %s s | %s s | %s MB | |\n' "$n" "$(sed -n 's/^engine //p' "$work/duckdb")" "$(value "$work/duckdb" seconds load)" "$relations" \
      "$(value "$work/duckdb" seconds pairs)" "$(value "$work/duckdb" seconds baskets)" "$(value "$work/duckdb" seconds total)" "$(cpu "$work/duckdb")" "$(sed -n 's/^peak //p' "$work/duckdb")"
    printf '| %s | ringscope | %s s | %s s | %s s | %s s | %s s | %s s | %s MB | %.1f, %.1f |\n' "$n" "$(value "$work/ours" seconds load)" "$(value "$work/ours" seconds relations)" \
      "$(value "$work/ours" seconds pairs)" "$(value "$work/ours" seconds baskets)" "$(value "$work/ours" seconds total)" "$(cpu "$work/ours")" "$(sed -n 's/^peak //p' "$work/ours")" \
      "$(awk -v a="$(value "$work/duckdb" seconds total)" -v b="$(value "$work/ours" seconds total)" 'BEGIN { print a / b }')" \
      "$(awk -v a="$(cpu "$work/duckdb")" -v b="$(cpu "$work/ours")" 'BEGIN { print a / b }')"
  } >> "$work/table.md"
done
{
  echo
  echo "Both find:"
  echo
  grep '^sum' "$work/ours" | sed 's/^sum \([a-z_]*\) \([0-9]*\) .*/- \1: \2 rows/'
} >> "$work/table.md"
cat "$work/table.md"
if [ "$docs" = 1 ]; then
  awk -v table="$work/table.md" '
    /^<!-- peer.sh -->/ { print; print ""; while ((getline line < table) > 0) print line; skip = 1; next }
    /^<!-- end -->/ { print ""; skip = 0 }
    !skip { print }' "$root/docs/performance.md" > "$work/new.md"
  cp "$work/new.md" "$root/docs/performance.md"
fi

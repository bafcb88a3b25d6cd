#!/usr/bin/env bash
# tests/bench/peer.sh [CLAIMS.csv] [--threads LIST] [--with LIST] [--docs]: the same job (tests/bench/peer/job.sql) by what a careful user would
# take instead and by ringscope's rooms, one after the other in one session, with equal sums or an error. --docs puts the table into
# docs/performance.md (several files: call table.sh).
#   --with    of text (DuckDB, ids as they stand, and igraph), integers (DuckDB, ids cast to numbers by hand, and igraph) and frames (pandas and
#             networkx, which use one thread); default: text integers
# Without a file, a million lines are made by bench_write_claims. DuckDB comes from npm into a folder of its own (PEER_NODE_DIR, else a
# temporary one), the Python packages from Debian. Nothing of either run is timed but the job: the file is in the page cache, and memory is
# touched once before each.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
threads="1 2" with="text integers" docs=0 csv=""
while [ $# -gt 0 ]; do
  case $1 in
    --threads) threads=$2; shift ;;
    --with) with=$2; shift ;;
    --docs) docs=1 ;;
    *) csv=$(realpath "$1") ;;
  esac
  shift
done
work=$(mktemp -d "${TMPDIR:-/tmp}/ringscope-peer-XXXXXX")
trap 'rm -rf "$work"' EXIT
node_dir=${PEER_NODE_DIR:-$work/node}
mkdir -p "$node_dir"
[ "$with" = frames ] || [ -d "$node_dir/node_modules/@duckdb/node-api" ] ||
  (cd "$node_dir" && npm install --no-audit --no-fund --loglevel=error @duckdb/node-api > "$work/npm.log" 2>&1) ||
  { cat "$work/npm.log" >&2; echo "peer.sh: DuckDB could not be installed" >&2; exit 1; }
cmake --preset release -S "$root" > /dev/null
cmake --build "$root/build/release" --target bench_peer bench_write_claims bench_touch_memory > /dev/null
if [ -z "$csv" ]; then
  csv=$work/claims.csv
  "$root/build/release/bench_write_claims" 1000000 > "$csv"
fi
cat "$csv" > /dev/null
lines=$(($(wc -l < "$csv") - 1))

# value FILE KEY NAME: the number behind "KEY NAME"; cpu, peak FILE...: of all its processes together, of the largest
value() { awk -v a="$2" -v b="$3" '$1 == a && $2 == b { print $3 }' "$1"; }
cpu() { awk '$1 == "cpu" { sum += $2 } END { print sum }' "$1"; }
peak() { awk '$1 == "peak" && $2 > most { most = $2 } END { print most }' "$1"; }
touch_memory() { "$root/build/release/bench_touch_memory" "$((lines * 600))"; } # more than either side takes

run_peer() { # run_peer KIND THREADS
  if [ "$1" = frames ]; then /usr/bin/python3 "$here/peer/frames.py" "$csv"; return; fi
  (cd "$node_dir" && node "$here/peer/run.mjs" "$here/peer/job.sql" "$csv" "$2" "$work/pairs.csv" "$1")
  /usr/bin/python3 "$here/peer/leiden.py" "$work/pairs.csv" | sed 's/^found .*//'
}
stages() { # stages FILE: what the run took, by stage
  local relations=0 stage
  for stage in visit filled_at visited bought prescribed refers_to dispensed relations; do
    relations=$(awk -v a="$relations" -v b="$(value "$1" seconds "$stage")" 'BEGIN { print a + b }')
  done
  all=$(awk '$1 == "seconds" && $2 != "total" { sum += $3 } END { printf "%.2f", sum }' "$1")
  printf '%.2f s | %.2f s | %.2f s | %.2f s | %.2f s | %s s | %.2f s | %s MB' "$(value "$1" seconds load)" "$relations" "$(value "$1" seconds pairs)" \
    "$(value "$1" seconds baskets)" "$(value "$1" seconds communities)" "$all" "$(cpu "$1")" "$(peak "$1")"
}

{
  echo "$lines lines, $(numfmt --to=iec "$(stat -c %s "$csv")") in the page cache, $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $(date -u +%Y-%m-%d)."
  echo
  echo "| threads | | load | relations | pairs | drug pairs | communities | all | CPU | peak | ringscope is faster by time, by CPU |"
  echo "|---|---|---|---|---|---|---|---|---|---|---|"
} > "$work/table.md"
for n in $threads; do
  touch_memory
  "$root/build/release/bench_peer" "$csv" "$n" > "$work/ours"
  printf '| %s | ringscope | %s | |\n' "$n" "$(stages "$work/ours")" >> "$work/table.md"
  ours_all=$(awk '$1 == "seconds" && $2 != "total" { sum += $3 } END { print sum }' "$work/ours")
  for kind in $with; do
    [ "$kind" != frames ] || [ "$n" = 1 ] || continue
    touch_memory
    run_peer "$kind" "$n" > "$work/theirs"
    if ! diff <(grep '^sum' "$work/theirs") <(grep '^sum' "$work/ours"); then
      echo "peer.sh: the sums differ" >&2
      exit 1
    fi
    name=$(sed -n 's/^engine //p' "$work/theirs")
    case $kind in text) name="$name and igraph, ids as text" ;; integers) name="$name and igraph, ids as integers" ;; esac
    row=$(stages "$work/theirs")
    all=$(awk '$1 == "seconds" && $2 != "total" { sum += $3 } END { print sum }' "$work/theirs")
    printf '| %s | %s | %s | %s, %s |\n' "$n" "$name" "$row" "$(awk -v a="$all" -v b="$ours_all" 'BEGIN { printf "%.1f", a / b }')" \
      "$(awk -v a="$(cpu "$work/theirs")" -v b="$(cpu "$work/ours")" 'BEGIN { printf "%.1f", a / b }')" >> "$work/table.md"
  done
done
{
  echo
  echo "All find: $(grep '^sum' "$work/ours" | sed 's/^sum \([a-z_]*\) \([0-9]*\) .*/\2 \1/' | paste -sd, | sed 's/,/, /g')."
} >> "$work/table.md"
cat "$work/table.md"
if [ "$docs" = 1 ]; then "$here/docs_put.sh" peer.sh "$work/table.md"; fi

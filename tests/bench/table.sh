#!/usr/bin/env bash
# tests/bench/table.sh [options]: everything that docs/performance.md says of speed and memory, in one command and one session.
#   --sizes "1 10 100"    million lines of the mild profile (default 1 10 100)
#   --work DIR            where claims are made, 130 MB a million lines, and removed again (default: a temporary folder)
#   --runs N              of each, the one of least CPU counts (default 3; of more than 10 million lines one)
#   --peers 0|1           side by side with DuckDB + igraph at 1 and 10 million lines and pandas + networkx at 1 (default 1)
#   --instructions 0|1    compare the kernels' instruction counts with those kept (default 1); exit 1 if they are off
#   --docs                puts the tables into docs/performance.md
# Claims are made by bench_write_claims: mild at every size; at 10 million lines also in random order, with one outlet of 5,000 visits a day
# (heavy), with 18-digit and with 32-hex ids, as .gz and as .zst. Files are in the page cache and memory is touched before each run (memory that
# the host took back costs fifty times more at first touch). QUIET: a command put before each timed run, to keep others away.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
sizes="1 10 100" runs=3 peers=1 instructions=1 docs=0 work=""
while [ $# -gt 0 ]; do
  case $1 in
    --sizes) sizes=$2; shift ;;
    --work) work=$2; shift ;;
    --runs) runs=$2; shift ;;
    --peers) peers=$2; shift ;;
    --instructions) instructions=$2; shift ;;
    --docs) docs=1 ;;
    *) echo "table.sh: what is '$1'?" >&2; exit 2 ;;
  esac
  shift
done
[ -n "$work" ] || work=${TMPDIR:-/tmp}
work=$(mktemp -d "$work/ringscope-table-XXXXXX")
trap 'rm -rf "$work"' EXIT
cmake --preset release -S "$root" > /dev/null
cmake --build "$root/build/release" --target ringscope bench_write_claims bench_touch_memory > /dev/null
program=$root/build/release/ringscope

room() { [ $(($(df --output=avail -B 1000000 "$work" | tail -1) - $1)) -ge 15000 ]; } # room MB: so much and 15 GB more
claims() { # claims MILLIONS PROFILE: the file's path
  local file=$work/$1-$2.csv from=$work/$1-mild.csv
  case $2 in
    random) { head -n 1 "$from"; tail -n +2 "$from" | shuf --random-source="$from"; } > "$file" ;;
    gz) file=$from.gz && gzip -6 -k "$from" ;;
    zst) file=$from.zst && zstd -q -3 -k "$from" ;;
    *) "$root/build/release/bench_write_claims" "$1"000000 "$2" > "$file" ;;
  esac
  echo "$file"
}

stage() { awk -F '\t' -v name="$2" '$1 == "timing" && $2 == name { print $4 }' "$1" | sed 's/^CPU //; s/ s$//'; }
# measure MILLIONS NAME FILE THREADS: one row of the table, of the run that took least CPU; "NAME THREADS CPU WALL" for later in $work/cpu
measure() {
  local times=$runs best="" i
  [ "$1" -le 10 ] || times=1
  for i in $(seq "$times"); do
    cat "$3" > /dev/null
    "$root/build/release/bench_touch_memory" "$(($1 * 250000000))"
    rm -rf "$work/case" "$work/case".*
    ${QUIET:-} env RS_TIMING=1 LC_ALL=C bash -c 'TIMEFORMAT="whole %R %U %S"; time "$@"' run "$program" analyze "$3" -o "$work/case" --threads "$4" --quiet 2> "$work/run" > /dev/null
    local cpu
    cpu=$(awk '$1 == "whole" { print $3 + $4 }' "$work/run")
    if [ -z "$best" ] || awk -v a="$cpu" -v b="$best" 'BEGIN { exit !(a < b) }'; then best=$cpu && cp "$work/run" "$work/best"; fi
  done
  local wall peak
  wall=$(awk '$1 == "whole" { print $2 }' "$work/best")
  peak=$(sed -n 's/.*peak \([0-9]*\) MB/\1/p' "$work/best" | tail -1)
  printf '| %s M %s | %s | %s | %s | %s | %s | %.1f s | %.1f s | %.0f | %s MB | %.0f |\n' "$1" "$2" "$4" "$(stage "$work/best" "reading claims")" \
    "$(stage "$work/best" "building the knowledge graph")" "$(stage "$work/best" "looking for leads")" "$(stage "$work/best" "writing the case folder")" \
    "$wall" "$best" "$(awk -v c="$best" -v n="$1" 'BEGIN { print c * 1000 / n }')" "$peak" "$(awk -v p="$peak" -v n="$1" 'BEGIN { print p * 1.048576 / n }')" >> "$work/table.md"
  echo "$1 $2 $4 $best $wall" >> "$work/cpu"
  tail -n 1 "$work/table.md" >&2
}

{
  echo "$(nproc) cores of $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), load $(cut -d' ' -f1 /proc/loadavg), $(date -u +%Y-%m-%d). CPU seconds by stage; files in the page cache."
  echo
  echo "| claims | threads | reading | graph | leads | case folder | all, by the clock | CPU | CPU ns a line | peak | bytes a line |"
  echo "|---|---|---|---|---|---|---|---|---|---|---|"
} > "$work/table.md"
: > "$work/cpu"
for millions in $sizes; do
  room $((millions * 130)) || { echo "| $millions M | not run: less than 15 GB of disk would be left | | | | | | | | | |" >> "$work/table.md"; continue; }
  mild=$(claims "$millions" mild)
  measure "$millions" mild "$mild" 1
  measure "$millions" mild "$mild" 2
  if [ "$millions" -eq 10 ]; then
    for profile in random heavy digits hex gz zst; do
      file=$(claims 10 $profile)
      measure 10 $profile "$file" 2
      rm "$file"
    done
  fi
  if [ "$peers" = 1 ] && [ "$millions" -le 10 ]; then
    with="text integers"
    [ "$millions" -gt 1 ] || with="$with frames"
    echo >> "$work/peers.md"
    ${QUIET:-} "$here/peer.sh" "$mild" --with "$with" >> "$work/peers.md"
  fi
  rm "$mild"
done
{
  echo
  # CPU grows with the lines to this power
  awk '$2 == "mild" && $3 == 2 { n[++k] = $1; c[k] = $4 }
       END { for (i = 2; i <= k; i++) printf "CPU from %s M to %s M lines grows with the power %.2f. ", n[1], n[i], log(c[i] / c[1]) / log(n[i] / n[1]); print "" }' "$work/cpu"
  awk '$1 == 10 && $3 == 2 { c[$2] = $4 } END { if (c["mild"] > 0) printf "Against mild, by CPU: random order %.2f, heavy %.2f, 18-digit ids %.2f, 32-hex ids %.2f, .gz %.2f, .zst %.2f.\n", c["random"] / c["mild"], c["heavy"] / c["mild"], c["digits"] / c["mild"], c["hex"] / c["mild"], c["gz"] / c["mild"], c["zst"] / c["mild"] }' "$work/cpu"
  awk '$2 == "mild" { w[$1 " " $3] = $5 } END { if (w["10 1"] > 0) printf "Two threads over one at 10 M lines, by the clock: %.2f.\n", w["10 1"] / w["10 2"] }' "$work/cpu"
} >> "$work/table.md"
cat "$work/table.md"
[ ! -f "$work/peers.md" ] || cat "$work/peers.md"
if [ "$docs" = 1 ]; then
  "$here/docs_put.sh" table.sh "$work/table.md"
  [ ! -f "$work/peers.md" ] || "$here/docs_put.sh" peer.sh "$work/peers.md"
fi
[ "$instructions" = 0 ] || { echo && "$here/instructions.sh"; } # fails where a kernel takes more or fewer instructions than are written down

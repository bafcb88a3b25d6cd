#!/usr/bin/env bash
# tests/bench/instructions.sh [--write] [--within PERCENT] [--docs]: instructions a claim line of the kernels from claims to relations, pairs and
# baskets, as callgrind counts them, beside those of tests/bench/instructions.tsv. Exit 1 if one is more than PERCENT (default 3) off, either
# way: what became better should be written down too. --write puts the new counts in its place, --docs the table into docs/performance.md.
#
# Instructions do not depend on who else uses the machine, so a few per cent are seen that no clock would show; cache misses and wrong
# guesses are not counted. The input is always the same, one thread. valgrind knows no AVX-512: what is chosen at run time is AVX2 or plain C.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
kept=$here/instructions.tsv lines=200000 write=0 within=3 docs=0
while [ $# -gt 0 ]; do
  case $1 in
    --write) write=1 ;;
    --within) within=$2; shift ;;
    --docs) docs=1 ;;
    *) echo "instructions.sh: what is '$1'?" >&2; exit 2 ;;
  esac
  shift
done
command -v callgrind_annotate > /dev/null || { echo "instructions.sh: valgrind is not installed" >&2; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/ringscope-instructions-XXXXXX")
trap 'rm -rf "$work"' EXIT
cmake --preset release -S "$root" > /dev/null
cmake --build "$root/build/release" --target bench_kernels bench_write_claims > /dev/null
"$root/build/release/bench_write_claims" "$lines" mild > "$work/claims.csv"
valgrind --tool=callgrind --callgrind-out-file="$work/callgrind.out" "$root/build/release/bench_kernels" "$work/claims.csv" 1 > "$work/log" 2>&1 ||
  { cat "$work/log" >&2; exit 1; }
callgrind_annotate --inclusive=yes --threshold=100 "$work/callgrind.out" > "$work/annotated"

# FUNCTION<tab>what it is: inclusive counts; those of bench_kernels.c are its stages.
cat > "$work/functions" << 'END'
read_claims	reading
rs_ingest	- rows to raw records
rs_build	- raw records to the table
graph_bare	graph
graph_with_sums	graph with sums
timeline	timelines of institutions
covisits	co-visits, as detection asks
covisits_ten_minutes	co-visits within ten minutes on three days
basket	baskets
END
{
  printf '# instructions a line of %s lines, by tests/bench/instructions.sh --write; sha256 of the claims %s\n' "$lines" "$(sha256sum < "$work/claims.csv" | cut -c1-16)"
  awk -F'\t' -v lines="$lines" '
    NR == FNR { order[++n] = $1; name[$1] = $2; next }
    match($0, /:[A-Za-z_0-9]+ \[/) {
      f = substr($0, RSTART + 1, RLENGTH - 3)
      if (!(f in name) || f in count) next
      split($0, word, " "); gsub(",", "", word[1]); count[f] = word[1] / lines
    }
    END { for (i = 1; i <= n; i++) { if (!(order[i] in count)) { print "instructions.sh: " order[i] " was not seen" > "/dev/stderr"; exit 1 }
            printf "%s\t%.1f\n", name[order[i]], count[order[i]] } }' "$work/functions" "$work/annotated"
} > "$work/new.tsv"

status=0
if [ -f "$kept" ] && [ "$(head -n 1 "$kept")" != "$(head -n 1 "$work/new.tsv")" ]; then
  echo "instructions.sh: the claims are others than those of $(basename "$kept"): counts do not compare" >&2
  status=1
fi
[ -f "$kept" ] || : > "$work/none"
awk -F'\t' -v within="$within" '
  /^#/ { next }
  FILENAME == ARGV[1] { before[$1] = $2; next }
  { change = $1 in before ? 100 * ($2 / before[$1] - 1) : 0; off = change > within || change < -within
    printf "%-45s %9s %9.1f %+6.1f %%%s\n", $1, $1 in before ? before[$1] : "-", $2, change, off ? "  <-" : ""; bad += off }
  END { exit bad > 0 }' "$( [ -f "$kept" ] && echo "$kept" || echo "$work/none")" "$work/new.tsv" || status=1
if [ "$write" = 1 ]; then
  cp "$work/new.tsv" "$kept"
  status=0
fi
if [ "$docs" = 1 ]; then
  { echo "| | instructions a line |"; echo "|---|---|"; awk -F'\t' '!/^#/ { printf "| %s | %d |\n", $1, $2 + 0.5 }' "$kept"; } > "$work/table.md"
  "$here/docs_put.sh" instructions.sh "$work/table.md"
fi
exit $status

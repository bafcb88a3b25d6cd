#!/usr/bin/env bash
# tests/fuzz/run.sh SECONDS [TARGET...]: each fuzz target (without names: all) for so long, and what came of it as a table: executions, edges and features
# covered, inputs kept. A target that reaches next to nothing has seeds that it does not take, and failed. Starts from build/fuzz-corpus, made by seeds.sh
# where it is missing, and lets it grow there; what crashes is kept beside it.
# Needs the presets fuzz and release built. Exit 1 when a target crashed, ran out of memory or hung.
set -uo pipefail
cd "$(dirname "$0")/../.."
[[ ${1:-} =~ ^[1-9][0-9]*$ ]] || { echo "use: tests/fuzz/run.sh SECONDS [TARGET...]" >&2; exit 2; }
seconds=$1 bad=0
shift
corpus=build/fuzz-corpus
if [ ! -d "$corpus" ]; then tests/fuzz/seeds.sh build/release/ringscope "$corpus" || exit 1; fi
[ $# -gt 0 ] || set -- $(find tests/fuzz -name 'fuzz_*.c' | sed -E 's/.*fuzz_(.*)\.c/\1/' | sort)
printf '%-12s %9s %12s %8s %9s %8s  %s\n' target seconds executions edges features inputs result
for target in "$@"; do
  log=build/fuzz-$target.log result=clean
  mkdir -p "$corpus/$target"
  "build/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=3000 -print_final_stats=1 -artifact_prefix="build/fuzz-$target-" "$corpus/$target" > "$log" 2>&1 || { result="FAILED, see $log"; bad=1; }
  line=$(grep -E '^#[0-9]+.*cov: ' "$log" | tail -n 1) edges=$(grep -oE 'cov: [0-9]+' <<< "$line" | cut -c 6-)
  [ "${edges:-0}" -ge 40 ] || { result="FAILED: reaches next to nothing"; bad=1; }
  printf '%-12s %9s %12s %8s %9s %8s  %s\n' "$target" "$(sed -nE 's/^Done [0-9]+ runs in ([0-9]+) second.*/\1/p' "$log")" "$(sed -nE 's/^stat::number_of_executed_units: //p' "$log")" \
    "$edges" "$(grep -oE 'ft: [0-9]+' <<< "$line" | cut -c 5-)" "$(grep -oE 'corp: [0-9]+' <<< "$line" | cut -c 7-)" "$result"
done
exit $bad

#!/usr/bin/env bash
# Installs what is missing, builds, runs the tests; the last line is "N passed, N failed".
#   ./check.sh           sanitizer build and all tests, release build and the command-line tests; at most 12 minutes on 2 cores
#   ./check.sh --quick   release build and the tests that are neither long nor slow; under 2 minutes
#   ./check.sh --full    everything, long tests too, on gcc and clang, with ThreadSanitizer and valgrind
set -uo pipefail
cd "$(dirname "$0")"

mode=${1:-}
case "$mode" in
  '' | --quick | --full) ;;
  *) echo "use: ./check.sh [--quick | --full]" >&2; exit 2 ;;
esac
[ $# -le 1 ] || { echo "use: ./check.sh [--quick | --full]" >&2; exit 2; }

groups=(build test)
[ "$mode" = --quick ] || groups+=(browser notebooks readers)
[ "$mode" != --full ] || groups+=(full)
./install_packages.sh "${groups[@]}" || exit 1
mkdir -p build
tests/readers/install.sh build/readers
[ "$mode" = --quick ] || tests/page/install.sh
exporters/page/install.sh || exit 1
jobs=$(nproc)
passed=0 failed=0
note() { printf '\n== %s\n' "$*"; }

# build PRESET: a build that does not compile counts as one failed test.
build() {
  local log=build/$1.log
  note "build $1"
  if { cmake --preset "$1" && cmake --build --preset "$1" -j "$jobs"; } > "$log" 2>&1; then return 0; fi
  tail -n 40 "$log"
  failed=$((failed + 1))
  return 1
}

# tests PRESET ctest-arguments...: runs them and adds up.
tests() {
  local preset=$1 log=build/$1.tests.log total bad
  shift
  note "test $preset $*"
  ctest --preset "$preset" -j "$jobs" "$@" 2>&1 | tee "$log" | grep -vE ' Passed +[0-9.]+ sec$|^ +Start +[0-9]+:'
  total=$(sed -nE 's/^[0-9]+% tests passed, [0-9]+ tests failed out of ([0-9]+)$/\1/p' "$log")
  bad=$(sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests failed out of [0-9]+$/\1/p' "$log")
  if [ -z "$total" ]; then total=1 bad=1; fi # ctest itself could not run
  passed=$((passed + total - bad))
  failed=$((failed + bad))
}

# memory PRESET: the unit tests and some of the command-line tests under valgrind, one by one; on a build without sanitizers.
memory() {
  local valgrind=(valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite) program
  export G_SLICE=always-malloc
  note "valgrind $1"
  printf '#!/bin/sh\nexec %s %s "$@"\n' "${valgrind[*]}" "$PWD/build/$1/ringscope" > build/ringscope-valgrind
  chmod +x build/ringscope-valgrind
  for program in build/"$1"/test_*; do
    # test_claims_source compresses with libisal, whose assembly valgrind takes for reading what was never written.
    # test_mining_significance holds against sums in long double, which valgrind computes with a double's 64 bits.
    case "$program" in */test_claims_source | */test_mining_significance) continue ;; esac
    [ -x "$program" ] || continue
    count "$program" "${valgrind[@]}" "$program"
  done
  count "cli/platform under valgrind" env RINGSCOPE="$PWD/build/ringscope-valgrind" tests/cli/test_platform.sh
}

# smoke: each fuzz target for some seconds on what the program itself writes; where clang and its runtime are.
smoke() {
  command -v clang > /dev/null && build fuzz || return 0
  local target ringscope=$1
  note "fuzz, ten seconds in all"
  rm -rf build/fuzz-corpus && tests/fuzz/seeds.sh "$ringscope" build/fuzz-corpus || { failed=$((failed + 1)); return; }
  for target in build/fuzz/fuzz_*; do
    [ -x "$target" ] && [ -f "tests/fuzz/$(basename "$target").c" ] || continue
    count "$(basename "$target")" "$target" -max_total_time=2 -timeout=25 -rss_limit_mb=2000 -artifact_prefix=build/fuzz-corpus/ "build/fuzz-corpus/$(basename "$target" | sed 's/^fuzz_//')"
  done
}

# builds: the same digest whatever the compiler, the optimization and the width of vectors, libraries being the same.
builds() {
  local name compiler flags programs=()
  while read -r name compiler flags; do
    note "build $name"
    cmake -S . -B "build/$name" -G Ninja -DCMAKE_BUILD_TYPE=None -DRS_TESTS=OFF -DCMAKE_C_COMPILER="$compiler" -DCMAKE_C_FLAGS="$flags" > "build/$name.log" 2>&1 &&
      cmake --build "build/$name" -j "$jobs" --target ringscope >> "build/$name.log" 2>&1 || { tail -n 20 "build/$name.log"; failed=$((failed + 1)); continue; }
    programs+=("$PWD/build/$name/ringscope")
  done << 'LIST'
gcc-O0 gcc -O0
gcc-O3 gcc -O3 -march=x86-64-v3
gcc-narrow gcc -O3 -mno-avx -mno-sse4.1 -fno-tree-vectorize
clang-O0 clang -O0
clang-O3 clang -O3
clang-wide clang -O3 -march=x86-64-v3
LIST
  count "cli/matrix over builds" env RINGSCOPE="$PWD/build/release/ringscope" RS_BUILDS="${programs[*]}" tests/cli/test_matrix.sh
}

# count NAME COMMAND...: runs it as one test.
count() {
  local name=$1
  shift
  if "$@" > build/count.log 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED $name"
    tail -n 30 build/count.log
  fi
}

case "$mode" in
  --quick)
    build release && tests release -LE 'long|slow|notebooks|readers'
    ;;
  '')
    build dev && tests dev -LE 'long|notebooks|readers'
    build release && tests release -L 'cli|notebooks|readers' -LE long
    ;;
  --full)
    build dev && tests dev -LE 'notebooks|readers'
    build dev-clang && tests dev-clang -LE 'long|notebooks|readers'
    build tsan && tests tsan -LE 'long|notebooks|readers'
    count "static analysis" tests/static.sh
    build release && { tests release; memory release; smoke build/release/ringscope; builds; }
    ;;
esac

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

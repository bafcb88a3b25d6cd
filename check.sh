#!/usr/bin/env bash
# Installs what is missing, builds, runs the tests; the last line is "N passed, N failed".
#   ./check.sh           sanitizer build and all tests, release build and the command-line tests; at most 12 minutes on 2 cores
#   ./check.sh --quick   release build and the tests that are not long; under 2 minutes
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
[ "$mode" = --quick ] || groups+=(notebooks)
[ "$mode" != --full ] || groups+=(full)
./install_packages.sh "${groups[@]}" || exit 1
mkdir -p build
tests/readers/install.sh build/readers
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
    case "$program" in */test_claims_source) continue ;; esac
    [ -x "$program" ] || continue
    count "$program" "${valgrind[@]}" "$program"
  done
  count "cli/platform under valgrind" env RINGSCOPE="$PWD/build/ringscope-valgrind" tests/cli/test_platform.sh
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
    build release && tests release -LE 'long|notebooks'
    ;;
  '')
    build dev && tests dev -LE 'long|notebooks'
    build release && tests release -L 'cli|notebooks' -LE long
    ;;
  --full)
    build dev && tests dev -LE notebooks
    build dev-clang && tests dev-clang -LE 'long|notebooks'
    build tsan && tests tsan -LE 'long|notebooks'
    build release && { tests release; memory release; }
    ;;
esac

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

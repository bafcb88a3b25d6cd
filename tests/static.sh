#!/usr/bin/env bash
# tests/static.sh [gcc] [tidy] [cppcheck]: what three programs see in the sources without running them; without arguments all three. Exit 1 where one finds
# something. A finding that is none is named where it stands, with the reason; what is left out as a whole, here and in .clang-tidy.
#   gcc       -fanalyzer over src graph exporters datasets. Not over tests: it does not know that cmocka's assertions do not return
#   tidy      clang-tidy by .clang-tidy over all sources, tests too
#   cppcheck  warning, performance, portability over all sources, tests too
# Needs the preset dev built (compile_commands.json, generated files). Processor time: tidy eight minutes, gcc one and a half, cppcheck a quarter of one; on
# 2 cores that are free about five minutes in all.
set -uo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- gcc tidy cppcheck
[ -f build/dev/compile_commands.json ] || cmake --preset dev > /dev/null || exit 1
jobs=$(nproc) bad=0

# heard NAME LOG PATTERN: lines of the log like this are findings.
heard() {
  local n
  grep -E "$3" "$2" | sed "s#$PWD/##" | sort -u > "$2.found"
  n=$(wc -l < "$2.found")
  printf '%-9s %s findings\n' "$1" "$n"
  [ "$n" -eq 0 ] || { head -n 30 "$2.found"; bad=1; }
}

gcc_analyzer() {
  cmake -S . -B build/analyzer -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=gcc -DRS_TESTS=OFF -DCMAKE_C_FLAGS="-O1 -fanalyzer" > build/analyzer.log 2>&1 &&
    cmake --build build/analyzer --clean-first -j "$jobs" --target ringscope libringscope >> build/analyzer.log 2>&1 || { tail -n 20 build/analyzer.log; bad=1; }
  heard gcc build/analyzer.log 'warning: .*\[-Wanalyzer'
}

sources() { grep -oE '"file": "[^"]*"' build/dev/compile_commands.json | cut -d '"' -f 4 | grep -v /build/ | sort -u; }

tidy() {
  sources | xargs -P "$jobs" -n 8 clang-tidy -p build/dev --quiet --extra-arg=-Wno-unknown-warning-option > build/tidy.log 2> build/tidy.err || { tail -n 5 build/tidy.err; bad=1; }
  [ "$(sources | wc -l)" -gt 200 ] || { echo "tidy: too few sources"; bad=1; }
  heard tidy build/tidy.log '^/.*(warning|error): '
}

# readdir and getpwuid are called from one thread each (and readdir is safe for a folder of one's own); a text that ends with a NUL needs no bound first.
# Without build/: what is made there is long arrays of bytes, one of them half a megabyte, on which cppcheck had not ended after fourteen minutes; all
# the others take it under a second each.
cppchecked() {
  cppcheck -ibuild --project=build/dev/compile_commands.json --library=gtk --library=posix --library=gnu --library=sqlite3 --library=tests/cppcheck.cfg \
    --enable=warning,performance,portability --inline-suppr --suppress=readdirCalled --suppress=getpwuidCalled --suppress=arrayIndexThenCheck \
    --std=c11 -j "$jobs" --quiet --template='{file}:{line}: {severity}: {id}: {message}' > build/cppcheck.log 2>&1 || bad=1
  heard cppcheck build/cppcheck.log '.'
}

for one in "$@"; do
  case "$one" in
    gcc) gcc_analyzer ;;
    tidy) tidy ;;
    cppcheck) cppchecked ;;
    *) echo "use: tests/static.sh [gcc] [tidy] [cppcheck]" >&2; exit 2 ;;
  esac
done
exit $bad

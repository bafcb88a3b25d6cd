#!/usr/bin/env bash
# Who may include whom: claims <- graph <- mining <- rings <- exporters <- cli, all may use base; one door to each outside library.
# Prints each breach and fails on any. Use: tests/check_layers.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"
fail=0
breach() { echo "$1"; fail=1; }

rank_of() {
  case "$1" in
    base) echo 0 ;; claims) echo 1 ;; graph) echo 2 ;; mining) echo 3 ;; rings) echo 4 ;; exporters) echo 5 ;; cli | api) echo 6 ;;
    *) echo none ;;
  esac
}

# check FILE ROOM: its quoted includes name base, its own room or one to the left.
check() {
  local file=$1 room=$2 rank included other
  rank=$(rank_of "$room")
  while read -r included; do
    if [ ! -f "src/$included" ] && [ ! -f "$included" ] && [ ! -f "$(dirname "$file")/$included" ]; then
      breach "$file: includes \"$included\", which is nowhere"
      continue
    fi
    case "$included" in */*) other=$(rank_of "${included%%/*}") ;; *) continue ;; esac
    if [ "$other" = none ] && [ "${included%%/*}" = datasets ] && { [ "$room" = cli ] || [ "$room" = datasets ]; }; then continue; fi
    if [ "$other" = none ] || [ "$other" -gt "$rank" ]; then breach "$file: $room may not include \"$included\""; fi
  done < <(sed -nE 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"([^"]+)".*/\1/p' "$file")
}

n=0
for dir in src/base src/claims graph src/mining src/rings exporters src/api src/cli; do
  for file in "$dir"/*.[ch]; do
    [ -f "$file" ] || continue
    check "$file" "$(basename "$dir")"
    n=$((n + 1))
  done
done
for file in datasets/*.[ch]; do # the simulator makes claims files; it knows base alone
  [ -f "$file" ] || continue
  while read -r included; do
    case "$included" in base/* | datasets/*) ;; *) breach "$file: datasets may include only base, not \"$included\"" ;; esac
  done < <(sed -nE 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"([^"]+)".*/\1/p' "$file")
done
[ "$n" -gt 20 ] || breach "only $n source files found: wrong folder?"

# In graph/, knowledge alone knows what a claim is.
for file in graph/*.[ch]; do
  case "$file" in graph/knowledge*) continue ;; esac
  if grep -q '#include "claims/' "$file"; then breach "$file: in graph/ only knowledge knows claims"; fi
done

# door PATTERN FILE...: only these files include such a header.
door() {
  local pattern=$1 file allowed
  shift
  while IFS= read -r file; do
    for allowed in "$@"; do
      # shellcheck disable=SC2053  # the allowed names are patterns
      [[ "$file" == $allowed ]] && continue 2
    done
    breach "$file: includes <$pattern>; the door is $*"
  done < <(grep -lE "#[[:space:]]*include[[:space:]]*<($pattern)" src/*/*.[ch] graph/*.[ch] exporters/*.[ch] datasets/*.[ch] 2> /dev/null || true)
}
door 'igraph' 'none' # tests hold our communities against its own
door 'libxml' 'exporters/xml_check.[ch]' 'src/claims/xlsx.[ch]' # written files are checked, Excel's are read
door 'sqlite3' 'exporters/sqlite*.[ch]'
door 'zstd|isa-l|isal|igzip|zlib' 'src/claims/*.[ch]' 'exporters/zip.[ch]' # compressed claims are read, workbooks written
door 'pthread|threads.h' 'src/base/*.[ch]'
door 'cmocka' 'none'

# Nothing of this machine, and no licence by copying.
if grep -rnE '/(home|root|work|tmp/build)/' --include='*.[ch]' --include='*.md' --include='*.sh' --include='*.ini' --include='CMake*' \
  src graph exporters datasets README* CONTRIBUTING.md CMakeLists.txt CMakePresets.json 2> /dev/null; then
  breach "a path of one machine stands in the tree"
fi
exit "$fail"

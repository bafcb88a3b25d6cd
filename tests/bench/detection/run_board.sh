#!/usr/bin/env bash
# The score board: ringscope beside the references that can be had as packages, on synthetic cities; writes the tables of
# docs/detection-board.md. About 15 minutes on 2 cores; needs what install_packages.sh test installs.
# Use: tests/bench/detection/run_board.sh [--seeds N] [--quick] [--references N] [--graphs N] [--reuse]
#   --seeds N   cities of seeds 9001 to 9000+N in each setting (default 10)
#   --quick     seeds 8001 and 8002, the ones to develop with; the tables go to build/board/quick.md instead
#   --references N   the references, which take most of the time, on the first N seeds alone; 0: their rows stay as they are in the
#                    document, where the cities are the same
#   --graphs N       LFR graphs at each mixing (default 3)
#   --reuse          keep the references' figures of an earlier run, run ringscope again
# RINGSCOPE_BOARD=FOLDER: where to build and work, default build/board. python3-igraph may be replaced, and leidenalg and infomap
# added, by packages of the Python registry in FOLDER/venv; without them those references are left out or run with igraph's own.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
cd "$root"
quick=
arguments=()
while [ $# -gt 0 ]; do
  case "$1" in
    --quick) quick=1; arguments+=(--quick) ;;
    --reuse) arguments+=(--reuse) ;;
    --seeds | --references | --graphs)
      [ $# -ge 2 ] || { echo "run_board.sh: $1 needs a number" >&2; exit 2; }
      arguments+=("$1" "$2")
      shift ;;
    *) echo "use: tests/bench/detection/run_board.sh [--seeds N] [--quick] [--references N] [--graphs N] [--reuse]" >&2; exit 2 ;;
  esac
  shift
done
work=${RINGSCOPE_BOARD:-build/board}
mkdir -p "$work"
work=$(cd "$work" && pwd)

./install_packages.sh build test
{ cmake -S . -B "$work/release" -G Ninja -DCMAKE_BUILD_TYPE=Release -DRS_TESTS=OFF &&
  nice -n 10 ninja -C "$work/release" -j2 ringscope bench_partition; } > "$work/build.log" 2>&1 ||
  { tail -n 30 "$work/build.log" >&2; exit 1; }

python=/usr/bin/python3
if [ ! -x "$work/venv/bin/python" ]; then "$python" -m venv --system-site-packages "$work/venv" > /dev/null 2>&1 || true; fi
if [ -x "$work/venv/bin/python" ]; then
  python=$work/venv/bin/python
  for package in leidenalg infomap; do
    "$python" -c "import $package" 2> /dev/null || "$python" -m pip install -q "$package" > "$work/pip.log" 2>&1 ||
      echo "run_board.sh: $package cannot be had here; its references are left out or run with igraph" >&2
  done
else
  echo "run_board.sh: no Python environment can be made here; references run with Debian's packages alone" >&2
fi

commit=$(git rev-parse --short HEAD 2> /dev/null || echo unknown)
if [ -n "$(git status --porcelain -- src graph datasets exporters CMakeLists.txt 2> /dev/null)" ]; then commit="$commit with changes"; fi
document=docs/detection-board.md
if [ -n "$quick" ]; then document=$work/quick.md; rm -f "$document"; fi
mkdir -p docs
nice -n 10 "$python" -W ignore tests/bench/detection/board.py "$work/release/ringscope" "$work/release/bench_partition" "$work/cities" \
  "$document" --commit "$commit" "${arguments[@]}"
echo "tables in $document, figures in $work/cities/*.json"

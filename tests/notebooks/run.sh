#!/usr/bin/env bash
# Executes the notebooks from a clean state with the program in RINGSCOPE (default build/release/ringscope); a cell that fails, fails the test.
#   tests/notebooks/run.sh          in a scratch folder; what is kept in notebooks/ stays
#   tests/notebooks/run.sh --keep   writes the outputs into notebooks/, for a commit
# Without Jupyter: a notice and exit 77, which ctest counts as skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."

python=${PYTHON:-/usr/bin/python3}
if ! "$python" -c 'import nbconvert, ipykernel, matplotlib, pandas, networkx, igraph' 2> /dev/null; then
  echo "no Jupyter, matplotlib, pandas, networkx or igraph for $python here: the notebooks are not run" >&2
  exit 77
fi
export RINGSCOPE=${RINGSCOPE:-$PWD/build/release/ringscope} PYDEVD_DISABLE_FILE_VALIDATION=1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export TMPDIR=$scratch IPYTHONDIR=$scratch/ipython JUPYTER_CONFIG_DIR=$scratch/jupyter MPLCONFIGDIR=$scratch/matplotlib

for notebook in notebooks/*.ipynb; do
  name=$(basename "$notebook")
  # Read without being run, a notebook must already show what it finds.
  "$python" - "$notebook" "${1:-}" << 'PY'
import json, sys
cells = json.load(open(sys.argv[1], encoding="utf-8"))["cells"]
assert any(cell.get("outputs") for cell in cells) or "--keep" in sys.argv, f"{sys.argv[1]}: no outputs kept; run tests/notebooks/run.sh --keep"
assert cells[-1]["cell_type"] == "markdown" and "Your turn" in "".join(cells[-1]["source"]), f"{sys.argv[1]}: ends without a question"
PY
  mkdir "$scratch/${name%.ipynb}"
  "$python" -m nbconvert --log-level=ERROR --to notebook --execute --ExecutePreprocessor.timeout=900 --ExecutePreprocessor.startup_timeout=900 --ExecutePreprocessor.record_timing=False \
    --output-dir "$scratch/${name%.ipynb}" "$notebook"
  if grep -qF "$PWD" "$scratch/${name%.ipynb}/$name"; then echo "$notebook: its outputs name a folder of this machine" >&2; exit 1; fi
  if [ "${1:-}" = --keep ]; then cp "$scratch/${name%.ipynb}/$name" "$notebook"; fi
  echo "ran $notebook"
done

#!/usr/bin/env bash
# tests/check_layers.sh can fail: each kind of breach in a made-up tree is found, and a clean tree passes.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
check=$PWD/check_layers.sh
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
failed=0

# tree: a clean made-up tree in $T/tree.
tree() {
  rm -rf "$T/tree"
  mkdir -p "$T/tree"/{src/{base,claims,mining,rings,cli},graph,exporters,datasets}
  for i in $(seq 21); do echo '#include "base/error.h"' > "$T/tree/src/claims/file$i.c"; done
  touch "$T/tree/src/base/error.h" "$T/tree/src/rings/ring.h" "$T/tree/src/claims/table.h" "$T/tree/graph/graph.h"
  echo '#include "claims/table.h"' > "$T/tree/graph/knowledge.c"
  printf '#include "rings/ring.h"\n#include "graph/graph.h"\n' > "$T/tree/exporters/case.c"
}

expect() { # expect CODE NAME
  local code=0
  "$check" "$T/tree" > "$T/out" 2>&1 || code=$?
  if [ "$code" -ne "$1" ]; then
    echo "FAILED $2: exit $code, not $1"
    cat "$T/out"
    failed=1
  fi
}

tree; expect 0 "a clean tree"
tree; echo '#include "rings/ring.h"' >> "$T/tree/src/claims/file1.c"; expect 1 "claims includes rings"
tree; echo '#include "claims/table.h"' >> "$T/tree/src/base/error.h"; expect 1 "base includes claims"
tree; echo '#include "claims/table.h"' >> "$T/tree/graph/graph.h"; expect 1 "graph beside knowledge includes claims"
tree; echo '#include <igraph/igraph.h>' >> "$T/tree/exporters/case.c"; expect 1 "a door to igraph"
tree; echo '#  include <sqlite3.h>' >> "$T/tree/src/cli/main.c"; expect 1 "a second door to SQLite"
tree; echo '#include "claims/table.h"' >> "$T/tree/datasets/simulate.c"; expect 1 "the simulator includes claims"
tree; echo '#include "base/eror.h"' >> "$T/tree/src/claims/file2.c"; expect 1 "an include that is nowhere"
tree; rm -r "$T/tree/src/claims"; expect 1 "an empty tree"
[ "$failed" -eq 0 ] && echo "all breaches found"
exit "$failed"

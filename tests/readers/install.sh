#!/usr/bin/env bash
# graphology for tests/readers/read_graphology.cjs.
exec "$(dirname "$0")/../npm_install.sh" "${1:-build/readers}" "graphology will not read the exports" \
  graphology@0.26.0 graphology-gexf@0.13.2 graphology-graphml@0.5.2

#!/usr/bin/env bash
# Fetches graphology with npm into build/readers, once, for tests/readers/read_graphology.cjs. Without npm or network: a notice, and those
# tests say that they were not run.
cd "$(dirname "$0")/../.." || exit 1
target=${1:-build/readers}
[ ! -d "$target/node_modules/graphology-graphml" ] || exit 0
if ! command -v npm > /dev/null || ! command -v node > /dev/null; then
  echo "no npm here: graphology will not read the exports" >&2
  exit 0
fi
mkdir -p "$target" && echo '{"private": true}' > "$target/package.json"
if ! timeout 120 npm install --prefix "$target" --no-audit --no-fund --ignore-scripts --loglevel=error \
    graphology@0.26.0 graphology-gexf@0.13.2 graphology-graphml@0.5.2 > "$target/npm.log" 2>&1; then
  rm -rf "$target/node_modules"
  echo "npm could not fetch graphology (see $target/npm.log): it will not read the exports" >&2
fi

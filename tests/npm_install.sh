#!/usr/bin/env bash
# Fetches what a test needs with npm, once. Without npm or network: a notice, and the test says that it was not run.
#   tests/npm_install.sh FOLDER WHAT-IS-LOST PACKAGE@VERSION...      FOLDER below the project's root
cd "$(dirname "$0")/.." || exit 1
target=$1 lost=$2
shift 2
last=${!#}
[ ! -d "$target/node_modules/${last%@*}" ] || exit 0
if ! command -v npm > /dev/null || ! command -v node > /dev/null; then
  echo "no npm here: $lost" >&2
  exit 0
fi
mkdir -p "$target" && echo '{"private": true}' > "$target/package.json"
if ! timeout 120 npm install --prefix "$target" --no-audit --no-fund --ignore-scripts --loglevel=error "$@" > "$target/npm.log" 2>&1; then
  rm -rf "$target/node_modules"
  echo "npm could not fetch ${last%@*} (see $target/npm.log): $lost" >&2
fi

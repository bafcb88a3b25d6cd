#!/usr/bin/env bash
# Fetches playwright-core and axe-core with npm into build/page-test, once, for tests/page/browse.cjs; the browser is Debian's. Without npm or
# network: a notice, and the page is not tried in a browser.
cd "$(dirname "$0")/../.." || exit 1
target=build/page-test
[ ! -d "$target/node_modules/axe-core" ] || exit 0
if ! command -v npm > /dev/null || ! command -v node > /dev/null; then
  echo "no npm here: the case page will not be opened in a browser" >&2
  exit 0
fi
mkdir -p "$target" && echo '{"private": true}' > "$target/package.json"
if ! timeout 120 npm install --prefix "$target" --no-audit --no-fund --ignore-scripts --loglevel=error \
    playwright-core@1.57.0 axe-core@4.11.0 > "$target/npm.log" 2>&1; then
  rm -rf "$target/node_modules"
  echo "npm could not fetch playwright-core (see $target/npm.log): the case page will not be opened in a browser" >&2
fi

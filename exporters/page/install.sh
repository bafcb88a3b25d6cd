#!/usr/bin/env bash
# Fetches cytoscape.js (MIT) with npm into build/page, once: the case page then moves its graphs. Without npm or network: a notice, and a page
# whose graphs stand still.
cd "$(dirname "$0")/../.." || exit 1
target=build/page
version=3.34.4
integrity=sha512-msY99tMY8iWTg+sIPGfSqDcPNOt4xcj+v/K/7qUFaCUxxlqnMkUYLBjRUzn9W5CU/R2hrmtJa5+UtovrEM2ctg==
[ "$(cat "$target/version.txt" 2> /dev/null)" != "$version" ] || exit 0
without() {
  echo "$1: the graphs of the case page will stand still" >&2
  exit 0
}
command -v npm > /dev/null || without "no npm here"
command -v openssl > /dev/null || without "no openssl here to check what npm brings"
mkdir -p "$target"
work=$(mktemp -d "$target/fetch-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
if ! (cd "$work" && timeout 120 npm pack "cytoscape@$version" --ignore-scripts --loglevel=error) > "$target/npm.log" 2>&1; then
  without "npm could not fetch cytoscape.js (see $target/npm.log)"
fi
archive=$work/cytoscape-$version.tgz
if [ "sha512-$(openssl dgst -sha512 -binary "$archive" | openssl base64 -A)" != "$integrity" ]; then
  echo "cytoscape.js $version from npm is not the one this project was written with: not used" >&2
  exit 1
fi
tar -xzf "$archive" -C "$work" package/dist/cytoscape.min.js package/LICENSE || exit 1
mv "$work/package/dist/cytoscape.min.js" "$target/cytoscape.js"
mv "$work/package/LICENSE" "$target/LICENSE"
printf %s "$version" > "$target/version.txt"

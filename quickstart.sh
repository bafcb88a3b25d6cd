#!/usr/bin/env bash
# Installs what is missing, builds ringscope, analyzes the bundled city and says where to look.
set -euo pipefail
cd "$(dirname "$0")"

./install_packages.sh build
mkdir -p build
exporters/page/install.sh
log=build/quickstart.log
echo "building (about a minute the first time; log: $log)"
if ! { cmake --preset release -DRS_TESTS=OFF && cmake --build --preset release --target ringscope; } > "$log" 2>&1; then
  tail -n 30 "$log" >&2
  echo "ringscope: the build failed; the whole log is in $log" >&2
  exit 1
fi
ringscope=build/release/ringscope

shopt -s nullglob
claims=(datasets/city/claims*)
options=()
for table in persons doctors institutions drugs; do
  found=(datasets/city/"$table".*)
  if [ "${#found[@]}" -gt 0 ]; then options+=("--$table" "${found[0]}"); fi
done
if [ "${#claims[@]}" -eq 0 ]; then
  echo "ringscope: datasets/city holds no claims, is the clone complete?" >&2
  exit 1
fi
echo "\$ $ringscope analyze ${claims[*]} ${options[*]} -o out/city"
mkdir -p out
"$ringscope" analyze "${claims[@]}" "${options[@]}" -o out/city

first=$(sed -n '2s/,.*//p' out/city/rings.csv)
echo
echo "Where to look:"
echo "  out/city/index.html         the case page: open it in a browser, it needs no network"
echo "  out/city/rings.csv          the ranked leads; facts.csv says why, evidence.csv names the claim lines"
echo "  out/city/graph.graphml      for Gephi: members and what ties them"
if [ -n "$first" ]; then echo "  $ringscope explain out/city $first"; fi
echo "Your own claims:  $ringscope analyze claims.csv -o out/mine"

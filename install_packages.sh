#!/usr/bin/env bash
# Installs what is missing of the named groups of packages.txt; asks nothing, does nothing when all is there.
# Use: ./install_packages.sh build [test] [full]      RINGSCOPE_NO_INSTALL=1 skips it, for machines where the packages came otherwise.
set -euo pipefail
cd "$(dirname "$0")"

[ "${RINGSCOPE_NO_INSTALL:-}" != 1 ] || exit 0

wanted=()
while read -r package group; do
  case "$package" in '' | '#'*) continue ;; esac
  for asked in "$@"; do
    if [ "$asked" = "$group" ]; then wanted+=("$package"); fi
  done
done < packages.txt

if ! command -v apt-get > /dev/null || ! command -v dpkg-query > /dev/null; then
  echo "ringscope: no apt-get here: install by other means what corresponds to ${wanted[*]}, then run this again with RINGSCOPE_NO_INSTALL=1" >&2
  exit 1
fi

missing=()
for package in "${wanted[@]}"; do
  if dpkg-query -W -f '${db:Status-Status}\n' "$package" 2> /dev/null | grep -qx installed; then continue; fi
  # pkgconf may stand in for pkg-config.
  if [ "$package" = pkg-config ] && command -v pkg-config > /dev/null; then continue; fi
  # npm may have come with a nodejs from elsewhere, which Debian's refuses to stand beside.
  if [ "$package" = npm ] && command -v npm > /dev/null; then continue; fi
  missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo > /dev/null; then
    echo "ringscope: as root, run: apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  root=(sudo)
fi
echo "installing ${missing[*]}" >&2
run() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive "$@"; }
run apt-get update -q >&2
run apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends "${missing[@]}" >&2 < /dev/null

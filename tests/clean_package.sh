#!/usr/bin/env bash
# Proves the Debian package on a machine that has nothing: a fresh Debian 12 in a folder (debootstrap), the .deb of a finished build installed
# there by apt, then simulate, analyze and score as a user would. Needs root, debootstrap, dpkg-dev, a Debian mirror and 2 GB.
# Use: tests/clean_package.sh BUILD_FOLDER FOLDER       FOLDER must not exist or be one made by this script or by tests/clean_machine.sh.
set -euo pipefail
[ $# -eq 2 ] || { echo "use: tests/clean_package.sh BUILD_FOLDER FOLDER" >&2; exit 2; }
build=$(cd "$1" && pwd) folder=$2

if [ ! -e "$folder/.fresh" ]; then
  [ ! -e "$folder" ] || { echo "$folder is there already and was not made here" >&2; exit 2; }
  debootstrap --variant=minbase bookworm "$folder"
  touch "$folder/.fresh"
fi
unmount() { umount "$folder/proc" 2> /dev/null || true; }
trap unmount EXIT
mount -t proc proc "$folder/proc"
cp /etc/resolv.conf "$folder/etc/resolv.conf" 2> /dev/null || true
made=$(mktemp -d)
(cd "$build" && cpack -G DEB -B "$made" > /dev/null)
cp "$made"/*.deb "$folder/root/ringscope.deb"
rm -rf "$made" "$folder"/root/city "$folder"/root/case*
inside() { chroot "$folder" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive sh -ec "cd /root; $1"; }
inside 'apt-get update -q && apt-get install -y -q --no-install-recommends ./ringscope.deb'
inside 'ringscope simulate --seed 3 --people 5000 -o city'
inside 'ringscope analyze city/claims.csv* --persons city/persons.csv* -o case'
inside 'ringscope score case --truth city/truth.csv --innocent city/innocent.csv'
inside 'ringscope verify case'
inside 'ldconfig -p | grep -q libringscope.so.0'
echo "the package works on a bare Debian 12"

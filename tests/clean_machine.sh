#!/usr/bin/env bash
# Proves the package list and the README's commands on a machine that has nothing: a fresh Debian 12 in a folder (debootstrap), a clean
# clone in it, ./quickstart.sh twice, ./check.sh --quick. Needs root, debootstrap, a Debian mirror and 3 GB; takes some minutes.
# Use: tests/clean_machine.sh FOLDER [check arguments, default --quick]       FOLDER must not exist or be one made by this script.
set -euo pipefail
[ $# -ge 1 ] || { echo "use: tests/clean_machine.sh FOLDER [check arguments]" >&2; exit 2; }
folder=$1
shift
[ $# -gt 0 ] || set -- --quick
root=$(cd "$(dirname "$0")/.." && pwd)

if [ ! -e "$folder/.fresh" ]; then
  [ ! -e "$folder" ] || { echo "$folder is there already and was not made here" >&2; exit 2; }
  debootstrap --variant=minbase bookworm "$folder"
  touch "$folder/.fresh"
fi
unmount() { umount "$folder/proc" 2> /dev/null || true; }
trap unmount EXIT
mount -t proc proc "$folder/proc"
cp /etc/resolv.conf "$folder/etc/resolv.conf" 2> /dev/null || true
rm -rf "$folder/root/ringscope"
git clone -q "$root" "$folder/root/ringscope"
inside() { chroot "$folder" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
inside sh -c 'cd /root/ringscope && ./quickstart.sh < /dev/null'
inside sh -c 'cd /root/ringscope && ./quickstart.sh < /dev/null'
inside sh -c 'cd /root/ringscope && ./check.sh "$@" < /dev/null' check "$@"

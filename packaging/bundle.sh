#!/usr/bin/env bash
# Makes one archive that runs on a Linux machine of this processor without network and without any package: the program, every library it
# loads, the C library with its loader and the character sets, the bundled data and the documents.
# Use: packaging/bundle.sh BUILD_FOLDER OUT.tar.zst        BUILD_FOLDER: a finished build, such as build/release
# There: tar --zstd -xf OUT.tar.zst && ringscope-*/ringscope --help
set -euo pipefail
[ $# -eq 2 ] || { echo "use: packaging/bundle.sh BUILD_FOLDER OUT.tar.zst" >&2; exit 2; }
build=$1 out=$2
[ -x "$build/ringscope" ] || { echo "bundle: there is no $build/ringscope: build it first" >&2; exit 1; }

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
umask 022
name=ringscope-$("$build/ringscope" --version | sed -nE '1s/[^0-9]*([0-9.]+).*/\1/p')-$(uname -m)
folder=$stage/$name
cmake --install "$build" --prefix "$folder" --strip > /dev/null
rm -rf "$folder"/lib "$folder"/include # for programmers: the .deb and cmake --install have them
mkdir -p "$folder/lib/licences"

# ldd prints "name => path" and, for the loader, a path alone; the kernel's own page has neither.
loader=
while read -r path; do
  cp -L "$path" "$folder/lib/"
  case "$path" in */ld-linux*) loader=${path##*/} ;; esac
done < <(ldd "$build/ringscope" | grep -oE '/[^ ]+')
[ -n "$loader" ] || { echo "bundle: ldd names no loader" >&2; exit 1; }

# iconv loads these by name: GB18030 claims need them.
sets=$(dirname "$(ldd "$build/ringscope" | grep -oE '/[^ ]+/libc\.so\.6')")/gconv
mkdir "$folder/lib/gconv"
for set in GB18030 UTF-16 UTF-32; do cp "$sets/$set.so" "$folder/lib/gconv/"; done
cat > "$folder/lib/gconv/gconv-modules" << 'MODULES'
module GB18030// INTERNAL GB18030 1
module INTERNAL GB18030// GB18030 1
module UTF-16// INTERNAL UTF-16 1
module INTERNAL UTF-16// UTF-16 1
module UTF-16LE// INTERNAL UTF-16 1
module UTF-16BE// INTERNAL UTF-16 1
module UTF-32// INTERNAL UTF-32 1
module UTF-32LE// INTERNAL UTF-32 1
module INTERNAL UTF-32LE// UTF-32 1
module UTF-32BE// INTERNAL UTF-32 1
MODULES

# The shell is all that is asked of the machine.
cat > "$folder/ringscope" << WRAPPER
#!/bin/sh
here=\$(CDPATH= cd -- "\${0%/*}" && pwd -P) || exit 1
GCONV_PATH=\$here/lib/gconv
export GCONV_PATH
exec "\$here/lib/$loader" --inhibit-cache --library-path "\$here/lib" "\$here/bin/ringscope" "\$@"
WRAPPER
chmod 755 "$folder/ringscope"
cat > "$folder/README.txt" << TEXT
ringscope, complete, for a machine without network: nothing needs to be installed.

  ./ringscope --help
  ./ringscope analyze share/ringscope/city/claims.csv.gz -o case

Documents are in share/doc/ringscope. The libraries in lib/ come from the Debian
packages listed in lib/SOURCES; their licences are in lib/licences.
TEXT
for library in "$folder"/lib/*.so*; do
  # Debian knows merged folders by either name.
  dpkg-query -S "*/$(basename "$library")" 2> /dev/null | grep -v '^diversion' | sed -E 's/: .*//' | head -n 1
done | sort -u | while read -r package; do
  dpkg-query -W -f '${Package} ${Version}\n' "$package"
  licence=/usr/share/doc/${package%%:*}/copyright
  if [ -f "$licence" ]; then cp -L "$licence" "$folder/lib/licences/${package%%:*}"; fi
done > "$folder/lib/SOURCES"

# Equal builds make equal archives.
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime='2000-01-01 00:00:00Z' -C "$stage" -cf - "$name" | zstd -q -f -12 -T0 -o "$out"
echo "$out  $(du -h "$out" | cut -f1)"

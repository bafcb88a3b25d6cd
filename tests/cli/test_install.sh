#!/usr/bin/env bash
# What `cmake --install` puts down works: the program, and the library through pkg-config, which finds what the program finds. The bundle
# runs in a root folder that holds nothing else, in a namespace without network. On optimized builds; a sanitized library asks for its runtime.
cd "$(dirname "$0")" || exit 1
. ./cli.sh
root=$(cd ../.. && pwd)
build=$(dirname "$RINGSCOPE")
if grep -qaE '__(asan|tsan|ubsan)_' "$RINGSCOPE"; then
  echo "a build with sanitizers: installing is tested on the release build"
  exit 77
fi
city=("$root/datasets/city/claims.csv.gz" --persons "$root/datasets/city/persons.csv.gz")

begin "an installed program and library"
prefix=$D/prefix
cmake --install "$build" --prefix "$prefix" > "$T/out" 2> "$T/err" || fail "cmake --install"
pc=$(find "$prefix" -name ringscope.pc)
export PKG_CONFIG_PATH=${pc%/*}
# shellcheck disable=SC2046  # flags are words
cc -std=c17 -Wall -Wextra -Werror "$root/tests/api/example.c" $(pkg-config --cflags --libs ringscope) -o "$D/example" 2> "$T/err" || fail "the example does not build"
# shellcheck disable=SC2046
cc -std=c17 -Wall -Wextra -Werror "$root/tests/api/check.c" $(pkg-config --cflags --libs ringscope) -o "$D/check" 2> "$T/err" || fail "the check does not build"
export LD_LIBRARY_PATH=${pc%/pkgconfig/*}
is "version" "$(pkg-config --modversion ringscope)" "$("$prefix/bin/ringscope" --version | sed -nE '1s/[^0-9]*([0-9.]+).*/\1/p')"

begin "the library finds what the program finds"
RINGSCOPE=$prefix/bin/ringscope run 0 analyze "${city[@]}" -o "$D/case" --unmask --authority test
"$T/an_installed_program_and_library/check" "${city[0]}" "${city[2]}" "$D/library" > "$T/out" 2> "$T/err" || fail "the check failed"
is "digest" "$(cat "$T/out")" "$(digest_of "$D/case")"
is "rings.csv" "$(cat "$D/library/rings.csv")" "$(cat "$D/case/rings.csv")"
"$T/an_installed_program_and_library/example" "${city[0]}" > "$T/out" 2> "$T/err" || fail "the example failed"
file_has "$T/out" '^64212 rows read, 64204 used$'
file_has "$T/out" '^1  [a-z]+  score [0-9]+ '

begin "a program that uses the library is told what is wrong"
"$T/an_installed_program_and_library/example" "$D/none.csv" > "$T/out" 2> "$T/err"
is "exit code" $? 1
says none.csv

begin "the bundle runs where nothing else is"
unset LD_LIBRARY_PATH
if ! command -v zstd > /dev/null || ! unshare -rn true 2> /dev/null; then
  echo "no zstd, or no namespaces for this user: the bundle is not tried"
else
  "$root/packaging/bundle.sh" "$build" "$D/bundle.tar.zst" > "$T/out" 2> "$T/err" || fail "no bundle"
  mkdir -p "$D/root/bin" "$D/root/tmp" "$D/root/dev"
  tar --zstd -xf "$D/bundle.tar.zst" -C "$D/root"
  mv "$D"/root/ringscope-* "$D/root/moved"
  shell=$(readlink -f /bin/sh)
  for file in $(ldd "$shell" | grep -oE '/[^ ]+'); do mkdir -p "$D/root/${file%/*}" && cp -L "$file" "$D/root/$file"; done
  cp "$shell" "$D/root/bin/sh"
  gzip -dc "${city[0]}" | iconv -f UTF-8 -t GB18030 > "$D/root/tmp/claims.csv" # the C library's tables for it come along
  unshare -rn chroot "$D/root" /moved/ringscope analyze /tmp/claims.csv -o /tmp/case > "$T/out" 2> "$T/err" || fail "the bundle does not run"
  says GB18030 "64,212 rows"
  run 0 analyze "${city[0]}" -o "$D/case"
  is "digest" "$(digest_of "$D/root/tmp/case")" "$(digest_of "$D/case")"
fi
finish

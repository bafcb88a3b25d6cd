#!/usr/bin/env bash
# The same claims in any form give the same bytes: threads, row order, file split, compression, encoding, delimiter, locale, time zone.
cd "$(dirname "$0")" || exit 1
. ./cli.sh

ring_claims > "$T/plain.csv"
name="the plain file"
"$RINGSCOPE" analyze "$T/plain.csv" -o "$T/plain" --threads 2 > "$T/out" 2> "$T/err" || fail "exit $?"
[ "$(rows_of "$T/plain/rings.csv")" -gt 0 ] || fail "no ring: nothing could differ"

# same CASE: what the contract promises to be equal.
same() {
  local file
  for file in rings.csv members.csv facts.csv rules.csv graph.graphml; do
    cmp -s "$T/plain/$file" "$1/$file" || fail "$file differs"
  done
  cmp -s <(cut -d, -f 1,4- "$T/plain/evidence.csv") <(cut -d, -f 1,4- "$1/evidence.csv") || fail "evidence.csv differs"
  [ -n "$(digest_of "$1")" ] || fail "no digest"
  is "digest" "$(digest_of "$1")" "$(digest_of "$T/plain")"
}

# form NAME ARGUMENTS...: analyze these, compare.
form() {
  begin "$1"
  shift
  run 0 analyze "$@" -o "$D/case" --mask-key "$T/plain.key"
  same "$D/case"
  rm -rf "${D:?}"
}

form "one thread" "$T/plain.csv" --threads 1
form "four threads" "$T/plain.csv" --threads 4
form "seven threads" "$T/plain.csv" --threads 7

# Whole records, shuffled: NUL stands for the line breaks within quotes.
records() { awk 'BEGIN { RS = "\n"; ORS = "" } { open = (gsub(/"/, "\"") % 2) ? !open : open; print $0 (open ? "\001" : "\n") }' "$T/plain.csv"; }
{ head -n 1 "$T/plain.csv"; records | tail -n +2 | sort -R --random-source="$T/plain.csv"; } | tr '\001' '\n' > "$T/shuffled.csv"
is "bytes of the shuffled file" "$(stat -c %s "$T/shuffled.csv")" "$(stat -c %s "$T/plain.csv")"
form "rows in another order" "$T/shuffled.csv" --threads 2
mkdir "$T/parts"
records | tr -d '\r' | awk -v dir="$T/parts" 'NR == 1 { print > (dir "/b.csv"); print > (dir "/a.csv"); next } { print > (dir (NR % 3 ? "/a.csv" : "/b.csv")) }'
for part in a b; do tr '\001' '\n' < "$T/parts/$part.csv" > "$T/parts/x" && mv "$T/parts/x" "$T/parts/$part.csv"; done
form "a file split in two" "$T/parts/b.csv" "$T/parts/a.csv"
gzip -k "$T/parts/b.csv" && rm "$T/parts/b.csv"
form "a folder, partly compressed" "$T/parts"

gzip -k "$T/plain.csv"
form "gz" "$T/plain.csv.gz"
{ head -n 4000 "$T/plain.csv" | gzip; tail -n +4001 "$T/plain.csv" | gzip -1; } > "$T/members.csv.gz"
form "gz of two members" "$T/members.csv.gz"
zstd -q -k "$T/plain.csv"
form "zst" "$T/plain.csv.zst"
{ printf '\357\273\277'; cat "$T/plain.csv"; } > "$T/bom.csv"
form "UTF-8 with a mark" "$T/bom.csv"
for encoding in UTF-16LE UTF-16BE GB18030; do
  iconv -f UTF-8 -t "$encoding" "$T/plain.csv" > "$T/$encoding.csv"
  form "$encoding" "$T/$encoding.csv"
done
iconv -f UTF-8 -t UTF-16 "$T/plain.csv" > "$T/marked.csv"
form "UTF-16 with a mark" "$T/marked.csv"
records | sed 's/$/\r/' | tr '\001' '\n' > "$T/crlf.csv"
form "CRLF" "$T/crlf.csv"
ring_claims $'\t' > "$T/tab.tsv"
form "tabs" "$T/tab.tsv"
ring_claims ';' > "$T/semicolon.txt"
form "semicolons" "$T/semicolon.txt"
ring_claims '|' > "$T/bar.csv"
form "bars" "$T/bar.csv"

begin "stdin"
run 0 analyze - -o "$D/case" --mask-key "$T/plain.key" < "$T/plain.csv.gz"
same "$D/case"
begin "a pipe on stdin"
cat "$T/plain.csv" | run 0 analyze - -o "$D/case" --mask-key "$T/plain.key"
same "$D/case"

mkdir "$T/locales"
for locale in de_DE zh_CN tr_TR; do
  if localedef -i "$locale" -f UTF-8 "$T/locales/$locale.UTF-8" 2> /dev/null; then
    LOCPATH=$T/locales LOCALE=$locale.UTF-8 form "locale $locale" "$T/plain.csv"
  else
    echo "locale $locale cannot be made here: skipped"
  fi
done
TZ=Asia/Shanghai form "another time zone" "$T/plain.csv"

begin "another key changes names and nothing else"
run 0 analyze "$T/plain.csv" -o "$D/case"
is "digest" "$(digest_of "$D/case")" "$(digest_of "$T/plain")"
if cmp -s "$T/plain/members.csv" "$D/case/members.csv"; then fail "two keys give the same pseudonyms"; fi

begin "a case is replaced, and the same again"
run 0 analyze "$T/plain.csv" -o "$D/case" --mask-key "$T/plain.key"
run 0 analyze "$T/plain.csv" -o "$D/case" --mask-key "$T/plain.key"
same "$D/case"
whole "$D/case"

finish

#!/usr/bin/env bash
# Every command of the documents runs: the blocks marked ```sh of README.md, CONTRIBUTING.md and docs/*.md, one document after the other, each in an empty
# folder with the bundled data and a few files of a user's own. Also: the columns that docs/file-formats.md promises are those of the files, and the
# samples of both READMEs are what quickstart.sh's command prints on the bundled city.
cd "$(dirname "$0")" || exit 1
. ./cli.sh
root=$(cd ../.. && pwd)
export PATH="$T/bin:$PATH"
mkdir -p "$T/bin"
ln -s "$RINGSCOPE" "$T/bin/ringscope"

# desk FOLDER: what a reader has at hand.
desk() {
  mkdir -p "$1/build/release"
  ln -s "$root/datasets" "$1/datasets"
  ln -s "$RINGSCOPE" "$1/build/release/ringscope"
  gzip -dc "$root/datasets/city/claims.csv.gz" > "$1/claims.csv"
  gzip -dc "$root/datasets/city/persons.csv.gz" > "$1/persons.csv"
  head -n 20000 "$1/claims.csv" | gzip -n > "$1/2025-03.csv.gz"
  { head -n 1 "$1/claims.csv"; tail -n +20001 "$1/claims.csv" | head -n 15000; } | gzip -n > "$1/2025-04.csv.gz"
  gzip -dc "$root/datasets/real/nhsa_style_sample/fee_list_d.csv.gz" > "$1/fee_list_d.csv"
  gzip -dc "$root/datasets/real/nhsa_style_sample/setl_d.csv.gz" > "$1/setl_d.csv"
  (cd "$1" && ln -s claims.csv 明细.csv && ln -s persons.csv 参保人.csv && ln -s 2025-03.csv.gz 三月.csv.gz && ln -s 2025-04.csv.gz 四月.csv.gz)
  claims 2000 | sed '1s/.*/line_no,card_holder,shop,occurred,article,total/' > "$1/export.csv"
}

n_blocks=0
for document in README.md README.zh.md CONTRIBUTING.md $(cd "$root" && ls docs/*.md); do
  begin "the commands of $document"
  commands=$(awk '/^```sh$/ { on = 1; next } /^```/ { on = 0 } on' "$root/$document")
  [ -n "$commands" ] || continue
  n_blocks=$((n_blocks + $(grep -c '^```sh$' "$root/$document")))
  desk "$D/desk"
  code=0
  (cd "$D/desk" && timeout 1800 bash -euo pipefail -x -c "$commands") > "$T/out" 2> "$T/err" || code=$?
  if [ "$code" -ne 0 ]; then
    fail "exit $code after: $(grep '^+ ' "$T/err" | tail -n 1)"
    tail -n 5 "$T/err"
  fi
  if grep -qE 'AddressSanitizer|runtime error|ThreadSanitizer|LeakSanitizer' "$T/err"; then fail "a sanitizer speaks"; fi
done
begin "there is something to run"
[ "$n_blocks" -ge 10 ] || fail "only $n_blocks blocks of commands"

begin "the columns that docs/file-formats.md promises"
case_folder=$(find "$T" -path '*docs_file*/desk/case/rings.csv' -print -quit)
case_folder=${case_folder%/rings.csv}
[ -d "${case_folder:-/nowhere}" ] || fail "no case to compare with"
n_tables=0
: > "$T/err"
while IFS='|' read -r _ file _ columns _; do
  file=$(tr -d ' `' <<< "$file") columns=$(tr -d ' ' <<< "$columns")
  n_tables=$((n_tables + 1))
  is "the columns of $file" "$(head -n 1 "$case_folder/$file" | tr -d '\r')" "$columns"
done < <(grep -E '^\| `(rings|members|facts|evidence|rules|institutions|rejects)\.csv` \|' "$root/docs/file-formats.md")
is "tables compared" "$n_tables" 7

# sample DOCUMENT COMMAND: the block of the document that shows what the command prints, without the command.
sample() { awk -v wanted="\$ ringscope $2 " '/^```/ { on = 0 } on; index($0, wanted) == 1 { on = 1 }' "$root/$1"; }
# settled: without what differs from run to run: pseudonyms (a new key each time), seconds and memory.
settled() { sed -E 's/p:[a-z2-7]{16}/p:MASKED/; /^[0-9.]+ s, [0-9.]+ [KMG]B$/d'; }

for document in README.md README.zh.md; do
  begin "the samples of $document"
  [ "$document" = README.md ] && spoken=C || spoken=zh_CN.UTF-8
  : > "$T/err"
  mkdir -p "$D/out"
  ln -s "$root/datasets" "$D/datasets"
  (cd "$D" && city=datasets/city && tables=() &&
    for table in persons doctors institutions drugs; do tables+=("--$table" "$(echo $city/$table.*)"); done &&
    LC_ALL=$spoken "$RINGSCOPE" analyze $city/claims.csv.gz "${tables[@]}" -o out/city > analyzed 2> "$T/err" && LC_ALL=$spoken "$RINGSCOPE" explain out/city R0001 > explained 2>> "$T/err") ||
    fail "the bundled city cannot be analyzed"
  is "ring rows shown" "$(sample "$document" analyze | grep -cE '^ +[0-9]+  R[0-9]{4} ')" 12
  diff <(sample "$document" analyze | settled) <(settled < "$D/analyzed") > "$D/differs" || fail "analyze prints otherwise now: $(cat "$D/differs")"
  # This one is cut: each line shown, in this order, is one of the run's.
  [ "$(sample "$document" explain | wc -l)" -ge 30 ] || fail "no sample of explain"
  diff <(sample "$document" explain | grep -vE '^ +\.\.\.' | settled) <(settled < "$D/explained") | grep '^<' > "$D/differs"
  [ ! -s "$D/differs" ] || fail "explain prints otherwise now: $(cat "$D/differs")"
done

begin "no document names an option that is none"
known=$("$RINGSCOPE" --help --json | python3 -c 'import json, sys; print("\n".join({o["name"] for c in json.load(sys.stdin) for o in c["options"]} | {"help", "version"}))')
for document in README.md README.zh.md CONTRIBUTING.md $(cd "$root" && ls docs/*.md); do
  wrong=$(grep -E 'ringscope [a-z]+ ' "$root/$document" | grep -vE 'cmake|ctest|apt|docker|git ' | grep -oE -e ' --[a-z][a-z-]+' | tr -d ' ' | sed 's/^--//' | sort -u | grep -vxF "$known" | tr '\n' ' ')
  [ -z "$wrong" ] || fail "$document: $wrong"
done

finish

#!/usr/bin/env bash
# One digest: threads x order of rows x split x compression x locale x --memory, crossed, on claims that hold repeats, refunds, contradictions and rejects.
# RS_BUILDS: other builds of the program, separated by spaces, that must give the same.
cd "$(dirname "$0")" || exit 1
. ./cli.sh

# Ordinary claims with a ring; every 97th row twice, every 211th refunded, some contradicted, some bad.
PLAIN=1 ring_claims | awk -F, 'BEGIN { OFS = "," }
  { print }
  NR > 1 && NR % 97 == 0 { print }
  NR > 1 && NR % 211 == 0 { $1 = "r" $1; $8 = -$8; $9 = "-" $9; print }
  NR > 1 && NR % 503 == 0 { $9 = "1.00"; sub(/^r/, "", $1); print }
  NR > 1 && NR % 1009 == 0 { $1 = "x" $1; $5 = "never"; print }' > "$T/plain.csv"
head -n 1 "$T/plain.csv" > "$T/head"
mkdir "$T/forms" "$T/locales"
F=$T/forms
cp "$T/plain.csv" "$F/plain.csv"
{ cat "$T/head"; tail -n +2 "$T/plain.csv" | sort -R --random-source="$T/plain.csv"; } > "$F/shuffled.csv"
for form in plain shuffled; do
  gzip -c "$F/$form.csv" > "$F/$form.csv.gz"
  mkdir "$F/$form" "$F/$form-gz"
  tail -n +2 "$F/$form.csv" | awk -v dir="$F/$form" -v head="$(cat "$T/head")" '{ f = dir "/" (NR % 5 == 0 ? "c" : NR % 3 ? "b" : "a") ".csv"; if (!(f in seen)) { seen[f] = 1; print head > f } print > f }'
  for part in a b c; do gzip -c "$F/$form/$part.csv" > "$F/$form-gz/$part.csv.gz"; done
done
locales=(C)
for locale in tr_TR zh_CN; do
  if localedef -i $locale -f UTF-8 "$T/locales/$locale.UTF-8" 2> /dev/null; then locales+=("$locale.UTF-8"); fi
done
export LOCPATH=$T/locales

name=reference
run 0 analyze "$F/plain.csv" -o "$T/case" --threads 1 --allow-rejects
wanted=$(digest_of "$T/case")
[ "$(rows_of "$T/case/rings.csv")" -gt 0 ] || fail "no ring: nothing could differ"
for place in repeated reversed rejected; do
  grep -qE "\"$place\": [1-9]" "$T/case/reconciliation.json" || fail "no row is $place: too tidy a test"
done

i=0
for threads in 1 2 3 4 8; do
  for form in plain shuffled; do
    for shape in .csv .csv.gz '' -gz; do
      locale=${locales[$((i % ${#locales[@]}))]}
      memory=()
      [ $((i % 2)) -eq 0 ] || memory=(--memory 56M) # so little that columns go to disk
      begin "$threads threads, $form$shape, $locale ${memory[*]}"
      LOCALE=$locale run 0 analyze "$F/$form$shape" -o "$D/case" --threads $threads --allow-rejects "${memory[@]}" --mask-key "$T/case.key"
      is digest "$(digest_of "$D/case")" "$wanted"
      cmp -s "$T/case/members.csv" "$D/case/members.csv" || fail "members.csv differs"
      rm -rf "${D:?}"
      i=$((i + 1))
    done
  done
done

for build in ${RS_BUILDS:-}; do
  begin "built as $(basename "$(dirname "$build")")"
  RINGSCOPE=$build run 0 analyze "$F/shuffled" -o "$D/case" --threads 3 --allow-rejects --mask-key "$T/case.key"
  is digest "$(digest_of "$D/case")" "$wanted"
  cmp -s "$T/case/graph.graphml" "$D/case/graph.graphml" || fail "graph.graphml differs"
done

finish

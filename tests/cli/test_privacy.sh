#!/usr/bin/env bash
# Masked by default: nothing that identifies a person, claim or settlement stands in any file of the case folder or on the terminal.
cd "$(dirname "$0")" || exit 1
. ./cli.sh
city=$PWD/../../datasets/city

gzip -dc "$city/claims.csv.gz" > "$T/claims.csv"
gzip -dc "$city/persons.csv.gz" > "$T/persons.csv"
tables=(--persons "$T/persons.csv" --doctors "$city/doctors.csv" --institutions "$city/institutions.csv" --drugs "$city/drugs.csv")

# secrets: every person id, claim id, settlement id, and every address and phone, one a line.
{
  head -n 1 "$T/claims.csv" | tr ',' '\n' | head -n 3 | tr '\n' ' ' | grep -qx 'claim_id settlement_id person_id ' || echo "UNEXPECTED HEADER"
  tail -n +2 "$T/claims.csv" | cut -d, -f 1-3 | tr ',' '\n'
  head -n 1 "$T/persons.csv" | grep -q '^person_id,region,birth,sex,address,phone' || echo "UNEXPECTED HEADER"
  tail -n +2 "$T/persons.csv" | cut -d, -f 1,5,6 | tr ',' '\n'
} | sed '/^$/d' | sort -u > "$T/secrets"
name=setup
if grep -q UNEXPECTED "$T/secrets"; then fail "the city has other columns than this test expects"; fi
[ "$(wc -l < "$T/secrets")" -gt 50000 ] || fail "too few secrets to look for"

begin "a masked case tells no secret"
run 0 analyze "$T/claims.csv" "${tables[@]}" -o "$D/case"
[ "$(rows_of "$D/case/rings.csv")" -gt 0 ] || fail "no ring: nothing could be told"
found=$(grep -raoFf "$T/secrets" "$D/case" "$T/out" "$T/err" | head -n 3)
is "secrets in the case" "$found" ""
grep -aoFqf "$T/secrets" "$D/case.ids" || fail "the id list beside the case lists nothing: would this test see a secret?"

begin "files are for the owner alone"
D=$T/a_masked_case_tells_no_secret
is "mode of the folder" "$(stat -c %a "$D/case")" 700
for file in "$D/case.key" "$D/case.ids" "$D"/case/*.csv "$D"/case/*.json "$D"/case/*.db "$D"/case/*.graphml "$D"/case/log.jsonl; do
  mode=$(stat -c %a "$file")
  [ "$mode" = 600 ] || fail "$(basename "$file") has mode $mode"
done

begin "rejected rows are masked too"
{ head -n 1 "$T/claims.csv"; head -n 300 "$T/claims.csv" | tail -n +2 | sed 's/2024-/2024-99-/'; } > "$D/bad.csv"
run 3 analyze "$D/bad.csv" -o "$D/case"
is "secrets in what is said" "$(grep -aoFf "$T/secrets" "$D/case.rejects.csv" "$T/out" "$T/err" | head -n 3)" ""

begin "a file without a line of names, or with shifted columns, is refused without telling what stands in it"
tail -n +2 "$T/claims.csv" > "$D/claims.csv"
tail -n +2 "$T/persons.csv" > "$D/persons.csv"
person=$(head -n 1 "$D/persons.csv" | cut -d, -f 1)
printf 'person,%s,x\n' "$person" > "$D/watch.csv"
printf 'type,id\n%s,person\n' "$person" > "$D/shifted.csv"
printf 'subject,reason,by,until\n%s,x,y,\n' "$person" > "$D/subject.csv"
printf 'subject,reason,by,until\nperson:%s,x,y,\nperson:%s,x,y,\n' "$person" "$person" > "$D/twice.csv"
{ head -n 1 "$T/claims.csv"; sed -n 2,40p "$T/claims.csv" | awk -F, 'BEGIN { OFS = "," } { $10 = $3; $11 = "Li Si"; print; $12 = "1935-02-01"; print; $12 = $3; print }'; } > "$D/columns.csv"
{ cat "$T/secrets"; printf 'Li Si\n1935-02-01\n'; tail -n +2 "$T/persons.csv" | cut -d, -f 3; } | sort -u > "$T/all"
: > "$D/said"
# refused ARGUMENTS...
refused() {
  run 3 "$@"
  [ -s "$T/err" ] || fail "nothing is said of $*"
  cat "$T/out" "$T/err" >> "$D/said"
}
refused analyze "$D/claims.csv" -o "$D/case"
refused graph "$D/claims.csv" -o "$D/graph.graphml"
refused plan "$D/claims.csv"
refused map "$D/claims.csv"
refused map "$D/persons.csv" --json
refused analyze "$T/claims.csv" --settlements "$D/claims.csv" -o "$D/case"
refused analyze "$T/claims.csv" --persons "$D/persons.csv" -o "$D/case"
for list in watch shifted; do refused analyze "$T/claims.csv" --watch "$D/$list.csv" -o "$D/case"; done
for list in persons subject twice; do refused analyze "$T/claims.csv" --cleared "$D/$list.csv" -o "$D/case"; done
refused analyze "$D/columns.csv" -o "$D/case"
cat "$D/case.rejects.csv" >> "$D/said"
is "told of refused files" "$(grep -aoFf "$T/all" "$D/said" | head -n 3)" ""

begin "a masked graph tells no secret"
run 0 graph "$T/claims.csv" -o "$D/city.graphml"
is "secrets in the graph" "$(grep -aoFf "$T/secrets" "$D/city.graphml" | head -n 3)" ""

begin "clear ids need an authority, and it is logged"
run 2 analyze "$T/claims.csv" -o "$D/case" --unmask
run 0 analyze "$T/claims.csv" "${tables[@]}" -o "$D/case" --unmask --authority "稽核〔2025〕12号"
grep -qF "稽核〔2025〕12号" "$D/case/log.jsonl" || fail "the authority is not logged"
grep -aoFqf "$T/secrets" "$D/case/members.csv" || fail "unmasked members are not clear"
is "beside the folder" "$(ls -A "$D")" case
is "digest, masked or not" "$(digest_of "$D/case")" "$(digest_of "$T/a_masked_case_tells_no_secret/case")"

# ---- every form of an output, every token ----

# told SECRETS PATH...: secrets that stand as whole tokens in any byte of these, workbooks unpacked, databases read row by row.
told() {
  local secrets=$1 path
  shift
  rm -rf "$T/bytes" && mkdir "$T/bytes"
  for path in "$@"; do cp -r "$path" "$T/bytes"; done
  find "$T/bytes" -name '*.xlsx' | while read -r path; do mkdir "$path.d" && (cd "$path.d" && python3 -m zipfile -e "$path" .); done
  find "$T/bytes" -name '*.db' | while read -r path; do sqlite3 "$path" .dump > "$path.sql"; done
  find "$T/bytes" -name '*.pack' | while read -r path; do mkdir "$path.d" && tar -C "$path.d" -xf "$path"; done
  grep -raowFf "$secrets" "$T/bytes" | head -n 3
}
# everything CASE: all that can be made of it, into $D/out; what is said goes to $D/out/said
everything() {
  mkdir -p "$D/out"
  for format in graphml gexf csv neo4j i2 xlsx; do run 0 export "$1" --format $format -o "$D/out/$format.${format/neo4j/d}" && cat "$T/out" "$T/err" >> "$D/out/said"; done
  for ring in $(tail -n +2 "$1/rings.csv" | cut -d, -f 1); do run 0 explain "$1" "$ring" && cat "$T/out" "$T/err" >> "$D/out/said"; done
  LOCALE=zh_CN.UTF-8 run 0 explain "$1" R0001 --json && cat "$T/out" "$T/err" >> "$D/out/said"
  run 0 verify "$1" && cat "$T/out" "$T/err" >> "$D/out/said"
  run 0 keygen -o "$T/sealing$RANDOM$RANDOM" && key=$(ls -t "$T"/sealing*.pub | head -n 1)
  run 0 seal "$1" --key "${key%.pub}" -o "$D/out/all.pack" && cat "$T/out" "$T/err" >> "$D/out/said"
}

begin "whatever is made of a masked case tells no secret"
run 0 analyze "$T/claims.csv" "${tables[@]}" -o "$D/case" --lang zh
mkdir "$D/out" && cat "$T/out" "$T/err" > "$D/out/said"
everything "$D/case"
is "secrets told" "$(told "$T/secrets" "$D/case" "$D/out")" ""

begin "what a policy hides is told nowhere"
printf '[entity]\ninstitution=sensitive\ndoctor=core\ndrug=sensitive\n' > "$D/policy.ini"
{
  cat "$T/secrets"
  head -n 1 "$T/claims.csv" | tr , '\n' > "$T/columns"
  for column in institution_id doctor_id drug_code; do
    n=$(grep -nx $column "$T/columns" | cut -d: -f 1)
    [ -n "$n" ] || echo "UNEXPECTED HEADER"
    tail -n +2 "$T/claims.csv" | cut -d, -f "$n"
  done
  tail -n +2 "$city/institutions.csv" | cut -d, -f 2
  tail -n +2 "$city/drugs.csv" | cut -d, -f 2
} | sed '/^$/d' | sort -u > "$T/hidden"
run 0 analyze "$T/claims.csv" "${tables[@]}" -o "$D/case" --policy "$D/policy.ini" --lang zh
mkdir "$D/out" && cat "$T/out" "$T/err" > "$D/out/said"
everything "$D/case"
is "told in spite of the policy" "$(told "$T/hidden" "$D/case" "$D/out")" ""
is "digest, whatever is hidden" "$(digest_of "$D/case")" "$(digest_of "$T/whatever_is_made_of_a_masked_case_tells_no_secret/case")"
grep -q ',i:' "$D/case/institutions.csv" || fail "institutions are not pseudonyms"
institution=$(tail -n +2 "$city/institutions.csv" | cut -d, -f 1 | while read -r id; do grep -qF ",$id" "$D/case.ids" && echo "$id" && break; done)
[ -n "$institution" ] || fail "the id map knows no institution"
run 0 graph "$T/claims.csv" -o "$D/city.graphml" --policy "$D/policy.ini"
is "told in the graph" "$(told "$T/hidden" "$D/city.graphml")" ""
run 2 analyze "$T/claims.csv" -o "$D/none" --policy "$D/policy.ini" --unmask --authority REF
printf '[entity]\nperson=general\n' > "$D/open.ini"
run 3 analyze "$T/claims.csv" -o "$D/none" --policy "$D/open.ini"
says "cannot clear person"

begin "another key changes pseudonyms and nothing else"
C=$T/whatever_is_made_of_a_masked_case_tells_no_secret/case
run 0 analyze "$T/claims.csv" "${tables[@]}" -o "$D/case" --lang zh
cmp -s "$C/members.csv" "$D/case/members.csv" && fail "two cases have one key"
for file in rings members facts evidence institutions rules; do
  for case in "$C" "$D/case"; do sed -E 's/\b[pcsl]:[a-z2-7]{16}/ID/g' "$case/$file.csv" | sort > "$T/$(basename "$(dirname "$case")").plain"; done
  cmp -s "$T/whatever_is_made_of_a_masked_case_tells_no_secret.plain" "$T/$(basename "$D").plain" || fail "$file.csv: more than pseudonyms differs"
done

begin "order and lengths tell nothing"
D=$T/what_a_policy_hides_is_told_nowhere
# pseudonyms are equally long, and rows within a ring follow them, not the ids behind them
is "lengths of pseudonyms" "$(grep -oE '\b[pdimcs]:[a-z2-7]+' "$D/case/evidence.csv" "$D/case/members.csv" -h | awk '{ print length }' | sort -u)" 18
for kind in person institution doctor drug; do
  tail -n +2 "$D/case/members.csv" | awk -F, -v kind=$kind '$2 == kind { print $1 $4 $5, $3 }' > "$T/order"
  is "order of alike ${kind}s" "$(awk '{ if ($1 == last && $2 < id) print; last = $1; id = $2 }' "$T/order" | head -n 1)" ""
done

finish

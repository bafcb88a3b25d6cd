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

finish

#!/usr/bin/env bash
# verify --rerun computes a case again from its claims: the same comes out, or what differs is named.
cd "$(dirname "$0")" || exit 1
. ./cli.sh
city=$PWD/../../datasets/city
tables=("$city/persons.csv.gz" "$city/doctors.csv" "$city/institutions.csv" "$city/drugs.csv")
name=setup
run 0 analyze "$city/claims.csv.gz" --persons "${tables[0]}" --doctors "${tables[1]}" --institutions "${tables[2]}" --drugs "${tables[3]}" -o "$T/case" \
  --since 2024-01-20 --top 6 --patterns batch,resale,travel --seed 5 --lang zh
run 0 keygen -o "$T/key"
run 0 seal "$T/case" --key "$T/key" -o "$T/pack"

begin "a case made again is the same"
run 0 verify "$T/case" --rerun "$city/claims.csv.gz" "${tables[@]}" --threads 3
says "the same" "$(digest_of "$T/case")"
run 0 verify "$T/case" --rerun "${tables[@]}" "$city/claims.csv.gz" --json
python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); assert r["rerun"]["same"] is True and r["rerun"]["differences"] == []' "$T/out" || fail "JSON"

begin "a pack and the claims are enough"
cp "$T/pack" "$T/key.pub" "$D"
run 0 verify "$D/pack" --public-key "$D/key.pub" --rerun "$city/claims.csv.gz" "${tables[@]}"
says "the same"

begin "a mapping of one's own comes with the case"
ring_claims | sed '1s/person_id/card/;1s/institution_id/shop/' > "$D/c.csv"
printf '[columns]\nperson_id=card\ninstitution_id=shop\ntime=time\nclaim_id=claim_id\ndrug_code=drug_code\namount=amount\n# 列\n' > "$D/own.ini"
run 0 analyze "$D/c.csv" --map "$D/own.ini" -o "$D/case"
run 0 seal "$D/case" --key "$T/key" -o "$D/pack"
mv "$D/own.ini" "$T/own.ini" && rm -rf "$D/case"*
run 0 verify "$D/pack" --public-key "$T/key.pub" --rerun "$D/c.csv"
says "the same"
says_not "differs"
tar -C "$D" -xf "$D/pack" ringscope-pack/RERUN.txt
sed '1,/^mapping /d' "$D/ringscope-pack/RERUN.txt" | tail -n +2 | cmp -s - "$T/own.ini" || fail "RERUN.txt does not hold the mapping"
run 0 verify "$D/pack" --public-key "$T/key.pub" --rerun "$D/c.csv" "$T/own.ini" # told by its SHA-256
says_not "differs"
sed 's/^amount=.*//' "$T/own.ini" > "$D/own.ini"
run 5 verify "$D/pack" --public-key "$T/key.pub" --rerun "$D/c.csv" --map "$D/own.ini"
says "option: --map was own.ini sha256:"

begin "another form of the same claims gives the same, and the other input is named"
gzip -dc "$city/claims.csv.gz" > "$D/all.csv"
run 0 verify "$T/case" --rerun "$D/all.csv" "${tables[@]}"
says "the same" "input: the case read claims 'claims.csv.gz'" "the case read no claims like 'all.csv'"

begin "other claims are named"
gzip -dc "$city/claims.csv.gz" | sed '30000,30010d' | gzip > "$D/claims.csv.gz"
run 5 verify "$T/case" --rerun "$D/claims.csv.gz" "${tables[@]}"
says "another result" "input: the case read claims 'claims.csv.gz'" "$(sha256sum "$D/claims.csv.gz" | cut -c 1-64)"

begin "a table left out is named"
run 5 verify "$T/case" --rerun "$city/claims.csv.gz" "${tables[@]:1}"
says "input: the case read persons 'persons.csv.gz'"

begin "an attribute table is known by its content, whatever its name"
cp "${tables[0]}" "$D/x.gz"
run 0 verify "$T/case" --rerun "$city/claims.csv.gz" "$D/x.gz" "${tables[@]:1}"

begin "options and version of the case count"
cp -r "$T/case" "$D/case"
sed -i 's/"seed": "5"/"seed": "6"/; s/"version": "[0-9.]*"/"version": "0.0.1"/' "$D/case/manifest.json"
run 5 verify "$D/case" --rerun "$city/claims.csv.gz" "${tables[@]}"
says "not the one that the log's last entry names" # a changed manifest is not believed
says_not "the same"

# believed CASE: the log's last entry names the manifest as it is now, so that the manifest is believed
believed() {
  python3 - "$1" << 'PYTHON'
import hashlib, re, sys
*before, log = open(sys.argv[1] + '/log.jsonl').read().splitlines(keepends=True)
now = hashlib.sha256(open(sys.argv[1] + '/manifest.json', 'rb').read()).hexdigest()
text = re.sub(r'("manifest_sha256":")[0-9a-f]{64}', r'\g<1>' + now, log)
at = text.index(',"hash":"')
own = hashlib.sha256(text[:at].encode()).hexdigest()
open(sys.argv[1] + '/log.jsonl', 'w').write(''.join(before) + text[:at] + ',"hash":"' + own + text[at + 9 + 64:])
PYTHON
}

begin "another version is named, even where the result is the same"
cp -r "$T/case" "$D/case"
sed -i 's/"version": "[0-9.]*"/"version": "0.0.1"/' "$D/case/manifest.json"
believed "$D/case"
run 0 verify "$D/case" --rerun "$city/claims.csv.gz" "${tables[@]}"
says "the same" "version: the case was made by ringscope 0.0.1, this is"

begin "wrong use"
run 2 verify "$T/case" --rerun
run 2 verify "$T/case" "$city/claims.csv.gz"
run 1 verify "$T/case" --rerun "$D/none.csv"

finish

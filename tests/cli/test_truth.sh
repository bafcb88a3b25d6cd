#!/usr/bin/env bash
# What the answers say where they cannot be right: contradictory truth, unknown rings and entities, missing columns, a file given twice.
cd "$(dirname "$0")" || exit 1
. ./cli.sh
PLAIN=1 ring_claims > "$T/a.csv"
name=setup D=$T
run 0 analyze "$T/a.csv" -o "$T/case" --unmask --authority test
truth() { printf 'ring_id,pattern,entity_type,entity_id\n%s\n' "$*" | tr ' ' '\n' > "$D/truth.csv"; }

begin "truth that fits is scored"
truth T1,batch,person,k{0,1,2,3,4,5,6,7,8,9}
run 0 score "$T/case" --truth "$D/truth.csv"
says "hits 1"

begin "a ring of two patterns is refused with file and line"
truth T1,batch,person,k1 T1,resale,person,k2
run 3 score "$T/case" --truth "$D/truth.csv"
says "truth.csv:3:" "T1 is called 'resale' here and 'batch' before"

begin "an entity of no kind is refused with file and line"
truth T1,batch,person,k1 T1,batch,alien,k2
run 3 score "$T/case" --truth "$D/truth.csv"
says "truth.csv:3:" "entity_type 'alien' is none of person, doctor, institution, drug"

begin "a pattern that is none is refused"
truth T1,bunching,person,k1
run 3 score "$T/case" --truth "$D/truth.csv"
says "truth.csv:2:" "bunching"

begin "a truth file with other columns, and none at all"
printf 'person_id,why\nk1,because\n' > "$D/truth.csv"
run 3 score "$T/case" --truth "$D/truth.csv"
says "truth.csv:1:" "no column ring_id"
run 1 score "$T/case" --truth "$D/nowhere.csv"
says "nowhere.csv"

begin "a truth row given twice changes nothing"
truth T1,batch,person,k{0,1,2,3,4,5,6,7,8,9}
run 0 score "$T/case" --truth "$D/truth.csv"
cp "$T/out" "$D/once"
tail -n +2 "$D/truth.csv" > "$D/again"
cat "$D/again" >> "$D/truth.csv"
run 0 score "$T/case" --truth "$D/truth.csv"
cmp -s "$T/out" "$D/once" || fail "the figures differ"

begin "unknown rings and entities are named with what is there"
run 2 explain "$T/case" R4711
says "no ring 'R4711'" "nearest: R0001"
run 2 explain "$T/case" person:nobody
says "no person 'nobody'"
run 2 explain "$T/case" shop:P1
says "'shop:P1' is neither a ring (R0001) nor an entity"
run 2 export "$T/case" --format graphml --ring R4711 -o "$D/x.graphml"
says "R4711"
holds "$D"

begin "patterns whose columns are missing are skipped by name, with what to add"
cut -d, -f 3-5 "$T/a.csv" > "$D/a.csv" # person, institution, time
run 0 analyze "$D/a.csv" -o "$D/case"
says "resale: skipped; to examine it, add drug_code" "steering: skipped; to examine it, add doctor_id"
says "crossregion: skipped; to examine it, add person_region, service_region" "travel: skipped; to examine it, add service_region"
says "duplicate: skipped; to examine it, add drug_code, quantity"
file_has "$D/case/manifest.json" "trace: skipped; to examine it, add trace_code"
sed -E 's/ [0-9:]{5,8}(,|$)/\1/' "$D/a.csv" > "$D/b.csv"
run 0 analyze "$D/b.csv" -o "$D/days"
says "travel: skipped; to examine it, add service_region, time with a time of day"

begin "a file given twice changes no lead"
run 0 analyze "$T/a.csv" "$T/a.csv" -o "$D/case" --unmask --authority test
for table in rings members facts; do cmp -s "$D/case/$table.csv" "$T/case/$table.csv" || fail "$table.csv differs"; done

finish

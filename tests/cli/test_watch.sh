#!/usr/bin/env bash
# A tip about one card leads to its ring and the outlets; every entry of a watch list is answered; a bad list changes nothing.
cd "$(dirname "$0")" || exit 1
. ./cli.sh
city=$PWD/../../datasets/city
tables=(--persons "$city/persons.csv.gz" --doctors "$city/doctors.csv" --institutions "$city/institutions.csv" --drugs "$city/drugs.csv")
truth() { awk -F, -v ring="$1" -v type="$2" '$1 == ring && $3 == type { print $4 }' "$city/truth.csv" | sort; } # RING TYPE
CARD=$(truth T0004 person | head -n 1)
SHOP=$(truth T0004 institution | head -n 1)

begin "a tip about one card leads to its ring and the outlets"
printf 'type,id,note\nperson,%s,a neighbour called\n' "$CARD" > "$D/list.csv"
run 0 analyze "$city/claims.csv.gz" "${tables[@]}" -o "$D/clear" --watch "$D/list.csv" --unmask --authority "order 7"
says "watched    1 entries" "person $CARD  in leads: R0" "expanded   14 people after"
whole "$D/clear"
ring=$(awk -F, '$5 == "ring" { print $7; exit }' "$D/clear/watch.csv")
file_has "$D/clear/members.csv" "^$ring,person,$CARD,[a-z]+,[0-9.]+,1$"
awk -F, '$2 == "person" && ($4 == "admitted" || $4 == "seed") { print $3 }' "$D/clear/expansion.csv" | sort > "$T/led"
truth T0004 person > "$T/true"
cmp -s "$T/led" "$T/true" || fail "led to $(wc -l < "$T/led") people, not the ring's: $(diff "$T/led" "$T/true" | head -n 3)"
for shop in $(truth T0004 institution); do file_has "$D/clear/expansion.csv" "^[0-9],institution,$shop,admitted,"; done
file_has "$D/clear/watch.csv" ",a neighbour called,standing,"
is "nodes marked" "$(grep -c ';watched' "$D/clear/graph.graphml")" 1
is "entities marked" "$(sqlite3 "$D/clear/case.db" 'select count(*) from entity where watched = 1')" 1
grep -q 'class="watched"' "$D/clear/index.html" || fail "the page does not mark the card"
grep -q 'id="watched"' "$D/clear/index.html" || fail "the page does not list what is watched"
python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); assert d["watched"][0]["answers"][0]["topic"] == "standing" and len(d["expansion"]) > 14 and "people" in d["expansion_end"]' "$D/clear/watch.json" || fail "watch.json"

begin "what is asked about changes no result"
run 0 analyze "$city/claims.csv.gz" "${tables[@]}" -o "$D/plain" --unmask --authority "order 7"
is "digest" "$(digest_of "$D/plain")" "$(digest_of "$T/a_tip_about_one_card_leads_to_its_ring_and_the_outlets/clear")"
[ ! -e "$D/plain/watch.csv" ] || fail "watch.csv without a list"

begin "masked unless ordered otherwise, in either form of the id"
printf 'type,id,note\nperson,%s,a neighbour called\n定点医药机构,%s,\n' "$CARD" "$SHOP" > "$D/list.csv"
run 0 analyze "$city/claims.csv.gz" "${tables[@]}" -o "$D/case" --watch "$D/list.csv" --lang zh --threads 1
says "关注名单" "参保人 p:"
if grep -rqF -e "$CARD" -e "a neighbour" "$D/case" "$T/out"; then fail "the clear id or the note is told"; fi
PSEUDONYM=$(awk -F, -v id="$CARD" '$3 == id { print $2 }' "$D/case.ids")
printf 'type,id\nperson,%s\ninstitution,%s\n' "$PSEUDONYM" "$SHOP" > "$D/again.csv"
run 0 analyze "$city/claims.csv.gz" "${tables[@]}" -o "$D/again" --watch "$D/again.csv" --mask-key "$D/case.key" --lang zh --threads 4
cmp -s "$D/case/watch.csv" "$D/again/watch.csv" || fail "the pseudonym is answered otherwise: $(diff "$D/case/watch.csv" "$D/again/watch.csv" | head -n 4)"
cmp -s "$D/case/expansion.csv" "$D/again/expansion.csv" || fail "the expansion differs"

begin "every entry is answered, in a lead or not"
other=$(sqlite3 "$T/what_is_asked_about_changes_no_result/plain/case.db" "select institution_id from institution where rings = 0 limit 1")
drug=$(truth T0004 drug | head -n 1)
doctor=$(awk -F, 'NR == 9 { print $1 }' "$city/doctors.csv")
printf 'type,id\ninstitution,%s\ndrug,%s\ndoctor,%s\nperson,nobody\ninstitution,%s\ntrace,no-such-box\n' "$other" "$drug" "$doctor" "${SHOP%?}" > "$D/list.csv"
run 0 analyze "$city/claims.csv.gz" "${tables[@]}" -o "$D/case" --watch "$D/list.csv" --unmask --authority "order 7"
is "entries answered" "$(awk -F, '$5 == "standing" { n++ } END { print n }' "$D/case/watch.csv")" 6
says "institution $other  in no lead" "drug $drug  in leads: R0" "person nobody  not in these claims" "ids that look like it: $SHOP" "drug box no-such-box  not in these claims"
for topic in visits person drug region peers; do file_has "$D/case/watch.csv" "^1,institution,$other,,$topic,"; done
run 0 analyze "$city/claims.csv.gz" "${tables[@]}" -o "$D/case" --watch "$D/list.csv" --json
python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); assert len(d["watched"]) == 6 and d["watched"][1]["rings"]' "$T/out" || fail "no JSON"

begin "offices write the types in many ways"
claims 200 > "$D/claims.csv"
printf '类型,编号,备注\n药店,X1,\n定点医疗机构,X2,\n医生,X3,\n患者,X4,\n药物,X5,\n药品追溯码,X6,\n' > "$D/list.csv"
run 0 analyze "$D/claims.csv" -o "$D/case" --watch "$D/list.csv" --unmask --authority "order 7"
is "types" "$(awk -F, '$5 == "standing" { printf "%s ", $2 }' "$D/case/watch.csv")" "institution institution doctor person drug trace "
says "uncalibrated: only 0 groups to compare with" "a ring could be missed"
says_not "none came near it"
file_has "$D/case/index.html" "Uncalibrated: only 0 groups"
run 0 analyze "$D/claims.csv" -o "$D/zh" --lang zh
says "未校准：可比群组仅 0 个"
file_has "$D/zh/index.html" "未校准"

begin "a bad list changes nothing"
claims 200 > "$D/claims.csv"
mkdir "$D/out"
bad() { # CODE SAYS TEXT
  printf "$3" > "$D/list.csv"
  run "$1" analyze "$D/claims.csv" -o "$D/out/case" --watch "$D/list.csv"
  says "$2"
  holds "$D/out"
}
bad 3 "list.csv:2: 'persn' is none of person, doctor, institution, drug, trace (in Chinese 参保人 参保人员 人员 患者 病人, 医师 医生 大夫, 定点医药机构 机构 医药机构 医疗机构 定点医疗机构 医院 诊所 药店 定点药店 零售药店 定点零售药店, 药品 药物, 追溯码 药品追溯码); did you mean 'person'?" 'type,id\npersn,P1\n'
bad 3 "list.csv:1: the header should be type,id,note (in Chinese 类型,编号,备注), not 'id,what'" 'id,what\nP1,x\n'
bad 3 "list.csv:3: no id" 'type,id\nperson,p1\nperson,\n'
bad 3 "list.csv:3: the same person as in line 2" 'type,id\nperson,p1\nperson,p1\n'
bad 3 "the file is empty" ''
run 1 analyze "$D/claims.csv" -o "$D/out/case" --watch "$D/nothing.csv"
holds "$D/out"
printf 'type,id\n' > "$D/list.csv"
run 0 analyze "$D/claims.csv" -o "$D/out/case" --watch "$D/list.csv"
is "rows" "$(rows_of "$D/out/case/watch.csv")" 0

finish

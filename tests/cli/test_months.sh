#!/usr/bin/env bash
# Month two shows what grew and what was cleared: keys stay, diff, clearances that hold, come back and expire, outcomes.
cd "$(dirname "$0")" || exit 1
. ./cli.sh
city=$PWD/../../datasets/city
tables=(--persons "$city/persons.csv.gz" --doctors "$city/doctors.csv" --institutions "$city/institutions.csv" --drugs "$city/drugs.csv")
month() { run 0 analyze "$city/claims.csv.gz" "${tables[@]}" "$@"; }
key() { awk -F, -v ring="$2" '$1 == ring { print $3 }' "$1/rings.csv"; }
by_key() { awk -F, -v key="$2" -v at="$3" '$3 == key { print $at }' "$1/rings.csv"; }
status() { awk -F, -v entry="$2" '$1 == entry { print $7 }' "$1/cleared.csv"; }

begin "a lead that grows keeps its key"
month --until 2024-05-10 -o "$T/may"
month --former "$T/may" -o "$T/june"
kept=0
for k in $(tail -n +2 "$T/may/rings.csv" | cut -d, -f 3); do grep -q ",$k," "$T/june/rings.csv" && kept=$((kept + 1)); done
[ "$kept" -ge 8 ] || fail "only $kept keys are kept"
GROWN=$(key "$T/may" R0001)
[ "$(by_key "$T/june" "$GROWN" 14 | tr -d .)" -gt "$(by_key "$T/may" "$GROWN" 14 | tr -d .)" ] || fail "the first lead has not grown"
cmp -s "$T/may.key" "$T/june.key" || fail "the former case's masking key is not used"

begin "diff tells what grew, with members and money that add up"
run 0 diff "$T/may" "$T/june"
says "leads then," " now:" "same" "money"
run 0 diff "$T/may" "$T/june" -o "$D/changes.csv"
run 0 diff "$T/may" "$T/june" --json
python3 - "$T/out" "$D/changes.csv" "$T/may" "$T/june" << 'END' || fail "the changes do not add up"
import csv, json, sys
told = json.load(open(sys.argv[1], encoding="utf-8"))
rows = list(csv.DictReader(open(sys.argv[2], encoding="utf-8")))
assert len(rows) == len(told["changes"]) == sum(told["counts"].values())
fen = lambda t: round(float(t) * 100) if t else 0
for side, column in ((sys.argv[3], "then"), (sys.argv[4], "now")):
    rings = {r["ring_id"]: r for r in csv.DictReader(open(side + "/rings.csv", encoding="utf-8"))}
    people = {}
    for m in csv.DictReader(open(side + "/members.csv", encoding="utf-8")):
        if m["entity_type"] == "person": people.setdefault(m["ring_id"], set()).add(m["entity_id"])
    seen = []
    for r in rows:
        ids = [i for i in r["ring_" + column].split(";") if i]
        seen += ids
        assert fen(r["amount_" + column]) == sum(fen(rings[i]["amount"]) for i in ids)
        if ids: assert int(r["persons_" + column]) == len(set().union(*(people[i] for i in ids)))
        r["people_" + column] = set().union(*(people[i] for i in ids)) if ids else set()
    assert sorted(seen) == sorted(rings), "each lead once"
for r in rows:
    assert set(filter(None, r["joined"].split(";"))) == r["people_now"] - r["people_then"]
    assert set(filter(None, r["left"].split(";"))) == r["people_then"] - r["people_now"]
    assert fen(r["amount_change"]) == fen(r["amount_now"]) - fen(r["amount_then"])
    n, m = len(r["people_then"]), len(r["people_now"])
    right = {"same": r["people_then"] == r["people_now"], "grown": m > n > 0, "shrunk": 0 < m < n, "changed": m == n and r["people_then"] != r["people_now"],
             "split": ";" in r["ring_now"], "merged": ";" in r["ring_then"], "new": n == 0, "gone": m == 0}
    assert right[r["change"]], r
assert {"same", "grown"} <= {r["change"] for r in rows}
END
run 0 diff "$T/june" "$T/june"
says_not "grown"
run 0 diff "$T/may" "$T/june" --lang zh
says "上期疑点线索"

begin "what is new, gone, split and merged"
month --until 2024-05-10 -o "$D/few" --patterns batch --mask-key "$T/may.key"
run 0 diff "$D/few" "$T/june" --json
python3 -c 'import json, sys; c = json.load(open(sys.argv[1]))["counts"]; assert c["new"] > 0 and c["gone"] == 0, c' "$T/out" || fail "nothing new"
run 0 diff "$T/june" "$D/few" --json
python3 -c 'import json, sys; c = json.load(open(sys.argv[1]))["counts"]; assert c["gone"] > 0 and c["new"] == 0, c' "$T/out" || fail "nothing gone"
run 0 diff "$T/may" "$T/june" --json
merged=$(grep -c '"change": "merged"' "$T/out")
run 0 diff "$T/june" "$T/may" --json
is "splits, looked at from behind" "$(grep -c '"change": "split"' "$T/out")" "$merged"

begin "what was cleared stays aside, and comes back when it behaves otherwise"
run 0 diff "$T/may" "$T/june"
STILL=$(key "$T/may" "$(awk '/ resale .* 0 outlets new/ { print $2; exit }' "$T/out")") # the same people and outlets in June
MOVED=$(key "$T/may" "$(awk '/ resale .* 1 outlets new/ { print $2; exit }' "$T/out")") # one outlet more
printf 'subject,reason,by,until\n%s,a collection point of the town,officer 7,2024-12-31\n%s,checked on site,officer 7,\n' "$STILL" "$MOVED" > "$D/cleared.csv"
month --former "$T/may" --cleared "$D/cleared.csv" -o "$T/aside"
says "1 leads set aside, 1 came back" "a collection point of the town" "behaves otherwise now"
is "the first" "$(status "$T/aside" 1)" aside
is "the second" "$(status "$T/aside" 2)" back
is "rows of it in rings.csv" "$(grep -c ",$STILL," "$T/aside/rings.csv")" 0
RING=$(awk -F, '$1 == 2 { print $8 }' "$T/aside/cleared.csv")
file_has "$T/aside/facts.csv" "^$RING,clearance_back,"
file_has "$T/aside/index.html" 'id="cleared"'
is "leads" "$(rows_of "$T/aside/rings.csv")" $(($(rows_of "$T/june/rings.csv") - 1))
whole "$T/aside"

begin "month three still knows the state in which it was cleared"
month --former "$T/aside" --cleared "$T/what_was_cleared_stays_aside__and_comes_back_when_it_behaves_otherwise/cleared.csv" -o "$D/three" --until 2024-06-20
is "the first" "$(status "$D/three" 1)" aside
state="select score, entity_type, entity_id from cleared_member where lead_key = '$STILL' order by 2, 3"
[ "$(sqlite3 "$D/three/case.db" "$state" | wc -l)" -gt 9 ] || fail "no state"
is "the state" "$(sqlite3 "$D/three/case.db" "$state" | sha256sum)" "$(sqlite3 "$T/aside/case.db" "$state" | sha256sum)"

begin "a clearance expires by the last day of the claims"
printf 'subject,reason,by,until\n%s,checked,officer 7,2024-05-31\n' "$STILL" > "$D/cleared.csv"
month --former "$T/may" --cleared "$D/cleared.csv" -o "$D/case"
is "status" "$(status "$D/case" 1)" expired
says "the clearance ended on 2024-05-31"
month --former "$T/may" --cleared "$D/cleared.csv" --until 2024-05-31 -o "$D/case"
is "status on its last day" "$(status "$D/case" 1)" aside

begin "known people and places stay aside as a group"
awk -F, -v ring="$(awk -F, -v key="$STILL" '$3 == key { print $1 }' "$T/june/rings.csv")" \
  'BEGIN { print "subject,reason,by,until,group" } $1 == ring && $2 == "person" { print "person:" $3 ",a known home,officer 7,,home" }' "$T/june/members.csv" > "$D/cleared.csv"
month --cleared "$D/cleared.csv" --mask-key "$T/may.key" -o "$D/case"
is "status" "$(status "$D/case" 1)" aside
head -n 5 "$D/cleared.csv" > "$D/part.csv"
month --cleared "$D/part.csv" --mask-key "$T/may.key" -o "$D/case"
[ "$(status "$D/case" 1)" != aside ] || fail "less than half of the people clear all of them"

begin "the run can be computed again"
run 0 verify "$T/aside" --rerun "$city/claims.csv.gz" "${tables[@]}" --former "$T/may" --cleared "$T/what_was_cleared_stays_aside__and_comes_back_when_it_behaves_otherwise/cleared.csv"

begin "lists left out when a case is computed again are named"
CLEARED="$T/what_was_cleared_stays_aside__and_comes_back_when_it_behaves_otherwise/cleared.csv"
run 5 verify "$T/aside" --rerun "$city/claims.csv.gz" "${tables[@]}"
says "option: the case was made with --cleared cleared.csv sha256:" "option: the case was made with --former may sha256:" "what differs is named above"
says_not "are the same"
head -n 1 "$CLEARED" > "$D/cleared.csv"
run 5 verify "$T/aside" --rerun "$city/claims.csv.gz" "${tables[@]}" --former "$T/may" --cleared "$D/cleared.csv"
says "option: --cleared was cleared.csv sha256:"
says_not "with --former"
run 0 verify "$T/aside" --rerun "$city/claims.csv.gz" "${tables[@]}" --former "$T/may" --cleared "$CLEARED"
says_not "option:"

begin "outcomes tell how often each pattern was right"
awk -F, 'NR > 1 { print $3 "," (NR % 3 == 0 ? "cleared" : NR % 5 == 0 ? "open" : "confirmed") }' "$T/june/rings.csv" | sed '1i lead_key,outcome' > "$D/outcomes.csv"
run 0 score "$T/june" --outcomes "$D/outcomes.csv"
says "precision (95 % interval)" "confirmed"
cp "$T/out" "$D/english"
sed '1s/.*/线索特征码,核查结果/; s/confirmed/属实/; s/cleared/排除/; s/open/待查/' "$D/outcomes.csv" | iconv -f UTF-8 -t GB18030 > "$D/chinese.csv"
run 0 score "$T/june" --outcomes "$D/chinese.csv"
cmp -s "$T/out" "$D/english" || fail "Chinese outcomes count otherwise"
run 0 score "$T/june" --outcomes "$D/outcomes.csv" --json
python3 - "$T/out" "$D/outcomes.csv" << 'END' || fail "the outcomes do not add up"
import json, sys
rows = [l.strip().split(",")[1] for l in open(sys.argv[2])][1:]
p = json.load(open(sys.argv[1]))["patterns"]
for o in ("confirmed", "cleared", "open"):
    assert sum(x[o] for x in p[:-1]) == p[-1][o] == rows.count(o)
c, w = rows.count("confirmed"), rows.count("cleared")
assert abs(p[-1]["precision"] - c / (c + w)) < 1e-6 and p[-1]["low"] < p[-1]["precision"] < p[-1]["high"]
END

begin "bad lists and foreign cases change nothing"
mkdir "$D/out"
bad() { # CODE SAYS TEXT
  printf "$3" > "$D/list.csv"
  run "$1" analyze "$city/claims.csv.gz" --former "$T/may" --cleared "$D/list.csv" -o "$D/out/case"
  says "$2"
  holds "$D/out"
}
bad 3 "'shop:' is neither a lead_key nor" 'subject,reason,by\nshop:1,x,y\n'
bad 3 ":2: no reason" 'subject,reason,by\nperson:p1,,y\n'
bad 3 "until is no date like" 'subject,reason,by,until\nperson:p1,x,y,soon\n'
bad 3 "is cleared in line 2 already: say it once" 'subject,reason,by,until\nperson:p1,x,y,2024-01-01\nperson:p1,z,y,2025-01-01\n'
bad 3 "the header should be subject,reason,by,until,group" 'key,reason\n1,2\n'
[ "${STILL: -1}" = x ] && TYPO=${STILL%?}y || TYPO=${STILL%?}x # a key is random: it may end in an x
printf 'subject,reason,by\n%s,x,y\ninstitution:P33010654898,x,y\n' "$TYPO" > "$D/list.csv"
run 0 analyze "$city/claims.csv.gz" --former "$T/may" --cleared "$D/list.csv" -o "$D/case"
says "keys that look like it: $STILL" "ids that look like it: P330106548981"
month -o "$D/other"
run 3 diff "$T/may" "$D/other"
says "different masking keys"
run 3 analyze "$city/claims.csv.gz" --former "$T/may" --mask-key "$D/other.key" -o "$D/out/case"
says "not the masking key of"
cp -r "$T/may" "$D/nokey"
run 3 analyze "$city/claims.csv.gz" --former "$D/nokey" -o "$D/out/case"
says "its key is not beside it"
sqlite3 "$D/nokey/case.db" 'drop table cleared_member'
run 3 analyze "$city/claims.csv.gz" --former "$D/nokey" --mask-key "$T/may.key" -o "$D/out/case"
says "another version of ringscope"
run 1 diff "$T/may" "$D/nothing"
run 3 diff "$T/may" "$D/out"
holds "$D/out"
printf 'lead_key,outcome\n%s,maybe\n' "$STILL" > "$D/list.csv"
run 3 score "$T/june" --outcomes "$D/list.csv"
says "'maybe' is none of confirmed, cleared, open"
printf 'lead_key,outcome\n%s,open\n' "$TYPO" > "$D/list.csv"
run 3 score "$T/june" --outcomes "$D/list.csv"
says "none of its 1 keys is of this case" "nearest: $STILL"

finish

#!/usr/bin/env bash
# explain: a ring and an entity, in both languages and as JSON, with numbers that add up; unknown names; edited cases; verify.
cd "$(dirname "$0")" || exit 1
. ./cli.sh

PLAIN=1 ring_claims > "$T/claims.csv"
begin "a case to explain"
run 0 analyze "$T/claims.csv" -o "$T/case" --quiet
run 0 analyze "$T/claims.csv" -o "$T/clear" --quiet --unmask --authority "order 7"
[ "$(rows_of "$T/case/rings.csv")" -ge 1 ] || fail "no lead in the case"
MASKED=$(awk -F, '$1 == "R0001" && $2 == "person" { print $3; exit }' "$T/case/members.csv")
CLEAR=$(awk -F, -v id="$MASKED" '$2 == id { print $3 }' "$T/case.ids")

begin "a ring"
run 0 explain "$T/case" R0001
says "R0001  batch   score" "points     value  expected" "people (10 of the lead" "outlets (" "bursts (" "claims.csv:" "it proves nothing by itself" "$MASKED"
says_not "$CLEAR "
says "drugs that go together" " + "
score=$(sed -nE 's/^R0001 .* score (-?[0-9]+) .*/\1/p' "$T/out")
is "the score" "$score" "$(awk -F, '$1 == "R0001" { print $5 }' "$T/case/rings.csv")"
is "the sum of the points" "$(sed -nE 's/^ (for|counter)? +([+-][0-9]+) .*/\2/p' "$T/out" | awk '{ s += $1 } END { print s }')" "$score"
cp "$T/out" "$D/first"
run 0 explain "$T/case" r1
cmp -s "$D/first" "$T/out" || fail "r1 is not R0001"

begin "a ring in Chinese"
run 0 explain "$T/case" R0001 --lang zh
says "集中刷卡" "依据" "参保人" "结算机构" "疑点线索仅供核查"
LOCALE=zh_CN.UTF-8 run 0 explain "$T/case" R0001
says "集中刷卡"

begin "a ring as JSON adds up"
run 0 explain "$T/case" R0001 --json
python3 - "$T/out" "$T/case" << 'END' || fail "the JSON does not add up"
import csv, json, sys
ring = json.load(open(sys.argv[1], encoding="utf-8"))
fen = lambda text: round(float(text) * 100)
rows = [r for r in csv.DictReader(open(sys.argv[2] + "/evidence.csv", encoding="utf-8")) if r["ring_id"] == "R0001"]
assert sum(f["points"] for f in ring["facts"]) == ring["score"]
assert all(f["points"] <= 0 for f in ring["facts"] if f["kind"] == "counter")
assert [r["items"] for r in ring["rules"]] == [r["items"] for r in csv.DictReader(open(sys.argv[2] + "/rules.csv", encoding="utf-8")) if r["ring_id"] == "R0001"] != []
assert all(len(r["holders"].split(";")) == r["persons"] >= 3 for r in ring["rules"])
for kind in ["people", "institutions", "doctors", "drugs"]:
    assert sum(s["lines"] for s in ring[kind]) == ring["claims"] == len(rows), kind
    assert sum(fen(s["amount"]) for s in ring[kind]) == fen(ring["amount"]) == sum(fen(r["amount"]) for r in rows), kind
assert sum(s["bursts"] for s in ring["institutions"]) == len(ring["bursts"])
assert sum(s["bursts"] for s in ring["people"]) == sum(b["n_members"] for b in ring["bursts"])
first = min((r["file"], int(r["line"])) for r in rows)
assert (ring["first_lines"][0]["file"], ring["first_lines"][0]["line"]) == first
END

begin "what the pooled fund paid, where the claims tell it, and no word of it where they do not"
awk -F, 'NR == 1 { print $0 ",fund_amount"; next } { printf "%s,%.2f\n", $0, $9 * 0.4 }' "$T/claims.csv" > "$D/claims.csv"
run 0 analyze "$D/claims.csv" -o "$D/case" --former "$T/case" --quiet
PERSON=$(awk -F, '$1 == "R0001" && $2 == "person" { print $3; exit }' "$D/case/members.csv")
printf 'type,id,note\nperson,%s,\n' "$CLEAR" > "$D/watch.csv"
# fund CASE CLAIMS PERSON OUT: whatever speaks of the fund.
fund() {
  run 0 explain "$1" R0001; cat "$T/out"
  run 0 explain "$1" R0001 --json; cat "$T/out"
  run 0 explain "$1" "$3" --json; cat "$T/out"
  run 0 dossier "$1" R0001 -o "$4.html" --json; cat "$T/out" "$4.html"
  run 0 dossier "$1" R0001 --claims "$2" -o "$4.lines.html"; cat "$4.lines.html"
  run 0 analyze "$2" -o "$4.watch" --watch "$D/watch.csv" --quiet; cat "$4.watch/watch.csv"
  cat "$1/index.html"
}
fund "$D/case" "$D/claims.csv" "$PERSON" "$D/told" > "$D/told"
fund "$T/case" "$T/claims.csv" "$MASKED" "$D/untold" > "$D/untold"
is "where it is told" "$(grep -oE 'from the pooled fund [0-9,.]+|"fund_amount"|>pooled fund<|of it pooled fund|fund_amount</i>' "$D/told" | sed -E 's/ [0-9,.]+$//' | sort -u | wc -l)" 5
is "where it is not" "$(grep -iE 'pooled fund|fund_amount' "$D/untold" | grep -cv '"fund_amount": null')" 0
for table in rings evidence; do
  is "$table.csv without it" "$(python3 -c 'import csv, sys; print(*{r["fund_amount"] for r in csv.DictReader(open(sys.argv[1], encoding="utf-8"))})' "$T/case/$table.csv")" ""
done
run 0 diff "$T/case" "$D/case" --json
cp "$T/out" "$D/diff.json"
python3 -c 'import json, sys; [c] = [c for c in json.load(open(sys.argv[1]))["changes"] if c["ring_now"] == "R0001"]; assert "fund_then" not in c and float(c["fund_now"]) > 0' "$D/diff.json" || fail "diff tells of a fund nobody told"

begin "a person, by either name"
run 0 explain "$T/case" "$MASKED"
says "person $MASKED" "R0001  batch" "facts that rest on its lines" "in the same bursts" "claims.csv:"
cp "$T/out" "$D/first"
run 0 explain "$T/case" "person:$CLEAR"
cmp -s "$D/first" "$T/out" || fail "the clear id says something else"
run 0 explain "$T/clear" "person:$CLEAR"
says "person $CLEAR"
run 0 explain "$T/case" "$MASKED" --json
python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); assert d["rings"][0]["ring_id"] == "R0001" and d["rings"][0]["lines"] > 0' "$T/out" || fail "no JSON"
mv "$T/case.key" "$D/key"
run 0 explain "$T/case" "person:$CLEAR"
says "person $MASKED"
mv "$T/case.ids" "$D/ids"
run 2 explain "$T/case" "person:$CLEAR"
says "the key is not beside the folder"
run 0 explain "$T/case" "person:$CLEAR" --mask-key "$D/key"
run 3 explain "$T/case" R0001 --mask-key "$T/claims.csv"
mv "$D/key" "$T/case.key"
mv "$D/ids" "$T/case.ids"

begin "an outlet, a drug"
run 0 explain "$T/case" institution:P070
says "institution P070" "among institutions: rank" "R0001"
run 0 explain "$T/case" institution:P001
says "in no lead of this case"
run 0 explain "$T/case" drug:d190 --lang zh
says "药品 d190"

begin "names that are not there"
run 2 explain "$T/case" R0077
says "no ring 'R0077'" "nearest: R000"
run 2 explain "$T/case" institution:P700
says "no institution 'P700'" "nearest: P"
run 2 explain "$T/case" person:nobody
says_not "nearest"
run 2 explain "$T/case" "p:aaaaaaaaaaaaaaaa"
run 2 explain "$T/case" shop:1
says "neither a ring"
run 2 explain "$T/case"
run 2 explain "$T/case" $'R\033[31m'
run 1 explain "$T/nothing" R0001
run 3 explain "$T" R0001
says "not a case folder"

begin "a full disk"
code=0
"$RINGSCOPE" explain "$T/case" R0001 > /dev/full 2> "$T/err" || code=$?
is "exit code" "$code" 1

begin "an edited case does not add up"
cp -r "$T/case" "$D/case"
sqlite3 "$D/case/case.db" "update fact set points = points + 1 where rowid = 1"
run 5 explain "$D/case" R0001
says "do not add up"
run 5 verify "$D/case"
says "changed   case.db"

begin "text that would steer the terminal"
cp -r "$T/case" "$D/case"
sqlite3 "$D/case/case.db" "update sentence set text = 'a' || char(27) || '[31m' || char(8238) || 'b' where position = 0"
run 0 explain "$D/case" R0001
if grep -q $'\033' "$T/out"; then fail "an escape sequence passes"; fi
says "a?[31m?b"

begin "verify"
run 0 verify "$T/case"
says "files as the manifest says" "sha256:"
cp -r "$T/case" "$D/case"
rm "$D/case/rings.csv"
echo note > "$D/case/note.txt"
printf x >> "$D/case/facts.csv"
run 5 verify "$D/case"
says "missing   rings.csv" "extra     note.txt" "changed   facts.csv" "3 findings"
run 5 verify "$D/case" --json
python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); assert not d["whole"] and len(d["findings"]) == 3' "$T/out" || fail "no JSON"
sed -i 's/"user":"[^"]*"/"user":"other"/' "$D/case/log.jsonl"
run 5 verify "$D/case"
says "log.jsonl"
run 3 verify "$T"
run 1 verify "$T/nothing"

finish

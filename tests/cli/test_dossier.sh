#!/usr/bin/env bash
# A dossier is printed, whole, for one person and for each bureau: sums that add up, lines as they stood, nobody else's people on a bureau's sheet.
cd "$(dirname "$0")" || exit 1
. ./cli.sh
city=$PWD/../../datasets/city
tables=(--persons "$city/persons.csv.gz" --doctors "$city/doctors.csv" --institutions "$city/institutions.csv" --drugs "$city/drugs.csv")

begin "a case to print"
run 0 analyze "$city/claims.csv.gz" "${tables[@]}" -o "$T/case" --quiet
gzip -dc "$city/claims.csv.gz" > "$T/claims.csv"

begin "a dossier for each bureau, with sums that add up"
run 0 dossier "$T/case" R0001 --split-by person_region --claims "$city/claims.csv.gz" -o "$D/sheet.html" --json
cp "$T/out" "$D/told.json"
python3 - "$D" "$T/case" << 'END' || fail "the sheets do not add up"
import csv, glob, json, re, sys
folder, case = sys.argv[1:]
told = json.load(open(folder + "/told.json", encoding="utf-8"))
fen = lambda t: round(float(t.replace(",", "")) * 100)
ring = next(r for r in csv.DictReader(open(case + "/rings.csv", encoding="utf-8")) if r["ring_id"] == "R0001")
lines = [r for r in csv.DictReader(open(case + "/evidence.csv", encoding="utf-8")) if r["ring_id"] == "R0001"]
assert len(told) > 1 and len(glob.glob(folder + "/sheet.*.html")) == len(told)
for key, column in (("amount", "amount"), ("fund_amount", "fund_amount")):
    assert sum(fen(t["own"][key]) for t in told) == fen(ring[column]) == fen(told[0]["lead"][key])
assert sum(t["own"]["claim_lines"] for t in told) == int(ring["claims"]) == len(lines)
people = {r["person_id"] for r in lines}
assert sum(t["own"]["people"] for t in told) == len(people)
seen = set()
for t in told:
    page = open(t["file"], encoding="utf-8").read()
    own = {p for p in people if p in page}
    assert len(own) == t["own"]["people"] and not own & seen, "a sheet names its own people and nobody else's"
    seen |= own
    shown = re.findall(r"<b><bdi>([^<]+)</bdi>:(\d+)</b>", page)
    assert sorted(shown) == sorted((r["file"], r["line"]) for r in lines if r["person_id"] in own)
    sums = [fen(m) for m in re.findall(r'class="sum"><th scope="row">this sheet</th>(?:<td class="n">[^<]*</td>){1,3}?<td class="n">([0-9,]+\.\d\d)</td>', page)]
    assert len(sums) == 3 and set(sums) == {fen(t["own"]["amount"])}, sums
assert seen == people
END

begin "lines stand as they stood in the source"
run 0 dossier "$T/case" R0001 --claims "$city/claims.csv.gz" --unmask --authority "order 7" -o "$D/clear.html"
grep -q "person_region</i>" "$D/clear.html" || fail "no columns of the source"
python3 - "$D/clear.html" "$T/claims.csv" << 'END' || fail "a line is not what the source has"
import csv, html, re, sys
rows = list(csv.reader(open(sys.argv[2], encoding="utf-8")))
page = open(sys.argv[1], encoding="utf-8").read()
items = re.findall(r"<li><b><bdi>[^<]+</bdi>:(\d+)</b>(.*?)</li>", page, re.S)
assert len(items) > 100
for number, cells in items:
    shown = {html.unescape(n): html.unescape(v) for n, v in re.findall(r"<i>([^<]*)</i> <bdi>([^<]*)</bdi>", cells)}
    assert shown == {n: v for n, v in zip(rows[0], rows[int(number) - 1]) if v}, number
END
CARD=$(awk -F, 'NR > 1 && $1 == "person" { print $3; exit }' "$T/case.ids")
run 0 dossier "$T/case" R0001 --claims "$city/claims.csv.gz" -o "$D/masked.html"
for id in $(awk -F, 'NR > 1 && $1 != "entity" { print $3 }' "$T/case.ids" | head -n 400); do grep -qF ">$id<" "$D/masked.html" && { fail "the masked sheet tells $id"; break; }; done
file_has "$T/case/log.jsonl" '"authority":"order 7"'
run 0 verify "$T/case"

begin "pooled fund and personal account apart, where the source has the columns"
PLAIN=1 ring_claims | awk -F, 'NR == 1 { print $0 ",fund_amount,acct_pay"; next } { printf "%s,%.2f,%.2f\n", $0, $9 * 0.4, $9 * 0.1 }' > "$D/claims.csv"
run 0 analyze "$D/claims.csv" -o "$D/case" --unmask --authority x --quiet
run 0 dossier "$D/case" R0001 --claims "$D/claims.csv" -o "$D/sheet.html" --json
grep -q "of it personal account" "$D/sheet.html" || fail "no column of the personal account"
python3 - "$T/out" "$D/case" "$D/claims.csv" << 'END' || fail "the personal account does not add up"
import csv, json, sys
told = json.load(open(sys.argv[1]))[0]["own"]
rows = list(csv.reader(open(sys.argv[3], encoding="utf-8")))
lines = [int(r["line"]) for r in csv.DictReader(open(sys.argv[2] + "/evidence.csv", encoding="utf-8")) if r["ring_id"] == "R0001"]
fen = lambda t: round(float(t) * 100)
assert fen(told["account_amount"]) == sum(fen(rows[n - 1][-1]) for n in lines) > 0
assert fen(told["fund_amount"]) == sum(fen(rows[n - 1][-2]) for n in lines) > 0
END
run 0 dossier "$D/case" R0001 -o "$D/plain.html"
grep -q "of it personal account" "$D/plain.html" && fail "an account without the source"

begin "in Chinese, as a workbook, for one person"
run 0 dossier "$T/case" R0001 --lang zh -o "$D/zh.html"
for text in 疑点线索核查表 疑点及依据 未覆盖范围 下一步核查事项 核查人一 待人工核定; do grep -q "$text" "$D/zh.html" || fail "no $text"; done
for word in 骗子 犯罪 有罪; do grep -q "$word" "$D/zh.html" && fail "it says $word"; done
run 0 dossier "$T/case" R0001 -o "$D/sheet.xlsx"
[ "$(head -c 2 "$D/sheet.xlsx")" = PK ] || fail "no workbook"
PERSON=$(awk -F, '$1 == "R0001" && $2 == "person" { print $3; exit }' "$T/case/members.csv")
OTHER=$(awk -F, '$1 == "R0001" && $2 == "person" && n++ == 1 { print $3 }' "$T/case/members.csv")
run 0 dossier "$T/case" "$PERSON" -o "$D/person.html"
grep -qF "person-$PERSON" "$D/person.html" || fail "no section of the person"
grep -qF "$OTHER" "$D/person.html" && fail "somebody else is named"
run 0 dossier "$T/case" "$PERSON" -o "$D/again.html"
cmp -s "$D/person.html" "$D/again.html" || fail "two runs differ"

begin "what cannot be printed leaves nothing"
mkdir "$D/out"
run 2 dossier "$T/case" R0001
run 2 dossier "$T/case" R0001 -o "$D/out/a.pdf"
says "-o FILE.html or -o FILE.xlsx"
run 2 dossier "$T/case" R0099 -o "$D/out/a.html"
says "no ring 'R0099'"
run 2 dossier "$T/case" person:nobody -o "$D/out/a.html"
says "names person 'nobody'"
run 2 dossier "$T/case" R0001 --split-by colour -o "$D/out/a.html"
run 2 dossier "$T/case" R0001 --unmask -o "$D/out/a.html"
run 5 dossier "$T/case" R0001 --claims "$T/claims.csv" -o "$D/out/a.html"
says "not a file this case was made from"
run 1 dossier "$T/case" R0001 --claims "$D/nothing.csv" -o "$D/out/a.html"
run 1 dossier "$T/case" R0001 -o "$D/nowhere/a.html"
mv "$T/case.ids" "$D/ids"
run 1 dossier "$T/case" R0001 --unmask --authority x -o "$D/out/a.html"
mv "$D/ids" "$T/case.ids"
holds "$D/out"

finish

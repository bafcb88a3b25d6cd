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

begin "a case with a sheet of each lead, linked from its page"
PLAIN=1 ring_claims > "$D/claims.csv"
run 0 analyze "$D/claims.csv" -o "$D/bare" --quiet --lang zh
mkdir "$D/one" "$D/four"
run 0 analyze "$D/claims.csv" -o "$D/one/case" --mask-key "$D/bare.key" --dossiers --threads 1 --quiet --lang zh
run 0 analyze "$D/claims.csv" -o "$D/four/case" --mask-key "$D/bare.key" --dossiers --threads 4 --quiet --lang zh
run 0 verify "$D/one/case"
run 0 verify "$D/one/case" --rerun "$D/claims.csv"
diff -r "$D/one/case/dossiers" "$D/four/case/dossiers" || fail "other sheets with other threads"
cmp -s "$D/one/case/index.html" "$D/four/case/index.html" || fail "another page with other threads"
is "the result" "$(digest_of "$D/one/case")" "$(digest_of "$D/bare")"
is "sheets in the manifest" "$(outputs "$D/one/case" | grep -c '^dossiers/R[0-9]*\.html ')" "$(rows_of "$D/one/case/rings.csv")"
run 0 dossier "$D/one/case" R0001 --lang zh -o "$D/sheet.html"
cmp -s "$D/sheet.html" "$D/one/case/dossiers/R0001.html" || fail "not the sheet that the command prints"
grep -q 疑点线索核查表 "$D/one/case/dossiers/R0001.html" || fail "not in the page's language"
grep -q 'dossiers/' "$D/bare/index.html" && fail "a link to a sheet that is not there"
is "how often the page names the command" "$(grep -c 'ringscope dossier ' "$D/bare/index.html")" 1
grep -q 'ringscope dossier ' "$D/one/case/index.html" && fail "the command is named beside the links"
run 0 export "$D/one/case" --format html -o "$D/alone.html"
grep -q 'dossiers/' "$D/alone.html" && fail "a page that stands alone links to sheets"
run 0 keygen -o "$D/my.key"
run 0 seal "$D/one/case" --key "$D/my.key" -o "$D/whole.pack"
tar tf "$D/whole.pack" | grep 'dossiers/R0001.html$' > "$T/out" || fail "no sheet in the pack"
run 0 seal "$D/one/case" --ring R0001 --key "$D/my.key" -o "$D/ring.pack"
tar tf "$D/ring.pack" | grep 'dossiers/R0001.html$' > "$T/out" || fail "no sheet in the ring's pack"
run 0 verify "$D/whole.pack" --public-key "$D/my.key.pub"
run 0 verify "$D/ring.pack" --public-key "$D/my.key.pub"
echo x >> "$D/four/case/dossiers/R0001.html"
run 5 verify "$D/four/case"
says "dossiers/R0001.html"
run 0 analyze "$D/claims.csv" -o "$D/four/case" --quiet
[ -e "$D/four/case/dossiers" ] && fail "sheets of the former case stay"
echo x > "$D/one/case/dossiers/mine.html"
run 5 verify "$D/one/case"
run 2 analyze "$D/claims.csv" -o "$D/one/case" --quiet
says "dossiers/mine.html"

begin "links lead to their sections, whatever ids hold"
PLAIN=1 ring_claims | awk -F, -v OFS=, 'NR > 1 { $3 = "\"甲 100%41 #" $3 "<&\"\"?\"" } 1' > "$D/claims.csv"
for options in "" "--unmask --authority order-7"; do
  # shellcheck disable=SC2086
  run 0 analyze "$D/claims.csv" -o "$D/case" --dossiers --quiet $options
  [ -n "$options" ] || ! grep -rq '甲 100' "$D/case" || fail "a masked case tells an id"
  python3 - "$D/case" << 'END' || fail "a link leads nowhere ($options)"
import csv, html.parser, os, sys, urllib.parse
case = sys.argv[1]
class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.ids, self.links = set(), []
        self.feed(open(path, encoding="utf-8").read())
    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        if "id" in of: self.ids.add(of["id"])
        if tag == "a" and "href" in of: self.links.append(of["href"])
links = [l for l in Page(case + "/index.html").links if not l.startswith("#")]
seen, sheets = set(), {}
for link in links:
    path, _, anchor = link.partition("#")
    assert path.startswith("dossiers/") and os.path.exists(os.path.join(case, path)), link
    if path not in sheets: sheets[path] = Page(os.path.join(case, path)).ids
    assert not anchor or urllib.parse.unquote(anchor) in sheets[path], link
    seen.add((path, urllib.parse.unquote(anchor)))
members = [r for r in csv.DictReader(open(case + "/members.csv", encoding="utf-8")) if r["entity_type"] == "person"]
assert len(members) > 5
for m in members:
    sheet = "dossiers/%s.html" % m["ring_id"]
    assert (sheet, "person-" + m["entity_id"]) in seen and (sheet, "") in seen, m
END
done
grep -q 'order-7' "$D/case/dossiers/R0001.html" || fail "a clear sheet without its authority"

begin "what cannot be printed leaves nothing"
mkdir "$D/out"
run 2 dossier "$T/case" R0001
run 2 dossier "$T/case" R0001 -o "$D/out/a.pdf"
says "-o FILE.html or -o FILE.xlsx"
run 2 dossier "$T/case" R0099 -o "$D/out/a.html"
says "no ring 'R0099'"
run 2 dossier "$T/case" person:nobody -o "$D/out/a.html"
says "names person 'nobody'" "analyze --watch FILE" watch.csv
awk -F, 'NR == FNR { known[$3]; next } FNR > 1 && !($3 in known) { print $3; exit }' "$T/case.ids" "$T/claims.csv" > "$D/outside"
run 2 dossier "$T/case" "person:$(cat "$D/outside")" -o "$D/out/a.html"
says "names person '$(cat "$D/outside")'" "analyze --watch FILE" watch.csv
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

#!/usr/bin/env bash
# Claims in Excel workbooks: read as the same claims in CSV are, dates and 18-digit ids exact; rounded ids and damaged files are named.
cd "$(dirname "$0")" || exit 1
. ./cli.sh
make() { /usr/bin/python3 ../claims/make_xlsx.py "$1" "$2" || fail "make_xlsx.py $1"; }

begin "a workbook is read as its CSV is"
make plain "$D/a.xlsx"
printf '%s\n' 'person_id,institution_id,time,claim_id,amount,drug_name' \
  '110101199003070012,P1,2025-03-04 19:38:05,c1,12.30,"阿莫西林, ""胶囊"""' '110101199003070013,P1,2025-03-04 19:39:00,c2,0.30,two lines' '' \
  '110101199003070014,P2,2025-03-05,c3,7,' '110101199003070015,P2,2025-03-05 08:00:00,c4,8.50,text' > "$D/a.csv"
run 0 analyze "$D/a.xlsx" -o "$D/xlsx" --unmask --authority test
says "a.xlsx" "4 rows" "28.10 money read"
run 0 analyze "$D/a.csv" -o "$D/csv" --unmask --authority test
is "digest" "$(digest_of "$D/xlsx")" "$(digest_of "$D/csv")"
is "persons" "$(sed -n 2,9p "$D/xlsx.ids" 2> /dev/null)" "$(sed -n 2,9p "$D/csv.ids" 2> /dev/null)"
file_has "$D/xlsx/manifest.json" "$(sha256sum "$D/a.xlsx" | cut -d ' ' -f 1)"
run 0 graph "$D/a.xlsx" -o "$D/x.graphml" --unmask --authority test
run 0 graph "$D/a.csv" -o "$D/c.graphml" --unmask --authority test
cmp -s "$D/x.graphml" "$D/c.graphml" || fail "the graphs differ"
file_has "$D/x.graphml" 110101199003070015

begin "another sheet, and one that is not there"
make plain "$D/a.xlsx"
run 0 analyze "$D/a.xlsx" --sheet other -o "$D/case"
says "1 rows"
run 2 analyze "$D/a.xlsx" --sheet Other -o "$D/case2"
says "'明细', 'other'"
run 0 map "$D/a.xlsx" --sheet other
says "person_id=person_id"
run 0 analyze - -o "$D/case3" < "$D/a.xlsx"
says "4 rows"
run 0 analyze "$D" -o "$T/case4"
says "4 rows"

begin "line numbers are the sheet's row numbers"
make plain "$D/a.xlsx"
/usr/bin/python3 - "$D/a.xlsx" << 'PY'
import openpyxl, sys
book = openpyxl.load_workbook(sys.argv[1]); book.active["C6"] = "2025-02-30"; book.save(sys.argv[1])
PY
run 0 analyze "$D/a.xlsx" -o "$D/case"
file_has "$D/case/rejects.csv" '^a.xlsx,6,'

begin "20,000 rows in a deflated workbook"
make many "$D/a.xlsx"
run 0 analyze "$D/a.xlsx" -o "$D/case"
says "20,000 rows read = 20,000 used"

begin "what Excel has rounded is named"
make rounded "$D/a.xlsx"
run 0 analyze "$D/a.xlsx" -o "$D/case"
says "2 of them, the first in cell A2000" "2 rejected"

begin "an old Macintosh workbook: dates from 1904, formats of its own, texts in runs"
make old "$D/a.xlsx"
run 0 graph "$D/a.xlsx" -o "$D/g.graphml" --unmask --authority test
file_has "$D/g.graphml" '>P 1<'
file_has "$D/g.graphml" '>p1<.*2025-03-04'
file_has "$D/g.graphml" '>110101199003070015<.*2025-03-05'
file_has "$D/g.graphml" '>0.015<'

begin "damaged workbooks are refused, and nothing is written"
for kind in zip doctype cut nosheet order columns far text empty; do
  make "$kind" "$D/$kind.xlsx"
  run 3 analyze "$D/$kind.xlsx" -o "$D/case"
  says "$kind.xlsx"
done
make plain "$D/plain.xlsx"
head -c 3000 "$D/plain.xlsx" > "$D/half.xlsx"
run 3 analyze "$D/half.xlsx" -o "$D/case"
rm "$D"/*.xlsx
holds "$D"
finish

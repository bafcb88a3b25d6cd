#!/usr/bin/env bash
# tests/fuzz/seeds.sh RINGSCOPE FOLDER: a small corpus for each fuzz target, FOLDER/<target>/, made of what the program itself reads and writes.
set -euo pipefail
ringscope=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/ringscope-seeds-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"/{csv_reader,claims,list,mapping,pack,policy,sheet,xml,database,truth}

# a case with one lead: cards swiped together at rotating outlets, among people who are not
awk 'BEGIN {
  x = 7; print "claim_id,person_id,institution_id,time,drug_code,amount"
  for (p = 0; p < 260; p++) for (v = 0; v < 9; v++) {
    x = (x * 69069 + 1) % 4294967296; d = int(x / 65536) % 112
    printf "c%d,p%d,P%d,2025-%02d-%02d %02d:%02d:00,d%d,%d.50\n", ++n, p, (p * 7 + v % 3) % 30, 1 + int(d / 28), 1 + d % 28, 8 + d % 11, x % 60, x % 40, 5 + x % 90 }
  for (b = 0; b < 20; b++) for (k = 0; k < 8; k++) printf "c%d,k%d,P%d,2025-%02d-%02d 19:%02d:00,d%d,300.00\n", ++n, k, 31 + b % 4, 1 + b % 4, 2 + b, 10 + k, 41 + b % 3
}' > "$work/claims.csv"
"$ringscope" analyze "$work/claims.csv" -o "$work/case" --top 1 -q > "$work/log"
"$ringscope" keygen -o "$work/key" -q
"$ringscope" seal "$work/case" --key "$work/key" -o "$work/pack" -q 2>> "$work/log"

# part FILE BYTE NAME TARGET: the file behind one byte
part() { { printf "$2"; cat "$1"; } > "$out/$4/$3"; }
rows='claim_id,person_id,institution_id,time,drug_name,amount\nc1,p1,P1,2025-03-04 19:38:05,阿司匹林,12.50\nc2,p2,"P,2",20250304,"a ""b""\nc",-3\n'
printf "$rows" > "$work/rows.csv"
part "$work/rows.csv" '\041' utf8 csv_reader
for e in UTF-16LE UTF-16BE UTF-16 GB18030; do iconv -f UTF-8 -t $e "$work/rows.csv" > "$work/e" && part "$work/e" '\041' $e csv_reader; done
gzip -nc "$work/rows.csv" > "$work/e" && part "$work/e" '\021' gz csv_reader
zstd -qc "$work/rows.csv" > "$work/e" && part "$work/e" '\021' zst csv_reader
tr , '\t' < "$work/rows.csv" > "$work/e" && part "$work/e" '\040' tab csv_reader
sed 's/$/\r/' "$work/rows.csv" > "$work/e" && part "$work/e" '\040' crlf csv_reader

part "$work/rows.csv" '\0' alone claims
head -n 40 "$work/claims.csv" > "$work/e" && part "$work/e" '\0' plain claims
printf 'c1,s1,p1,P1,2025-03-01 10:00,d1,2,10.00,5,110000,120000,t1\nc2,s1,p1,P1,2025-03-01 10:00,d2,1,-10.00,-5,110000,120000,\nc1,s1,p1,P1,2025-03-01 10:00,d1,2,10.00,5,110000,120000,t1\n' > "$work/e"
part "$work/e" '\001' refund claims
printf 'b1,s1,p1,P1,2025-03-01 10:00:00,m1,1,3.00,1\nb2,s1,p1,P1,2025-03-01 10:00:00,m2,1,7.00,1\nb3,s9,p2,P1,20250301,m1,x,1,0\n\036s1,p1,P1,2025-03-01 10:00:01,10.00,8.00,0,1\ns2,p2,P1,2025-03-02,5,5,1,1\n' > "$work/e"
part "$work/e" '\003' two claims
gzip -dc "$root/datasets/city/persons.csv.gz" | sed -n '2,30p' > "$work/e" && part "$work/e" '\005' persons claims
sed -n '2,20p' "$root/datasets/city/institutions.csv" > "$work/e" && part "$work/e" '\006' institutions claims
gzip -dc "$root/datasets/city/persons.csv.gz" | sed -n 1,20p > "$work/e" && part "$work/e" '\007' table claims
sed -n '2,20p' "$root/datasets/city/doctors.csv" | awk -F , -v OFS=, '{ print $1, $3, $2, $4, 1 }' > "$work/e" && part "$work/e" '\010' doctors claims
sed -n '2,20p' "$root/datasets/city/drugs.csv" | awk -F , -v OFS=, '{ print $1, $2, $5, 1 }' > "$work/e" && part "$work/e" '\011' drugs claims

cp "$root"/datasets/mappings/*.ini "$out/mapping"
head -n 1 "$work/claims.csv" | tr -d '\n' > "$out/mapping/header"

tar -C "$work" -xf "$work/pack"
P=$work/ringscope-pack
"$ringscope" seal "$work/case" --ring R0001 --key "$work/key" -o "$work/ring" -q 2>> "$work/log"
part "$work/ring" '\0' ring pack
head -c 6000 "$work/pack" > "$work/e" && part "$work/e" '\0' cut pack
{ cat "$P/seal.ini"; printf '\036'; python3 - "$work/ring" << 'PY'
import sys
data = open(sys.argv[1], "rb").read()
at = data.index(b"ringscope-pack/README.txt")
sys.stdout.buffer.write(data[at:])
PY
} > "$work/e" && part "$work/e" '\001' signed pack
tar -C "$work" -xf "$work/ring"
{ cat "$P/seal.ini"; printf '\036'; tail -c +"$(($(grep -abo -m1 'ringscope-pack/README.txt' "$work/ring" | head -n 1 | cut -d: -f 1) + 1))" "$work/ring"; } > "$work/e"
part "$work/e" '\001' signed_ring pack
part "$P/seal.ini" '\0' seal pack
part "$work/case/manifest.json" '\0' manifest pack
part "$work/case/log.jsonl" '\0' log pack

cp "$root"/tests/golden/case/graph.graphml "$root"/tests/golden/case/rings/R0001.graphml "$out/xml"
cp "$work/case/rings/R0001.gexf" "$out/xml"
sqlite3 "$work/case/case.db" "delete from entity where rowid > 5; delete from relation where rowid > 5; delete from evidence where rowid > 5; pragma page_size = 512; vacuum"
[ "$(stat -c %s "$work/case/case.db")" -le 100000 ] || { echo "seeds.sh: the database is larger than fuzz_database takes" >&2; exit 1; }
cp "$work/case/case.db" "$out/database/case.db"
sed -n 2,31p "$root/datasets/city/truth.csv" > "$work/e" && part "$work/e" '\001' truth truth
sed -n 2,31p "$root/datasets/city/innocent.csv" > "$work/e" && part "$work/e" '\003' innocent truth
tail -n +2 "$work/case/members.csv" > "$work/e" && part "$work/e" '\004' members truth
cut -c 17- "$work/case.key" > "$work/e" && part "$work/e" '\005' key truth
sed -n 2,20p "$work/case.ids" > "$work/e" && part "$work/e" '\006' ids truth
printf 'person,a,seen\ninstitution,,x\n参保人,b,\ntrace,T1,\ndrug,D,"q"\n' > "$work/e" && part "$work/e" '\001' watched list
printf 'person:a,a family,me,2026-01-01,g1\nl:abcdefgh234567ab,known,me,,\ninstitution:P1,x,y,2025-12-31,\n' > "$work/e" && part "$work/e" '\002' cleared list
printf 'R0001,confirmed,seen\n"l:x",CLEARED,\nl:y,open,"a, b"\n' > "$work/e" && part "$work/e" '\003' outcomes list
printf '[entity]\nperson=core\nclaim=sensitive\ninstitution=sensitive\n[column]\nname=sensitive\nregion=general\n[mask]\nfrom=sensitive\n' > "$out/policy/all"
printf '[entity]\nperson=general\n' > "$out/policy/open"
for kind in old text doctype cut columns; do
  /usr/bin/python3 "$root/tests/claims/make_xlsx.py" $kind "$work/e"
  part "$work/e" '\0' $kind sheet
done
python3 - "$out/sheet" << 'PY'
import io, sys, zipfile
archive = zipfile.ZipFile(io.BytesIO(open(sys.argv[1] + "/old", "rb").read()[1:])) # made above, behind one byte
parts = [archive.read("xl/" + name) for name in ("worksheets/sheet1.xml", "sharedStrings.xml", "styles.xml", "workbook.xml")]
open(sys.argv[1] + "/parts", "wb").write(b"\x01" + b"\x1e".join(parts))
PY

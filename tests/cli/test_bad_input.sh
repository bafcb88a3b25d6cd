#!/usr/bin/env bash
# Bad input: the exit code, what is said (file, line, reason), and nothing half-written.
cd "$(dirname "$0")" || exit 1
. ./cli.sh

# ---- input that cannot be used: nothing is written ----

begin "a place whose folder is not there is named"
printf 'person_id,institution_id,time\np1,i1,2025-01-01\n' > "$D/one.csv"
run 1 analyze "$D/one.csv" -o "$D/none/case"
file_has "$T/err" "'$D/none/case' cannot be made: there is no folder '$D/none'; create it first"
holds "$D" one.csv

begin "a file that is not there"
run 1 analyze "$D/none.csv" -o "$D/case"
says none.csv
holds "$D"

begin "one file of two is not there"
claims 100 > "$D/a.csv"
run 1 analyze "$D/a.csv" "$D/none.csv" -o "$D/case"
says none.csv
holds "$D" a.csv

begin "an empty file"
: > "$D/a.csv"
run 3 analyze "$D/a.csv" -o "$D/case"
says a.csv empty
holds "$D" a.csv

begin "empty stdin"
run 3 analyze - -o "$D/case" < /dev/null
holds "$D"

begin "a folder without claims"
mkdir "$D/in"
run 1 analyze "$D/in" -o "$D/case"
holds "$D" in

begin "no usable columns"
printf 'psn,shop,day\n1,2,3\n' > "$D/a.csv"
run 3 analyze "$D/a.csv" -o "$D/case"
says a.csv "no column for" institution_id "psn, shop, day" --map "institution_id=shop"
holds "$D" a.csv

begin "random bytes"
awk 'BEGIN { x = 7; for (i = 0; i < 200000; i++) { x = (x * 1103515245 + 12345) % 2147483648; printf "%c", int(x / 65536) % 256 } }' > "$D/a.csv"
run 3 analyze "$D/a.csv" -o "$D/case"
says a.csv
holds "$D" a.csv

begin "a spreadsheet instead of text"
printf 'PK\003\004xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' > "$D/a.csv"
run 3 analyze "$D/a.csv" -o "$D/case"
says a.csv
holds "$D" a.csv

begin "a gz file cut off"
claims 20000 | gzip > "$D/whole.gz"
head -c 40000 "$D/whole.gz" > "$D/a.csv.gz"
rm "$D/whole.gz"
run 1 analyze "$D/a.csv.gz" -o "$D/case"
says a.csv.gz
holds "$D" a.csv.gz

begin "a zst file cut off"
claims 20000 | zstd -q > "$D/whole.zst"
head -c 30000 "$D/whole.zst" > "$D/a.csv.zst"
rm "$D/whole.zst"
run 1 analyze "$D/a.csv.zst" -o "$D/case"
says a.csv.zst
holds "$D" a.csv.zst

begin "a gz file with a wrong checksum"
claims 2000 | gzip > "$D/a.csv.gz"
size=$(stat -c %s "$D/a.csv.gz")
printf '\001\002\003\004' | dd of="$D/a.csv.gz" bs=1 seek=$((size - 8)) conv=notrunc 2> /dev/null
run 1 analyze "$D/a.csv.gz" -o "$D/case"
says a.csv.gz
holds "$D" a.csv.gz

# ---- rows that cannot be used ----

begin "every row is bad"
printf 'person_id,institution_id,time,amount\n' > "$D/a.csv"
for i in 1 2 3 4 5 6 7 8 9; do printf 'p%d,P1,yesterday,1.00\n' $i; done >> "$D/a.csv"
run 3 analyze "$D/a.csv" -o "$D/case"
says a.csv "time of 9 bytes is no time"
holds "$D" a.csv case.rejects.csv
is "rejected rows" "$(rows_of "$D/case.rejects.csv")" 9

begin "every row is bad and rejects are allowed"
printf 'person_id,institution_id,time,amount\n,P1,2025-01-01,1\n' > "$D/a.csv"
run 3 analyze "$D/a.csv" -o "$D/case" --allow-rejects
holds "$D" a.csv case.rejects.csv

begin "too many bad rows"
{ claims 200; for i in 1 2 3 4; do echo "x$i,p1,P1,2025-03-01 10:00,d1,12x"; done; for i in 5 6 7; do echo "x$i,,P1,2025-03-01 10:00,d1,1.00"; done; } > "$D/a.csv"
run 3 analyze "$D/a.csv" -o "$D/case"
says "a.csv:202" "'12x' is not a number" --allow-rejects
is "examples on the terminal" "$(grep -c 'a\.csv:20[0-9]' "$T/err")" 5
holds "$D" a.csv case.rejects.csv
is "rejected rows" "$(rows_of "$D/case.rejects.csv")" 7
if grep -qE 'p1,|x1' "$D/case.rejects.csv"; then fail "rejects.csv shows a raw row"; fi
if [ "$(stat -c %a "$D/case.rejects.csv")" != 600 ]; then fail "rejects.csv is readable by others"; fi

begin "too many bad rows, allowed"
{ claims 200; for i in 1 2 3 4 5 6 7; do echo "x$i,p1,P1,2025-03-01 10:00,d1,12x"; done; } > "$D/a.csv"
run 0 analyze "$D/a.csv" -o "$D/case" --allow-rejects
is "rejected rows" "$(rows_of "$D/case/rejects.csv")" 7
if [ -e "$D/case.rejects.csv" ]; then fail "rejects beside a case that was written"; fi

begin "a few bad rows do not stop the run"
{
  claims 3000
  echo "x1,p1,P1,2025-03-01 10:00,d1,12345678901234567890.00" # line 3002: 20 digits
  printf 'x2,p\0001,P1,2025-03-01 10:00,d1,1.00\n'             # a NUL byte
  printf 'x3,p1,P1,2025-03-01 10:00,d\377\376,1.00\n'          # not UTF-8
  echo "x4,p1,P1,2025-03-01 10:00"                             # fields
  echo "x5,p1,P1,2025-02-30 10:00,d1,1.00"                     # no such date
  echo "x6,p1,P1,1815-06-18 10:00,d1,1.00"                     # out of range
} > "$D/a.csv"
run 0 analyze "$D/a.csv" -o "$D/case"
is "rejected rows" "$(rows_of "$D/case/rejects.csv")" 6
for line in 3002 3003 3004 3005 3006 3007; do file_has "$D/case/rejects.csv" "^a\.csv,$line,"; done
whole "$D/case"

begin "one claim id with two contents"
{ claims 3000; claims 1 | sed -n 2p | sed 's/,P01,/,P77,/'; claims 2 | sed -n 3p; } > "$D/a.csv"
run 0 analyze "$D/a.csv" -o "$D/case"
is "rejected rows" "$(rows_of "$D/case/rejects.csv")" 1
file_has "$D/case/rejects.csv" '^a\.csv,(2|3002),conflict' # which of the two depends on their content, not on their order
says "1 repeated" "1 rejected"

# ---- odd but usable ----

begin "a header only"
claims 0 > "$D/a.csv"
run 0 analyze "$D/a.csv" -o "$D/case"
is "leads" "$(rows_of "$D/case/rings.csv")" 0
says "0 rows read" "0 used"
whole "$D/case"

begin "one person on every line"
awk 'BEGIN { print "claim_id,person_id,institution_id,time,drug_code,amount"
  for (i = 0; i < 60000; i++) printf "c%d,p1,P%02d,2025-%02d-%02d %02d:%02d:%02d,d%d,1.00\n", i, i % 40, 1 + i % 12, 1 + i % 28, i % 24, i % 60, i % 59, i % 300 }' > "$D/a.csv"
LIMIT=60 run 0 analyze "$D/a.csv" -o "$D/case"
says "60,000 used"
whole "$D/case"

begin "sixty thousand claims in one second at one outlet"
awk 'BEGIN { print "claim_id,person_id,institution_id,time,drug_code,amount"
  for (i = 0; i < 60000; i++) printf "c%d,p%d,P1,2025-03-01 10:00:00,d%d,1.00\n", i, i, i % 300 }' > "$D/a.csv"
LIMIT=60 run 0 analyze "$D/a.csv" -o "$D/case"
says "60,000 used"
whole "$D/case"

begin "sixty thousand people in one second at one outlet, three times"
awk 'BEGIN { print "claim_id,person_id,institution_id,time,drug_code,amount"
  for (i = 0; i < 180000; i++) printf "c%d,p%d,P1,2025-03-0%d 10:00:00,d%d,1.00\n", i, i % 60000, 1 + int(i / 60000), i % 300 }' > "$D/a.csv"
LIMIT=60 run 0 analyze "$D/a.csv" -o "$D/case"
says "180,000 used" "not examined" "P1"
file_has "$D/case/manifest.json" '"entity_id": "P1"'
whole "$D/case"

begin "an unclosed quote before five megabytes"
{ claims 3000; printf 'x1,"p1,P1,2025-03-01 10:00,d1,1.00\n'; claims 130000 5000 | tail -n +2; } > "$D/a.csv"
[ "$(stat -c %s "$D/a.csv")" -gt 5000000 ] || fail "the file is too small for what it tests"
run 0 analyze "$D/a.csv" -o "$D/case"
is "rejected rows" "$(rows_of "$D/case/rejects.csv")" 1
file_has "$D/case/rejects.csv" '^a\.csv,3002,'
says "133,001 rows read" "133,000 used"

begin "an unclosed quote on one line of five megabytes"
{ claims 3000; printf 'x1,"p1'; head -c 5500000 /dev/zero | tr '\0' x; printf '\n'; claims 10 5000 | tail -n +2; } > "$D/a.csv"
run 0 analyze "$D/a.csv" -o "$D/case"
is "rejected rows" "$(rows_of "$D/case/rejects.csv")" 1
file_has "$D/case/rejects.csv" '^a\.csv,3002,'
says "3,011 rows read" "3,010 used"

begin "the same file given twice"
ring_claims > "$D/a.csv"
run 0 analyze "$D/a.csv" -o "$D/once"
[ "$(rows_of "$D/once/rings.csv")" -gt 0 ] || fail "no ring to compare"
n=$(sed -nE 's/^balance +([0-9,]+) rows read.*/\1/p' "$T/err" "$T/out" | head -n 1)
run 0 analyze "$D/a.csv" "$D/a.csv" -o "$D/twice" --mask-key "$D/once.key"
says "$n used" "$n repeated"
is "digest" "$(digest_of "$D/twice")" "$(digest_of "$D/once")"

begin "overlapping monthly files"
PLAIN=1 ring_claims > "$D/all.csv"
n=$(rows_of "$D/all.csv")
head -n 6001 "$D/all.csv" > "$D/march.csv"
{ head -n 1 "$D/all.csv"; tail -n +5502 "$D/all.csv"; } > "$D/april.csv"
run 0 analyze "$D/all.csv" -o "$D/one"
[ "$(rows_of "$D/one/rings.csv")" -gt 0 ] || fail "no ring to compare"
run 0 analyze "$D/march.csv" "$D/april.csv" -o "$D/two" --mask-key "$D/one.key"
says " 500 repeated"
is "digest" "$(digest_of "$D/two")" "$(digest_of "$D/one")"
is "evidence" "$(cut -d, -f 1,4- "$D/two/evidence.csv" | sha256sum)" "$(cut -d, -f 1,4- "$D/one/evidence.csv" | sha256sum)"

# ---- places that cannot be written ----

begin "an output folder below a file"
claims 100 > "$D/a.csv"
run 1 analyze "$D/a.csv" -o "$D/a.csv/case"
says "a.csv/case"
holds "$D" a.csv

begin "an output folder that is a file"
claims 100 > "$D/a.csv"
echo precious > "$D/case"
run 2 analyze "$D/a.csv" -o "$D/case"
is "the file" "$(cat "$D/case")" precious

begin "an output folder that is no case"
claims 100 > "$D/a.csv"
mkdir "$D/case"
echo precious > "$D/case/thesis.txt"
run 2 analyze "$D/a.csv" -o "$D/case"
is "the file in it" "$(cat "$D/case/thesis.txt")" precious
is "what stands in it" "$(ls -A "$D/case")" thesis.txt

begin "a parent folder that is not there"
claims 100 > "$D/a.csv"
run 1 analyze "$D/a.csv" -o "$D/no/such/case"
says "no/such"
holds "$D" a.csv

if [ -w /dev/full ]; then
  begin "a graph onto a full disk"
  claims 5000 > "$D/a.csv"
  run 0 graph "$D/a.csv" -o -
  file_has "$T/out" "</graphml>"
  timeout 900 "$RINGSCOPE" graph "$D/a.csv" -o - > /dev/full 2> "$T/err" && fail "a full disk goes unnoticed"
fi

# ---- the machine ----

begin "what a refused run left is no claims file"
mkdir "$D/in"
claims 100 > "$D/in/a.csv"
echo "file,line,reason,raw" > "$D/in/case.rejects.csv"
run 0 analyze "$D/in" -o "$D/case"
says "100 rows read"

begin "more files than are listed"
mkdir "$D/in"
for i in $(seq 30); do claims 5 $((i * 5)) > "$D/in/$i.csv"; done
run 0 analyze "$D/in" -o "$D/case"
says "150 rows read" "... and 10 more files"

begin "names that steer the terminal"
claims 100 > "$D/$(printf 'a\033[31m.csv')"
run 0 analyze "$D" -o "$D/case"
says 'a?[31m.csv'
run 1 analyze "$D/$(printf 'b\033[31m.csv')" -o "$D/case"
says 'b?[31m.csv'
says_not "$(printf '\033')"

begin "standard output is full"
claims 100 > "$D/a.csv"
code=0
"$RINGSCOPE" map "$D/a.csv" > /dev/full 2> "$T/err" || code=$?
is "the exit code" "$code" 1
says "standard output: cannot write"

begin "the encoding is said before the reading"
ring_claims | iconv -f UTF-8 -t GB18030 > "$D/a.csv"
run 0 analyze "$D/a.csv" -o "$D/case" --quiet
run 0 analyze "$D/a.csv" -o "$D/case"
file_has "$T/err" "a.csv: GB18030,"

begin "hardly any memory"
claims 2000 > "$D/a.csv"
export OPENBLAS_NUM_THREADS=1 # what there is at the start is then the same however many processors there are
for kilobytes in 105000 120000 140000 150000 155000 160000 200000 260000; do
  (ulimit -v $kilobytes && "$RINGSCOPE" --version > /dev/null 2>&1) || continue # a sanitizer needs more than that
  code=0
  (ulimit -v $kilobytes && exec timeout 900 "$RINGSCOPE" analyze "$D/a.csv" -o "$D/case" --threads 2 > /dev/null 2> "$T/err") || code=$?
  case $code in
    0) whole "$D/case"; rm -rf "$D/case" "$D/case.key" "$D/case.ids" ;;
    4 | 134) rm -f "$D/case.lock"; holds "$D" a.csv ;; # 134: GLib ends the program by itself when a lock gets no memory; with no memory at all the lock, which nobody holds, may stay
    139) # GLib asks for memory to say that there is none, without end, where not even 100 bytes are left: no case, and the next run tidies up
      [ ! -e "$D/case" ] || fail "a case after the end by $kilobytes kB"
      run 0 analyze "$D/a.csv" -o "$D/case"
      whole "$D/case"
      rm -rf "$D/case" "$D/case.key" "$D/case.ids"
      holds "$D" a.csv ;;
    *) fail "exit $code with $kilobytes kB" ;;
  esac
done
unset OPENBLAS_NUM_THREADS

finish

#!/usr/bin/env bash
# Wrong usage ends with 2 and a suggestion; help and version go to stdout and end with 0.
cd "$(dirname "$0")" || exit 1
. ./cli.sh

begin "help is a result"
run 0 --help
file_has "$T/out" analyze
is "stderr" "$(cat "$T/err")" ""
for command in analyze explain export verify graph map simulate score; do
  run 0 "$command" --help
  file_has "$T/out" "$command"
  is "stderr of $command --help" "$(cat "$T/err")" ""
done

begin "version is a result"
run 0 --version
file_has "$T/out" '^ringscope [0-9]+\.[0-9]+'

begin "wrong usage"
claims 10 > "$D/a.csv"
run 2
run 2 anlyze "$D/a.csv"
says "did you mean 'analyze'?"
run 2 --lang en analyze "$D/a.csv"
says "'--lang' stands before the command"
run 2 analyze -o "$D/case"
run 2 analyze "$D/a.csv"
says "-o"
run 2 analyze "$D/a.csv" -o "$D/case" --patern batch
says "--pat"
run 2 analyze "$D/a.csv" -o "$D/case" --patterns crossregon
says "did you mean 'crossregion'?"
run 2 analyze "$D/a.csv" -o "$D/case" --map nsha
says "did you mean 'nhsa'?"
run 2 analyze "$D/a.csv" -o "$D/case" --since tomorrow
run 2 analyze "$D/a.csv" -o "$D/case" --since 2025-03-02 --until 2025-03-01
for threads in -1 0 65 two; do run 2 analyze "$D/a.csv" -o "$D/case" --threads $threads; done
run 2 analyze "$D/a.csv" -o "$D/case" --unmask
says "--authority"
run 2 analyze "$D/a.csv" -o "$D/case" --lang fr
run 2 analyze "$D/a.csv" -o "$D/case" --memory lots
holds "$D" a.csv

begin "a mapping or key that is none"
claims 10 > "$D/a.csv"
echo nonsense > "$D/my.ini"
run 1 analyze "$D/a.csv" -o "$D/case" --map "$D/none.ini"
says none.ini
run 3 analyze "$D/a.csv" -o "$D/case" --map "$D/my.ini"
says my.ini
run 3 analyze "$D/a.csv" -o "$D/case" --mask-key "$D/my.ini"
says my.ini
run 1 analyze "$D/a.csv" -o "$D/case" --mask-key "$D/none.key"
holds "$D" a.csv my.ini

begin "attribute tables that cannot be used"
claims 10 > "$D/a.csv"
: > "$D/p.csv"
run 3 analyze "$D/a.csv" -o "$D/case" --persons "$D/p.csv"
says p.csv
run 1 analyze "$D/a.csv" -o "$D/case" --doctors "$D/none.csv"
says none.csv
holds "$D" a.csv p.csv

begin "a mapping is proposed and then used"
claims 2000 | sed '1s/.*/line_no,card_holder,shop,occurred,article,total/' > "$D/foreign.csv"
run 3 analyze "$D/foreign.csv" -o "$D/case"
says "no column for" "ringscope map"
run 0 map "$D/foreign.csv"
cp "$T/out" "$D/my.ini"
file_has "$D/my.ini" '^person_id=card_holder'
file_has "$D/my.ini" '^institution_id=shop'
file_has "$D/my.ini" '^time=occurred'
run 0 analyze "$D/foreign.csv" --map "$D/my.ini" -o "$D/case"
says "2,000 used"

begin "what analyze says, for scripts"
claims 100 > "$D/a.csv"
run 0 analyze "$D/a.csv" -o "$D/case" --json
is "the digest" "$(grep -oE '"result_digest": "[0-9a-f]{64}"' "$T/out" | grep -oE '[0-9a-f]{64}')" "$(digest_of "$D/case")"
file_has "$T/out" '"used": 100,'
cp "$T/out" "$T/first"
run 0 analyze "$D/a.csv" -o "$D/case" --json
cmp -s "$T/out" "$T/first" || fail "not the same bytes twice"

begin "a mapping for what is piped in"
claims 100 > "$D/a.csv"
"$RINGSCOPE" map - < "$D/a.csv" > "$T/out" 2> "$T/err" || fail "map - ended with $?"
says "person_id=person_id"

finish

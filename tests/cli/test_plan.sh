#!/usr/bin/env bash
# plan: rows, memory, time and disk from a sample; a polite no before a run that cannot fit.
. "$(dirname "$0")/cli.sh"
number() { grep -oE "\"$1\": [0-9]+" "$T/out" | grep -oE '[0-9]+$'; }

begin "a small file is counted"
claims 1000 > "$D/a.csv"
run 0 plan "$D/a.csv"
says "rows       1,000;" "memory" "time" "disk"
holds "$D" a.csv
run 0 plan "$D/a.csv" --json
is "rows" "$(number rows)" 1000
says '"exact": true' '"fits": true'

begin "a pipe is read once, a file twice"
claims 3000 > "$D/a.csv"
run 0 plan "$D/a.csv" --json
rows=$(number rows)
timeout 300 "$RINGSCOPE" plan - --json < <(cat "$D/a.csv") > "$T/out" 2> "$T/err" || fail "exit code $?"
is "rows" "$(number rows)" "$rows"
is "rows" "$rows" 3000

begin "a large file is estimated within a fifth, compressed or not"
claims 400000 > "$D/a.csv"
gzip -1 -k "$D/a.csv"
for file in a.csv a.csv.gz; do
  run 0 plan "$D/$file" --json
  rows=$(number rows)
  [ "$rows" -ge 320000 ] && [ "$rows" -le 480000 ] || fail "$rows rows of 400,000 in $file"
done
run 0 plan "$D/a.csv.gz" --lang zh
rm "$D"/*

begin "many small files are estimated within a fifth, though each is read ahead of what is looked at"
awk -v dir="$D" 'BEGIN {
  for (f = 0; f < 20; f++) {
    file = sprintf("%s/%02d.csv", dir, f)
    print "claim_id,person_id,institution_id,time,drug_code,drug_name,amount" > file
    for (i = 0; i < 40000; i++)
      printf "c%d,p%d,P%02d,2025-03-%02d %02d:%02d:00,d%d,药%d,%d.%02d\n", f * 40000 + i, i * 7919 % 50021, i % 9, 1 + i % 28, 8 + i % 10, i % 60, i % 5, i % 5, 10 + i % 90, i % 100 > file
    close(file)
  }
}'
mkdir "$D/gz" "$D/gb"
for file in "$D"/*.csv; do
  gzip -1 -c "$file" > "$D/gz/$(basename "$file").gz"
  iconv -f UTF-8 -t GB18030 "$file" > "$D/gb/$(basename "$file")"
done
for folder in "" gz gb; do
  run 0 plan "$D/$folder" --json
  rows=$(number rows)
  [ "$rows" -ge 640000 ] && [ "$rows" -le 960000 ] || fail "$rows rows of 800,000 in folder '$folder'"
  says '"exact": false'
done
rm -r "${D:?}"/*

begin "what cannot fit is refused, with what would help"
awk 'BEGIN { print "claim_id,person_id,institution_id,time,amount"
  for (i = 0; i < 300000; i++) printf "c%d,p%d,P%d,2025-03-%02d %02d:%02d:%02d,5.00\n", i, i / 3, i % 90, 1 + i % 28, i % 24, i % 60, i % 59 }' > "$T/b.csv"
run 4 plan "$T/b.csv" --memory 50M
says "would not fit" "at least" "--since"
run 0 plan "$T/b.csv" --memory 60M
says "temporary" "should be free" "time       about"
run 0 plan "$T/b.csv" --memory 60M --json
[ "$(number temporary)" -gt 0 ] && [ "$(number temporary_free)" -gt "$(number temporary)" ] || fail "what should be free is not more than what is expected"
run 1 plan "$T/b.csv" --memory 60M --temp "$D/nowhere"
says "$D/nowhere" "--temp"
run 4 plan "$T/b.csv" --memory 50M --json
says '"fits": false'

begin "outlets whose hours a limit has no room for are refused by both, with the rest of the files in mind"
awk 'BEGIN { print "claim_id,person_id,institution_id,time,amount"
  for (i = 0; i < 400000; i++) printf "c%d,p%d,P%d,2025-03-%02d %02d:%02d:%02d,5.00\n", i, i / 3, (i * 7919) % 120011, 1 + i % 28, i % 24, i % 60, i % 59 }' > "$T/many.csv"
run 4 analyze "$T/many.csv" -o "$D/case" --memory 1500M
says "outlets"
run 4 plan "$T/many.csv" --memory 1500M
says "outlets" "would have to be"
run 0 plan "$T/many.csv" --memory 2G

begin "analyze needs the disk where plan says so"
for limit in 71M 73M; do # 84 bytes a line and 48 MiB are 72 MiB
  run 0 plan "$T/b.csv" --memory $limit --json
  if [ "$(number temporary)" -gt 0 ]; then code=1; else code=0; fi
  is "whether more than $limit is needed" "$code" "$([ $limit = 71M ] && echo 1 || echo 0)"
  run $code analyze "$T/b.csv" -o "$D/case" --memory $limit --temp "$D/nowhere"
done

begin "what analyze cannot read, plan cannot either"
run 1 plan "$D/none.csv"
printf 'nothing\n1\n' > "$D/b.csv"
run 3 plan "$D/b.csv"

finish

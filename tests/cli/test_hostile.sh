#!/usr/bin/env bash
# Claims, lists and settings made by an attacker: whatever stands in them, no output acts, no message steers the terminal, and no file that is none is waited
# for or read without end.
cd "$(dirname "$0")" || exit 1
. ./cli.sh
here=$PWD
E=$'\x1b]0;owned\x07\x1b[31m\u202e\u009b31m'

PLAIN=1 ring_claims > "$T/plain.csv"
python3 "$here/hostile.py" make "$T/plain.csv" "$T/hostile.csv"

begin "ids that are markup, formulas, scripts, steering characters and paths"
O=$D/out
mkdir "$O"
said() { cat "$T/out" "$T/err" >> "$O/$1.said"; }
run 0 analyze "$T/hostile.csv" -o "$O/case" --unmask --authority "A$E<script>" --operator "$E" --dossiers && said analyze
[ "$(rows_of "$O/case/rings.csv")" -gt 0 ] || fail "no ring: too tame a test"
for format in graphml gexf csv neo4j i2 xlsx html; do run 0 export "$O/case" --format $format -o "$O/x.$format" && said export; done
for lang in en zh; do
  run 0 explain "$O/case" R0001 --lang $lang && said explain
  run 0 explain "$O/case" R0001 --lang $lang --json && cp "$T/out" "$O/explain-$lang.json"
  run 0 dossier "$O/case" R0001 --lang $lang -o "$O/dossier-$lang.html" && said dossier
done
python3 - "$O/case/members.csv" "$RINGSCOPE" "$O" << 'P' || fail "an id of the case cannot be explained"
import csv, subprocess, sys
bad = 0
for i, row in enumerate(csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8"))):
    got = subprocess.run([sys.argv[2], "explain", sys.argv[3] + "/case", row["entity_type"] + ":" + row["entity_id"]], capture_output=True)
    open(f"{sys.argv[3]}/entity{i}.said", "wb").write(got.stdout + got.stderr)
    bad |= got.returncode
sys.exit(bad)
P
run 0 verify "$O/case" && said verify
run 0 diff "$O/case" "$O/case" && said diff
run 0 map "$T/hostile.csv" && said map
run 0 analyze "$T/hostile.csv" -o "$O/masked" && said masked
[ ! -e /tmp/evil ] && [ -z "$(find "$D" -name 'passwd*')" ] || fail "an id has become a file"
is "what acts" "$(python3 "$here/hostile.py" check "$O" 2>&1)" ""

begin "messages about hostile files do not steer the terminal"
claims 300 > "$D/good.csv"
head='person_id,institution_id,time'
for i in 1 2 3 4 5 6 7 8 9; do printf 'p%d,P1,2025-01-01,12%s\n' $i "$E"; done | sed "1i$head,amount" > "$D/amount.csv"
for i in 1 2 3 4 5 6 7 8 9; do printf 'p%d,P1,20%s25\n' $i "$E"; done | sed "1i$head" > "$D/time.csv"
printf 'person%s,shop%s,x\n1,2,3\n' "$E" "$E" > "$D/head.csv"
printf '[columns]\nperson_id=a\n%s=b\n' "$E" > "$D/1.ini"
printf '[%s]\na=b\n' "$E" > "$D/2.ini"
printf '%s\n' "$E" > "$D/3.ini"
printf '[entity]\n%s=core\n' "$E" > "$D/4.ini"
printf '[entity]\nperson=%s\n' "$E" > "$D/5.ini"
printf 'type,id,note\n%s,a,b\n' "$E" > "$D/watch.csv"
printf 'subject,reason,by,until,group\nperson:p1,r,b,20%s,g\n' "$E" > "$D/cleared.csv"
printf 'ring_id,pattern,entity_type,entity_id\n1,%s,person,p1\n1,batch,%s,p1\n' "$E" "$E" > "$D/truth.csv"
printf 'lead_key,outcome,note\na,%s,x\n' "$E" > "$D/outcomes.csv"
printf '%s' "$E" > "$D/key"
cp -r "$O/case" "$D/case"
while read -r -a words; do
  code=0
  (cd "$D" && timeout 900 "$RINGSCOPE" "${words[@]//E/$E}" > "$T/out" 2> "$T/err") || code=$?
  case $code in 1 | 2 | 3 | 5) ;; *) fail "exit $code: ${words[*]}" ;; esac
  if LC_ALL=C.UTF-8 grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae' < <(LC_ALL=C cat "$T/out" "$T/err"); then fail "steered by: ${words[*]}"; fi
  if grep -qaP "$(printf '\x1b|\x07|\xc2\x9b|\xe2\x80\xae')" "$T/out" "$T/err"; then fail "steered by: ${words[*]}"; fi
done << 'LIST'
analyze amount.csv -o x
analyze time.csv -o x
analyze head.csv -o x
analyze good.csv -o x --map 1.ini
analyze good.csv -o x --map 2.ini
analyze good.csv -o x --map 3.ini
analyze good.csv -o x --map E
analyze good.csv -o x --policy 3.ini
analyze good.csv -o x --policy 4.ini
analyze good.csv -o x --policy 5.ini
analyze good.csv -o x --watch watch.csv
analyze good.csv -o x --cleared cleared.csv
analyze good.csv -o x --persons head.csv
analyze good.csv -o x --mask-key key
analyze good.csv -o x --since E
analyze good.csv -o x --patterns E
analyze good.csv -o x --memory E
analyze good.csv -o E/x
analyze good.csv -o x --E
analyze E -o x
score case --truth truth.csv
score case --outcomes outcomes.csv
explain case E
explain case person:E
export case --format E -o y
export case --format gexf --ring E -o y
verify E
verify good.csv --public-key key
seal case --key key -o y
graph good.csv -o y.graphml --ego person:E
E
help E
LIST

begin "settings beyond all measure"
printf '[columns]\nperson_id=%s\n' "$(head -c 900000 /dev/zero | tr '\0' a)" > "$D/long.ini"
{ echo '[columns]'; seq 40000 | sed 's/.*/person_id=&/'; } > "$D/many.ini"
printf '[columns]\nperson_id=\ninstitution_id=;;;\ntime=\\\n' > "$D/none.ini"
head -c 2000000 /dev/zero | tr '\0' '#' > "$D/large.ini"
claims 300 > "$D/a.csv"
for ini in long many none large; do
  code=0
  timeout 900 "$RINGSCOPE" analyze "$D/a.csv" -o "$D/case" --map "$D/$ini.ini" > "$T/out" 2> "$T/err" || code=$?
  case $code in 1 | 2 | 3) ;; *) fail "exit $code with $ini.ini" ;; esac
  [ ! -e "$D/case" ] || fail "a case by $ini.ini"
done
for value in 0 -1 1e400 99999999999999999999 18446744073709551616 nan 0x10 ''; do
  for option in threads top memory seed; do
    code=0
    timeout 900 "$RINGSCOPE" analyze "$D/a.csv" -o "$D/case" --$option "$value" > "$T/out" 2> "$T/err" || code=$?
    case $code in 0 | 2 | 4) ;; *) fail "exit $code with --$option '$value'" ;; esac
    rm -rf "$D"/case*
  done
done
awk 'BEGIN { for (i = 0; i < 3000; i++) printf "column%d,", i; print "person_id,institution_id,time"; for (i = 0; i < 3000; i++) printf "x,"; print "p,P,2025-01-01" }' > "$D/wide.csv"
run 0 map "$D/wide.csv"

begin "files that are none, or have no end"
claims 300 > "$D/a.csv"
mkdir "$D/folder" && cp "$D/a.csv" "$D/folder" && mkfifo "$D/folder/b.csv" && mkdir "$D/folder/c.csv"
run 0 analyze "$D/folder" -o "$D/case"
says "300 rows read"
ln -s loop "$D/loop"
for file in /dev/zero /dev/null "$D/loop" "$D/folder/c.csv"; do
  for words in "analyze $file -o $D/x" "map $file" "plan $file" "analyze $D/a.csv -o $D/x --map $file.ini" "analyze $D/a.csv -o $D/x --policy $file" "analyze $D/a.csv -o $D/x --persons $file" \
    "analyze $D/a.csv -o $D/x --settlements $file" "analyze $D/a.csv -o $D/x --watch $file" "analyze $D/a.csv -o $D/x --cleared $file" "analyze $D/a.csv -o $D/x --mask-key $file" \
    "analyze $D/a.csv -o $D/x --former $file" "score $D/case --truth $file" "score $D/case --outcomes $file" "verify $file" "verify $D/a.csv --public-key $file" "seal $D/case --key $file -o $D/y" \
    "explain $file R0001"; do
    [ "$words" != "analyze $D/a.csv -o $D/x --policy /dev/null" ] || continue # a policy that says nothing
    code=0
    (ulimit -t 60; exec timeout 900 "$RINGSCOPE" $words > "$T/out" 2> "$T/err") || code=$?
    case $code in 1 | 2 | 3) ;; *) fail "exit $code: $words" ;; esac
    [ ! -e "$D/x" ] || fail "a case: $words"
  done
done
run 0 analyze "$D/a.csv" -o "$D/case" --map <("$RINGSCOPE" map "$D/a.csv" 2> /dev/null) # a pipe is as good as a file
if [ "$(uname)" = Linux ]; then
  code=0
  head -c 300000000 /dev/zero | timeout 900 "$RINGSCOPE" analyze - -o "$D/z" --memory 64M --temp "$D" > "$T/out" 2> "$T/err" || code=$?
  is "exit for zeros without end" "$code" 3
fi

finish

#!/usr/bin/env bash
# The bundled city, as quickstart.sh runs it: rings are found, innocent groups are not taken for rings, in any number of threads.
cd "$(dirname "$0")" || exit 1
. ./cli.sh
city=$PWD/../../datasets/city
tables=(--persons "$city/persons.csv.gz" --doctors "$city/doctors.csv" --institutions "$city/institutions.csv" --drugs "$city/drugs.csv")

begin "planted rings are found"
run 0 analyze "$city/claims.csv.gz" "${tables[@]}" -o "$D/case"
whole "$D/case"
run 0 score "$D/case" --truth "$city/truth.csv" --innocent "$city/innocent.csv"
leads=$(sed -nE 's/^rings +[0-9]+ +leads +([0-9]+).*/\1/p' "$T/out")
hits=$(sed -nE 's/^rings .* hits +([0-9]+).*/\1/p' "$T/out")
[ "${leads:-0}" -gt 0 ] || fail "no leads"
[ "${hits:-0}" -ge 3 ] || fail "only ${hits:-0} hits"
[ $((hits * 2)) -ge "$leads" ] || fail "$hits hits of $leads leads: more wrong than right"
innocent=$(sed -nE 's/.*in the whole list: ([0-9]+).*/\1/p' "$T/out")
[ $((${innocent:-99} * 5)) -le "$leads" ] || fail "${innocent:-no count of} innocent groups among $leads leads"

begin "facts add up to the score"
C=$T/planted_rings_are_found/case
name_of_score=$(head -n 1 "$C/rings.csv" | tr , '\n' | grep -n '^score$' | cut -d: -f 1)
tail -n +2 "$C/rings.csv" | cut -d, -f "1,$name_of_score" | sort > "$T/scores"
# points is the sixth field; the text behind it may hold commas, the fields before it do not.
tail -n +2 "$C/facts.csv" | awk -F, '{ sum[$1] += $6 } END { for (ring in sum) print ring "," sum[ring] }' | sort > "$T/sums"
cmp -s "$T/scores" "$T/sums" || fail "$(diff "$T/scores" "$T/sums" | head -n 4)"

begin "evidence names real lines"
gzip -dc "$city/claims.csv.gz" > "$T/claims.csv"
run 0 analyze "$city/claims.csv.gz" "${tables[@]}" -o "$D/clear" --unmask --authority test
tail -n +2 "$D/clear/evidence.csv" | cut -d, -f 2-4 | head -n 300 | while IFS=, read -r file line claim; do
  seen=$(sed -n "${line}p" "$T/claims.csv" | cut -d, -f 1)
  [ "$file" = claims.csv.gz ] && [ "$seen" = "$claim" ] || echo "$file:$line is $seen, not $claim"
done > "$T/wrong"
is "wrong lines" "$(head -n 2 "$T/wrong")" ""
[ "$(rows_of "$D/clear/evidence.csv")" -gt 20 ] || fail "too little evidence"

begin "one thread and four"
run 0 analyze "$city/claims.csv.gz" "${tables[@]}" -o "$D/one" --threads 1 --mask-key "$C.key"
run 0 analyze "$city/claims.csv.gz" "${tables[@]}" -o "$D/four" --threads 4 --mask-key "$C.key"
for file in rings.csv members.csv facts.csv rules.csv graph.graphml evidence.csv; do
  cmp -s "$D/one/$file" "$D/four/$file" || fail "$file differs"
  cmp -s "$D/one/$file" "$C/$file" || fail "$file differs from the default"
done

begin "text is English unless asked"
LOCALE=C.UTF-8 run 0 analyze "$city/claims.csv.gz" "${tables[@]}" -o "$D/zh" --mask-key "$C.key" --lang zh
grep -q "集中" "$D/zh/facts.csv" || fail "facts are not Chinese with --lang zh"
cmp -s "$D/zh/members.csv" "$C/members.csv" || fail "members depend on the language"

finish

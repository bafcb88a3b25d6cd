#!/usr/bin/env bash
# export: every format, one ring or all; folders; the guard; and a part of the graph by ego and top.
cd "$(dirname "$0")" || exit 1
. ./cli.sh

PLAIN=1 ring_claims > "$T/claims.csv"
begin "a case to export"
run 0 analyze "$T/claims.csv" -o "$T/case" --quiet
MASKED=$(awk -F, '$1 == "R0001" && $2 == "person" { print $3; exit }' "$T/case/members.csv")
CLEAR=$(awk -F, -v id="$MASKED" '$2 == id { print $3 }' "$T/case.ids")
for file in leads.xlsx rings/R0001.gexf; do [ -s "$T/case/$file" ] || fail "no $file"; done

begin "every format, one ring and all"
for format in graphml gexf i2 xlsx; do
  run 0 export "$T/case" --format $format -o "$D/all.$format"
  run 0 export "$T/case" --format $format --ring R0001 -o "$D/one.$format"
  run 0 export "$T/case" -f $format --ring R0001 -o -
  cmp -s "$T/out" "$D/one.$format" || fail "$format on stdout differs"
done
for format in csv neo4j; do
  run 0 export "$T/case" --format $format --all -o "$D/all_$format"
  run 2 export "$T/case" --format $format -o "$D/all_$format"
  says "is there already"
  run 2 export "$T/case" --format $format -o -
done
cmp -s "$D/one.graphml" "$T/case/rings/R0001.graphml" || fail "the ring's GraphML is not the case's"
cmp -s "$D/one.gexf" "$T/case/rings/R0001.gexf" || fail "the ring's GEXF is not the case's"
cmp -s "$D/all.graphml" "$T/case/graph.graphml" || fail "the GraphML is not the case's"
holds "$D/all_csv" edges.csv nodes.csv
[ -s "$D/all_neo4j/import.txt" ] || fail "no import.txt"
if grep -qrF -e ",$CLEAR," "$D/all_csv" "$D/all.i2"; then fail "a clear id in an export"; fi
if [ -n "$(find "$D" -perm /077 -type f)" ]; then fail "others may read: $(find "$D" -perm /077 -type f)"; fi

begin "one file a ring"
run 0 export "$T/case" --format gexf --per-ring -o "$D/rings"
is "files" "$(find "$D/rings" -name '*.gexf' | wc -l)" "$(rows_of "$T/case/rings.csv")"
run 2 export "$T/case" --format gexf --per-ring -o "$D/rings"

begin "fewer nodes"
run 0 export "$T/case" --format gexf --top 12 -o "$D/top.gexf"
is "nodes" "$(grep -c '<node ' "$D/top.gexf")" 12
run 0 export "$T/case" --format graphml --top 12 -o "$D/top.graphml"
is "nodes" "$(grep -c '<node ' "$D/top.graphml")" 12

begin "what cannot be exported"
run 2 export "$T/case" --format gefx -o "$D/x"
says "did you mean 'gexf'?"
run 2 export "$T/case" -o "$D/x"
says "needs --format" "neo4j"
run 2 export "$T/case" --format gexf
run 2 export "$T/case" --format gexf --ring R0099 -o "$D/x"
says "no ring 'R0099'" "nearest"
run 2 export "$T/case" --format gexf --ring ../../etc -o "$D/x"
run 2 export "$T/case" --format gexf --ring R1 --all -o "$D/x"
run 1 export "$T/nothing" --format gexf -o "$D/x"
run 3 export "$T" --format gexf -o "$D/x"
for format in graphml gexf i2 xlsx; do
  run 1 export "$T/case" --format $format -o /dev/full
  run 1 export "$T/case" --format $format -o "$D/nowhere/x"
done
run 1 export "$T/case" --format csv -o "$D/nowhere/x"
holds "$D"

begin "a disk that is full leaves nothing behind"
# As large as a file may become.
tight() { (ulimit -f 4; exec "$RINGSCOPE" "$@") > "$T/out" 2> "$T/err"; is "exit of $1 $*" $? 1; }
for format in graphml gexf csv neo4j i2 xlsx html; do
  tight export "$T/case" --format $format -o "$D/x.$format"
  says "cannot write"
  says_not "partial"
  holds "$D"
done
tight export "$T/case" --format gexf --per-ring -o "$D/rings"
tight graph "$T/claims.csv" -o "$D/x.graphml"
tight graph "$T/claims.csv" --top 200 -o "$D/x.gexf"
tight analyze "$T/claims.csv" -o "$D/case"
holds "$D"

begin "one broken ring leaves no folder"
cp -r "$T/case" "$D/case"
echo broken > "$D/case/rings/R0001.graphml"
run 5 export "$D/case" --format csv --per-ring -o "$D/out"
holds "$D" case

begin "an id in an edited case leads nowhere"
cp -r "$T/case" "$D/case"
sqlite3 "$D/case/case.db" "update ring set ring_id = '../../R0001' where rank = 1"
run 3 export "$D/case" --format gexf --per-ring -o "$D/out"
says "strange id"

begin "for readers with special needs"
PLAIN=1 ring_claims | sed 's/,d19/,INF19/' > "$T/inf.csv"
STYLES=(--strict-graphml --gephi-guard --quiet-gephi)
run 0 analyze "$T/inf.csv" -o "$D/plain" --quiet --unmask --authority test
run 0 analyze "$T/inf.csv" -o "$D/styled" --quiet --unmask --authority test "${STYLES[@]}"
is "digest" "$(grep result_digest "$D/styled/manifest.json")" "$(grep result_digest "$D/plain/manifest.json")"
file_has "$D/plain/graph.graphml" 'label="BOUGHT"' '<data key="ref">INF19' 'id="g_run"'
for word in 'label="BOUGHT"' '<data key="ref">INF19' g_run g_ring; do
  if grep -qF "$word" "$D/styled/graph.graphml" "$D/styled/rings/R0001.graphml"; then fail "$word in a styled file"; fi
done
file_has "$D/styled/graph.graphml" "<data key=\"ref\">IN$(printf '\342\201\240')F19"
file_has "$D/styled/manifest.json" '"gephi_will_alter": 0' 'choose not to merge'
if grep -q '"gephi_will_alter": 0' "$D/plain/manifest.json"; then fail "INF is not counted"; fi
for format in gexf i2; do # what was put in for Gephi alone goes nowhere else
  run 0 export "$D/plain" --format $format -o "$D/plain.$format"
  run 0 export "$D/styled" --format $format -o "$D/styled.$format"
  cmp -s "$D/plain.$format" "$D/styled.$format" || fail "$format of the styled case differs"
done
run 0 export "$D/plain" --format graphml -o "$D/strict.graphml" "${STYLES[@]}"
says "not to merge"
if grep -qE '<edge [^>]* label=|g_run|>INF' "$D/strict.graphml"; then fail "not strict"; fi
run 0 export "$D/plain" --format graphml -o "$D/quiet.graphml" --quiet-gephi
says "--gephi-guard keeps INF"
run 0 graph "$T/inf.csv" -o "$D/whole.graphml" "${STYLES[@]}" --unmask --authority test
if grep -qE '<edge [^>]* label=|g_run|>INF' "$D/whole.graphml"; then fail "the whole graph is not strict"; fi
run 0 verify "$D/styled" --rerun "$T/inf.csv"
run 0 export "$D/plain" --format gexf --gexf 1.2 -o "$D/old.gexf"
file_has "$D/old.gexf" 'xmlns="http://www.gexf.net/1.2draft"' 'version="1.2"'
if grep -qE 'timezone|timerepresentation| kind=' "$D/old.gexf"; then fail "not GEXF 1.2"; fi
run 2 export "$D/plain" --format gexf --gexf 2 -o "$D/x"
says "neither 1.2 nor 1.3"

begin "around one entity"
run 0 graph "$T/claims.csv" --ego institution:P070 -o "$D/near.graphml"
file_has "$D/near.graphml" 'id="I:P070"'
file_has "$D/near.graphml" '<data key="role">member</data>'
run 0 graph "$T/claims.csv" --ego "person:$CLEAR" --hops 1 -o "$D/near.gexf" --mask-key "$T/case.key"
file_has "$D/near.gexf" "<node id=\"P:$MASKED\""
if grep -qF "\"P:$CLEAR\"" "$D/near.gexf"; then fail "a clear id"; fi
cp "$D/near.gexf" "$D/first.gexf"
run 0 graph "$T/claims.csv" --ego "person:$MASKED" -o "$D/near.gexf" --mask-key "$T/case.key"
cmp -s "$D/first.gexf" "$D/near.gexf" || fail "the pseudonym leads elsewhere"
run 2 graph "$T/claims.csv" --ego institution:P0700 -o "$D/x"
says "no institution 'P0700'" "nearest: " "P070"
run 2 graph "$T/claims.csv" --ego person:k77 -o "$D/x"
says_not "nearest"
run 2 graph "$T/claims.csv" --ego P070 -o "$D/x"
run 2 graph "$T/claims.csv" --ego institution:P070 --hops 11 -o "$D/x"
run 1 graph "$T/claims.csv" --ego institution:P070 -o /dev/full

begin "the whole graph is GraphML"
run 2 graph "$T/claims.csv" -o "$D/city.gexf"
says "--ego or --top"
holds "$D"

begin "the best connected"
run 0 graph "$T/claims.csv" --top 30 -o "$D/top.graphml"
is "nodes" "$(grep -c '<node ' "$D/top.graphml")" 30
run 0 graph "$T/claims.csv" --top 30 -o "$D/top.gexf" --threads 1
is "nodes" "$(grep -c '<node ' "$D/top.gexf")" 30

begin "leads.xlsx speaks the language of the terminal"
run 0 analyze "$T/claims.csv" -o "$D/zh" --quiet --lang zh
run 0 analyze "$T/claims.csv" -o "$D/en" --quiet
unzip -p "$D/zh/leads.xlsx" xl/workbook.xml 2> /dev/null | grep 疑点线索 > /dev/null || python3 -c 'import sys, zipfile; sys.exit("疑点线索" not in zipfile.ZipFile(sys.argv[1]).read("xl/workbook.xml").decode())' "$D/zh/leads.xlsx" || fail "not Chinese"
python3 -c 'import sys, zipfile; sys.exit("claim lines" not in zipfile.ZipFile(sys.argv[1]).read("xl/workbook.xml").decode())' "$D/en/leads.xlsx" || fail "not English"

finish

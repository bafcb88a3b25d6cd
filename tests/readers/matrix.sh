#!/usr/bin/env bash
# Every reader on what ringscope exports of the bundled city, of data from elsewhere and of the corpus of hostile texts: prints a table, one
# row a set of files, one column a reader. A reader that is missing is named and its column says so. Exit: 0 all that were asked agree; 1 one
# does not; 77 there is no reader at all.
#   matrix.sh RINGSCOPE LINT TEST_PROGRAM      LINT: lint_exports; TEST_PROGRAM: test_exporters_exporter, which makes the hostile files
set -uo pipefail
ringscope=$(realpath "$1") lint=$(realpath "$2") hostile=$(realpath "$3")
cd "$(dirname "$0")/../.." || exit 1
folder=$(mktemp -d "${TMPDIR:-/tmp}/ringscope-matrix-XXXXXX")
trap 'rm -rf "$folder"' EXIT
python=/usr/bin/python3
[ -x "$python" ] || python=python3
failed=0 asked=0
unmasked=(--unmask --authority matrix --quiet)
die() { echo "FAILED: $*" >&2; exit 1; }

# ---- the files ----

# case_files SET CASE [RING]: a case, or one ring of it, in every format.
case_files() {
  local set=$1 case=$2 name=${3:-case} format which=()
  [ $# -lt 3 ] || which=(--ring "$3")
  mkdir -p "$folder/$set"
  for format in graphml gexf xlsx; do "$ringscope" export "$case" -f $format -q -o "$folder/$set/$name.$format" "${which[@]}" || die "$set $format"; done
  "$ringscope" export "$case" -f i2 -q -o "$folder/$set/$name.i2.csv" "${which[@]}" || die "$set i2"
  for format in csv neo4j; do "$ringscope" export "$case" -f $format -q -o "$folder/$set/$name.$format" "${which[@]}" || die "$set $format"; done
  "$ringscope" export "$case" -f gexf --gexf 1.2 -q -o "$folder/$set/$name.gexf12" "${which[@]}" || die "$set GEXF 1.2"
  "$ringscope" export "$case" -f graphml --strict-graphml -q -o "$folder/$set/$name.strict" "${which[@]}" || die "$set strict"
}

# graph_files SET CLAIMS...: the whole graph, and its best-connected part with a place for each node.
graph_files() {
  local set=$1
  shift
  mkdir -p "$folder/$set"
  "$ringscope" graph "$@" "${unmasked[@]}" -o "$folder/$set/whole.graphml" || die "$set"
  "$ringscope" graph "$@" "${unmasked[@]}" --strict-graphml -o "$folder/$set/whole.strict" || die "$set"
  "$ringscope" graph "$@" "${unmasked[@]}" --top 300 -o "$folder/$set/top.graphml" || die "$set"
  "$ringscope" graph "$@" "${unmasked[@]}" --top 300 -o "$folder/$set/top.gexf" || die "$set"
  mv "$folder/$set/top.gexf" "$folder/$set/part.gexf"
  "$ringscope" graph "$@" "${unmasked[@]}" --top 300 --gexf 1.2 -o "$folder/$set/top.gexf" || die "$set"
  mv "$folder/$set/top.gexf" "$folder/$set/top.gexf12" && mv "$folder/$set/part.gexf" "$folder/$set/top.gexf"
}

city=datasets/city real=datasets/real
"$ringscope" analyze $city/claims.csv.gz --persons $city/persons.csv.gz --doctors $city/doctors.csv --institutions $city/institutions.csv \
  --drugs $city/drugs.csv -o "$folder/case" "${unmasked[@]}" > /dev/null || die "the city cannot be analyzed"
case_files city "$folder/case"
case_files city "$folder/case" R0001
graph_files platform $real/nhsa_style_sample/fee_list_d.csv.gz --settlements $real/nhsa_style_sample/setl_d.csv.gz
graph_files medicare $real/medicare_provider_fraud/claims_labelled.csv.gz
mkdir -p "$folder/hostile"
RS_EXPORTS_FOLDER="$folder/hostile" "$hostile" > "$folder/hostile.log" 2>&1 || { cat "$folder/hostile.log"; die "the hostile files cannot be made"; }
sets=(city platform medicare hostile)

# ---- the readers ----

declare -A cell
# reader NAME SET COMMAND...: runs it and keeps what it says in a word.
reader() {
  local name=$1 set=$2 log="$folder/$1.$2.log" code
  shift 2
  "$@" > "$log" 2>&1
  code=$?
  case $code in
    0) cell[$name.$set]="equal ($(grep -cE 'nodes|validates|keep the rules|as text' "$log"))" asked=$((asked + 1)) ;;
    77) cell[$name.$set]="not here" && sed "s/^/$name: /" "$log" | head -n 1 >&2 ;;
    *) cell[$name.$set]=FAILED failed=1 && { echo "$name, $set:"; tail -n 5 "$log"; } >&2 ;;
  esac
}

in_gephi() {
  command -v java > /dev/null && [ -s build/readers/gephi-toolkit-0.10.1-all.jar ] || { echo "no java, or no gephi-toolkit (tests/readers/gephi/run.sh fetches it)"; return 77; }
  java -Djava.awt.headless=true -cp build/readers/gephi-toolkit-0.10.1-all.jar tests/readers/gephi/ReadExports.java "$1" > "$1/seen.txt" 2> "$1/java.log" || { tail -n 5 "$1/java.log"; return 1; }
  "$python" tests/readers/gephi/compare.py "$1"
}

# GraphML by the official schema, with the kind on edges as a ten-line extension or, with --strict-graphml, without; GEXF 1.2 by its own, which
# has colour, position and size in the wrong namespace: all examples and readers have them under viz, so that prefix is taken off first.
by_schema() {
  local file schemas=build/readers/schemas n=0
  command -v xmllint > /dev/null || { echo "no xmllint"; return 77; }
  [ -s $schemas/graphml.xsd ] || { echo "no schemas (tests/readers/install.sh fetches them with Maven)"; return 77; }
  cp tests/readers/graphml_typed_edges.xsd $schemas/
  for file in "$1"/*.graphml "$1"/*.strict; do
    [ -e "$file" ] || continue
    if [ "${file%.strict}" != "$file" ]; then xmllint --noout --nonet --schema $schemas/graphml.xsd "$file" || return 1
    else xmllint --noout --nonet --schema $schemas/graphml_typed_edges.xsd "$file" || return 1; fi
    n=$((n + 1))
  done
  for file in "$1"/*.gexf12; do
    [ -e "$file" ] || continue
    sed 's/<viz:/</g' "$file" > "$file.bare" && xmllint --noout --nonet --schema $schemas/gexf.xsd "$file.bare" || return 1
    n=$((n + 1))
  done
  [ $n -gt 0 ]
}

# leads.xlsx of people with 18-digit ids, by LibreOffice: every id arrives as it is.
in_office() {
  command -v soffice > /dev/null || { echo "no soffice (libreoffice-calc-nogui)"; return 77; }
  zcat $city/claims.csv.gz | awk -F, -v OFS=, 'NR > 1 { for (i = 1; i <= NF; i++) if ($i ~ /^[A-Z]?[0-9]+$/ && i == person) $i = sprintf("33010619%010d", substr($i, length($i) - 7) + 0) } NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ /person_id/) person = i } { print }' > "$folder/long.csv"
  "$ringscope" analyze "$folder/long.csv" -o "$folder/long" "${unmasked[@]}" > /dev/null || return 1
  (cd "$folder" && HOME="$folder" timeout 900 soffice --headless --convert-to 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1' long/leads.xlsx) || return 1
  "$python" - "$folder" << 'PYTHON'
import csv, pathlib, sys
folder = pathlib.Path(sys.argv[1])
def column(path, name):
    with open(path, encoding="utf-8", newline="") as file:
        return [row[name] for row in csv.DictReader(file)]
ids = [i for i in column(folder / "long/members.csv", "entity_id")]
seen = column(folder / "leads-members.csv", "id")
long = [i for i in ids if len(i) == 18 and i.isdigit()]
if not long or seen != ids:
    sys.exit(f"{len(long)} long ids; {sum(a != b for a, b in zip(seen, ids))} of {len(seen)} differ")
print(f"{len(long)} 18-digit ids as text")
PYTHON
}

graphs_of() { case $1 in city | hostile) ;; *) echo graphs ;; esac; }
for set in "${sets[@]}"; do
  reader rules "$set" "$lint" "$folder/$set"
  # shellcheck disable=SC2046  # no word, or one
  reader python "$set" "$python" tests/readers/read_exports.py "$folder/$set" $(graphs_of "$set")
  reader graphology "$set" node tests/readers/read_graphology.cjs "$folder/$set" build/readers
  reader Gephi "$set" in_gephi "$folder/$set"
  reader schema "$set" by_schema "$folder/$set"
done
reader LibreOffice city in_office

readers=(python graphology Gephi rules schema LibreOffice)
printf '| files |'; printf ' %s |' "${readers[@]}"; printf '\n| --- |'; printf ' --- |%.0s' "${readers[@]}"; printf '\n'
for set in "${sets[@]}"; do
  printf '| %s |' "$set"
  for name in "${readers[@]}"; do printf ' %s |' "${cell[$name.$set]:--}"; done
  printf '\n'
done
[ $failed -eq 0 ] || exit 1
[ $asked -gt ${#sets[@]} ] || exit 77

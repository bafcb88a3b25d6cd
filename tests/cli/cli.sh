# tests/cli/cli.sh: what the command-line tests share; sourced. RINGSCOPE is the program.
# A case is a sentence; it fails with what was expected and what was seen, and the others still run. A pipe fails with any of its commands: what reads
# the end of one reads all of it (grep > /dev/null, not grep -q), else the writer may be told so, or not.
set -uo pipefail
: "${RINGSCOPE:?the path of the program}"
export LC_ALL=C TZ=UTC
T=$(mktemp -d "${TMPDIR:-/tmp}/ringscope-test-XXXXXX")
trap 'rm -rf "$T"' EXIT
: > "$T/failures" # a line each: some fail in a shell of their own
n_checks=0

fail() {
  echo "$name" >> "$T/failures"
  echo "FAILED $name: $*"
  if [ -s "$T/err" ]; then sed 's/^/    /' "$T/err" | head -n 15 | cut -c 1-400; fi
}

# begin NAME: a new case in an empty folder $D.
begin() {
  name=$1
  n_checks=$((n_checks + 1))
  D=$T/$(printf '%s' "$1" | tr -c 'A-Za-z0-9\n' _)
  mkdir -p "$D"
}

# run CODE COMMAND...: runs ringscope COMMAND... for at most $LIMIT seconds of processor time, however busy the machine is, and checks the exit code;
# output in $T/out, $T/err. A sanitizer's report never passes.
run() {
  local expected=$1 code=0
  shift
  (ulimit -t "${LIMIT:-300}"; LC_ALL=${LOCALE:-C} exec timeout 1800 "$RINGSCOPE" "$@") > "$T/out" 2> "$T/err" || code=$?
  if [ "$code" -ne "$expected" ]; then fail "exit $code, not $expected: ringscope $*"; fi
  if grep -qE 'AddressSanitizer|runtime error|ThreadSanitizer|LeakSanitizer' "$T/err"; then fail "a sanitizer speaks"; fi
}

# says TEXT...: each stands in what the program printed.
says() {
  local text
  for text in "$@"; do
    if ! grep -qF -e "$text" "$T/err" "$T/out"; then fail "does not say '$text'"; fi
  done
}
says_not() { if grep -qF -e "$1" "$T/err" "$T/out"; then fail "says '$1'"; fi; }

# holds FOLDER NAME...: the folder's entries are exactly these.
holds() {
  local folder=$1 seen wanted
  shift
  seen=$(ls -A "$folder" | sort | tr '\n' ' ')
  wanted=$(printf '%s\n' "$@" | sed '/^$/d' | sort | tr '\n' ' ')
  if [ "$seen" != "$wanted" ]; then fail "the folder holds '$seen', not '$wanted'"; fi
}

is() { if [ "$2" != "$3" ]; then fail "$1 is '$2', not '$3'"; fi; }
file_has() { if ! grep -qE -e "$2" "$1" 2> /dev/null; then fail "$(basename "$1") has no line like '$2'"; fi; }
rows_of() { echo $(($(wc -l < "$1") - 1)); }
digest_of() { grep -oE '"result_digest": "[0-9a-f]{64}"' "$1/manifest.json" | grep -oE '[0-9a-f]{64}'; }
# outputs CASE: "name hash" of each file that the manifest names.
outputs() {
  sed -n '/"outputs": \[/,/\]/p' "$1/manifest.json" | tr -d '\n' | grep -oE '"name": "[^"]*"[^}]*"sha256": "[^"]*"' |
    sed -E 's/"name": "([^"]*)".*"sha256": "([^"]*)"/\1 \2/'
}

# claims N [FIRST]: a plain claims file with N rows on stdout, claim ids from FIRST on.
claims() {
  awk -v n="$1" -v first="${2:-1}" 'BEGIN {
    print "claim_id,person_id,institution_id,time,drug_code,amount"
    for (i = first; i < first + n; i++)
      printf "c%d,p%d,P%02d,2025-03-%02d %02d:%02d:00,d%d,%d.%02d\n", i, i * 7 % 50, i % 9, 1 + i % 28, 8 + i % 10, i % 60, i % 5, 10 + i % 90, i % 100
  }'
}

# ring_claims [DELIMITER]: some 10,000 rows of ordinary people and ten cards that are swiped together at rotating outlets, so that a
# case has something to differ in. With PLAIN=1 a row is a line; else drug names are Chinese, some with delimiters, quotes and line breaks in them.
ring_claims() {
  awk -v sep="${1:-,}" -v plain="${PLAIN:-0}" '
    function draw(n) { x = (x * 69069 + 1) % 4294967296; return int(x / 65536) % n }
    function cell(text) { return index(text, sep) || text ~ /["\n]/ ? "\"" gensub_quotes(text) "\"" : text }
    function gensub_quotes(text) { gsub(/"/, "\"\"", text); return text }
    function row(person, place, day, minute, drug, cents) {
      printf "c%d%ss%d%s%s%sP%03d%s2025-%02d-%02d %02d:%02d:00%sd%d%s%s%s1%s%d.%02d\n", ++n, sep, n, sep, person, sep, place, sep,
        1 + int(day / 28), 1 + day % 28, int(minute / 60), minute % 60, sep, drug, sep, cell(name[drug % 4]), sep, sep, int(cents / 100), cents % 100
    }
    BEGIN {
      x = 20250301
      name[0] = "阿司匹林"; name[1] = "丹参,复方;a|b\tc"; name[2] = "\"特级\" 人参"; name[3] = "两行\n名称"
      if (plain) for (i = 0; i < 4; i++) name[i] = "药" i
      print "claim_id" sep "settlement_id" sep "person_id" sep "institution_id" sep "time" sep "drug_code" sep "drug_name" sep "quantity" sep "amount"
      for (p = 0; p < 700; p++) {
        home = draw(80)
        for (v = 8 + draw(10); v > 0; v--) row("p" p, draw(4) ? home : draw(80), draw(112), 480 + draw(720), draw(200), 500 + draw(20000))
      }
      for (burst = 0; burst < 24; burst++)
        for (card = 0; card < 10; card++)
          if (draw(8)) row("k" card, 70 + burst % 4, 3 + burst * 4 + draw(2), 1120 + draw(9), 190 + draw(4), 30000 + draw(9000))
    }'
}

# whole CASE: every file that the manifest names has the hash it says.
whole() {
  local sum path
  [ -f "$1/manifest.json" ] || { fail "no manifest in $1"; return; }
  [ "$(outputs "$1" | wc -l)" -gt 5 ] || fail "the manifest names too few files"
  while read -r path sum; do
    [ -f "$1/$path" ] || { fail "$path is named in the manifest and missing"; continue; }
    [ "$(sha256sum "$1/$path" | cut -c 1-64)" = "$sum" ] || fail "$path does not have the hash in the manifest"
  done < <(outputs "$1")
}

finish() {
  local n_failed
  n_failed=$(wc -l < "$T/failures")
  echo "$((n_checks)) cases, $n_failed failures"
  [ "$n_failed" -eq 0 ] && [ "$n_checks" -gt 0 ]
}

#!/usr/bin/env bash
# page: CASE/index.html, and the same from the folder: one lead, the other language, no lead, a full disk.
cd "$(dirname "$0")" || exit 1
. ./cli.sh

PLAIN=1 ring_claims > "$T/claims.csv"
begin "analyze writes the page and the manifest names it"
run 0 analyze "$T/claims.csv" -o "$T/case" --quiet
outputs "$T/case" | grep '^index.html ' > /dev/null || fail "the manifest does not name it"
whole "$T/case"
is "sections" "$(grep -c '<section class="lead"' "$T/case/index.html")" "$(rows_of "$T/case/rings.csv")"
file_has "$T/case/index.html" '<html lang="en">'
file_has "$T/case/index.html" "default-src 'none'"
grep -qF "sha256:$(digest_of "$T/case")" "$T/case/index.html" || fail "not the result digest"
CLEAR=$(awk -F, '$1 == "person" { print $3; exit }' "$T/case.ids")
sed -E '1,/<body>/d; /^<script>/,$d; s/class="[^"]*"//g' "$T/case/index.html" > "$D/body" # scripts and classes have names of their own
[ -n "$CLEAR" ] && grep -q 'p:[a-z2-7]\{16\}' "$D/body" || fail "no pseudonym on the page"
if grep -qE "[^0-9A-Za-z]$CLEAR[^0-9A-Za-z]" "$D/body"; then fail "the clear id '$CLEAR' on the page"; fi

begin "the same bytes again, in any number of threads and any locale"
for way in "1 C" "3 C.UTF-8" "2 de_DE.UTF-8"; do
  LOCALE=${way#* } run 0 analyze "$T/claims.csv" -o "$D/case" --quiet --mask-key "$T/case.key" --lang en --threads "${way% *}"
  sed 's/ · <bdi>lang<\/bdi> <bdi>en<\/bdi>//' "$D/case/index.html" | cmp -s - "$T/case/index.html" || fail "$way: other bytes"
done

begin "the same bytes from the folder"
run 0 export "$T/case" --format html -o "$D/page.html"
cmp -s "$D/page.html" "$T/case/index.html" || fail "not the case's page"
run 0 export "$T/case" --format html -o -
cmp -s "$T/out" "$T/case/index.html" || fail "stdout differs"
is "mode" "$(stat -c %a "$D/page.html" | cut -c 2-)" 00

begin "one lead, and the other language"
run 0 export "$T/case" --format html --ring r1 --lang zh -o "$D/one.html"
is "sections" "$(grep -c '<section class="lead"' "$D/one.html")" 1
file_has "$D/one.html" '<html lang="zh-CN">'
file_has "$D/one.html" '疑点线索'
run 0 analyze "$T/claims.csv" -o "$D/zh" --quiet --lang zh --mask-key "$T/case.key"
file_has "$D/zh/index.html" '<html lang="zh-CN">'
run 0 export "$D/zh" --format html --lang en -o "$D/en.html"
file_has "$D/en.html" 'Facts and counter-facts'
run 0 export "$T/case" --format html --per-ring -o "$D/each"
is "pages" "$(find "$D/each" -name '*.html' | wc -l)" "$(rows_of "$T/case/rings.csv")"

begin "no lead has a page too"
claims 300 > "$D/few.csv"
run 0 analyze "$D/few.csv" -o "$D/few" --quiet
file_has "$D/few/index.html" 'No group stands out'
claims 0 > "$D/none.csv"
run 0 analyze "$D/none.csv" -o "$D/none" --quiet
file_has "$D/none/index.html" 'No claim line was used'

begin "what cannot be"
run 2 export "$T/case" --format html --ring R0099 -o "$D/x.html"
says "no ring 'R0099'"
run 2 export "$T/case" --format html --top 3 -o "$D/x.html"
run 1 export "$T/case" --format html -o /dev/full
run 1 export "$T/case" --format html -o "$D/nowhere/x.html"
cp -r "$T/case" "$D/edited"
sqlite3 "$D/edited/case.db" "update fact set points = points + 1 where ring_id = 'R0001'"
run 5 export "$D/edited" --format html -o "$D/x.html"
says "do not add up"
holds "$D" edited

finish

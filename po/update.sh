#!/usr/bin/env bash
# po/update.sh: takes the texts out of the sources and brings po/zh_CN.po up to them; prints what has no translation yet.
#   po/update.sh          rewrites po/zh_CN.po
#   po/update.sh FILE     writes the result to FILE instead, for the test that po/zh_CN.po is up to date
# A new text stands in the file with an empty msgstr: fill it in. Texts that are gone are dropped. Sorted and without line numbers, so that
# two people's changes rarely meet.
set -euo pipefail
cd "$(dirname "$0")/.."
output=${1:-po/zh_CN.po}
folder=$(mktemp -d "${TMPDIR:-/tmp}/ringscope-po-XXXXXX")
trap 'rm -rf "$folder"' EXIT

# {=words=} of the page's templates, as C for xgettext.
grep -ohE '\{=[^=]*=\}' exporters/page/*.html | sed -E 's/^\{=//; s/=\}$//; s/["\\]/\\&/g; s/.*/NC_("template", "&")/' > "$folder/templates.c"
find src graph exporters datasets -name '*.[ch]' ! -path 'src/base/words.h' | LC_ALL=C sort > "$folder/sources"
echo "$folder/templates.c" >> "$folder/sources"
xgettext --files-from="$folder/sources" --output="$folder/all.pot" --language=C --from-code=UTF-8 --no-location --sort-output --no-wrap \
  --omit-header \
  --keyword --keyword=_ --keyword=N_ --keyword=NC_:1c,2 --keyword=RS_TEMPLATE \
  --keyword=rs_say:2 --keyword=rs_say_n:2,3 --keyword=rs_say_in:2c,3 --keyword=rs_notice_say:2 --keyword=rs_said_new:1 \
  --keyword=rs_html_say:2 --keyword=rs_html_sayf:2 --keyword=rs_html_say_n:2,3 --flag=rs_html_sayf:2:c-format --flag=rs_html_say_n:2:c-format --flag=rs_html_say_n:3:c-format \
  --flag=RS_TEMPLATE:1:no-c-format --flag=_:1:pass-c-format --flag=N_:1:pass-c-format \
  --flag=rs_say:2:pass-c-format --flag=rs_say_n:2:pass-c-format --flag=rs_say_n:3:pass-c-format --flag=rs_notice_say:2:c-format --flag=rs_said_new:1:c-format
# A merge keeps both sides' lines (.gitattributes); of a text that both added, the first stays.
sed -E '/^(<<<<<<< |=======$|>>>>>>> )/d' po/zh_CN.po | msguniq --use-first --no-wrap --no-location --output-file="$folder/old.po" -
# Without fuzzy matching: a near miss would put the words of one finding under another.
msgmerge --quiet --no-fuzzy-matching --sort-output --no-location --no-wrap --output-file="$folder/merged.po" "$folder/old.po" "$folder/all.pot"
msgattrib --no-obsolete --sort-output --no-location --no-wrap --output-file="$folder/new.po" "$folder/merged.po"
cp "$folder/new.po" "$output"
msgattrib --untranslated --no-wrap --no-location "$output" | sed '1,/^$/d'

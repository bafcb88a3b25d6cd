#!/usr/bin/env bash
# Every text people read has a Chinese translation: po/zh_CN.po is what po/update.sh makes of the sources, nothing in it is untranslated or
# fuzzy, its formats fit, it has one plural form (src/base/words.c relies on that), and no Chinese sentence stands in the C code.
#   tests/check_words.sh [ROOT]
set -uo pipefail
cd "${1:-$(dirname "$0")/..}" || exit 1
failed=0
complain() { failed=1; echo "$*" >&2; }
new=$(mktemp "${TMPDIR:-/tmp}/ringscope-words-XXXXXX")
trap 'rm -f "$new"' EXIT

po/update.sh "$new" > /dev/null || complain "po/update.sh fails"
# Order and blank lines are no matter: a merge may leave them otherwise.
diff -u <(msgcat --sort-output --no-location --no-wrap po/zh_CN.po) "$new" >&2 || complain "po/zh_CN.po is not up to date: run po/update.sh and translate what it prints"
said=$(LC_ALL=C msgfmt --statistics --output-file=/dev/null po/zh_CN.po 2>&1)
grep -qE '^[0-9]+ translated messages\.$' <<< "$said" || complain "po/zh_CN.po: $said"
msgfmt --check-format --check-domain --output-file=/dev/null po/zh_CN.po || complain "po/zh_CN.po: a format does not fit"
grep -q '^"Plural-Forms: nplurals=1; plural=0;' po/zh_CN.po || complain "po/zh_CN.po: other than one plural form"

# Chinese that is data, not words for a reader: column names that are recognised, the simulated city, the script of the page.
if LC_ALL=C.UTF-8 grep -nP '\p{Han}' exporters/page/*.html exporters/page/*.js; then complain "Chinese texts of the page belong in po/zh_CN.po: {=English=}"; fi
if LC_ALL=C.UTF-8 grep -nP '"[^"]*\p{Han}' $(find src graph exporters -name '*.[ch]' ! -name mapping_propose.c); then
  complain "Chinese texts belong in po/zh_CN.po, through rs_say (src/base/words.h)"
fi
[ "$failed" -eq 0 ]

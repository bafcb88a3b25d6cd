#!/usr/bin/env bash
# man/build.sh PROGRAM FOLDER: writes the man pages and the completions to FOLDER.
#
# A command's page is put together from what the program says of itself (--help: name, usage, options, examples) and man/ringscope-COMMAND.scd,
# which holds what only a person can write (DESCRIPTION and other sections); so options in --help and on the page are the same. A command
# without such a file gets a page all the same. Whole pages: man/ringscope.1.scd (but for its list of commands) and man/ringscope-mapping.7.scd.
set -euo pipefail
program=$1 folder=$2
texts=$(cd "$(dirname "$0")" && pwd)
export LC_ALL=C
unset LANGUAGE
mkdir -p "$folder"

# help_of COMMAND PART: usage, summary, options (as scdoc definitions) or example.
help_of() {
  "$program" "$1" --help | awk -v part="$2" '
    function flush() { if (head != "") printf "%s\n\t%s\n\n", head, text; head = "" }
    function bold(names, value,   n, name, i, out) {
      n = split(names, name, ", ")
      for (i = 1; i <= n; i++) out = out (i > 1 ? ", " : "") "*" name[i] "*"
      return out (value != "" ? " _" value "_" : "")
    }
    NR == 1 { if (part == "usage") { sub(/^Usage: /, ""); print }; next }
    /^Example:/ { flush(); where = "example"; next }
    where == "" && /^$/ { where = "options"; next }
    where == "" { sub(/^ +/, ""); if (part == "summary") printf "%s%s", (said++ ? " " : ""), $0; next }
    where == "example" { sub(/^  /, ""); if (part == "example" && $0 != "") print; next }
    part != "options" || /^$/ { next }
    /^ +-/ && !/^          / {
      flush()
      line = $0
      sub(/^ +/, "", line)
      cut = match(line, /  +/)
      start = cut ? substr(line, 1, cut - 1) : line
      text = cut ? substr(line, cut + RLENGTH) : ""
      value = match(start, / [^ -][^ ]*$/) ? substr(start, RSTART + 1) : ""
      head = bold(value != "" ? substr(start, 1, RSTART - 1) : start, value)
      next
    }
    { sub(/^ +/, ""); text = text (text != "" ? " " : "") $0 }
    END { flush() }'
}

# page COMMAND: its man page as scdoc.
page() {
  local body=$texts/ringscope-$1.scd summary
  summary=$(help_of "$1" summary)
  printf 'ringscope-%s(1) "" "ringscope"\n\n# NAME\n\nringscope-%s - %s\n\n# SYNOPSIS\n\n%s\n\n' "$1" "$1" "$summary" "$(help_of "$1" usage)"
  if [ -f "$body" ]; then cat "$body"; else printf '# DESCRIPTION\n\n%s.\n' "${summary^}"; fi
  printf '\n# OPTIONS\n\n'
  help_of "$1" options
  printf '*--help*\n\tThe usage, the options and an example; with *--json* for programs.\n\n# EXAMPLES\n\n'
  printf '```\n%s\n```\n' "$(help_of "$1" example)"
  cat "$texts/end.scd"
}

commands=$("$program" --help | sed -nE 's/^  ([a-z]+)  .*/\1/p')
[ -n "$commands" ]
for command in $commands; do page "$command" | scdoc > "$folder/ringscope-$command.1"; done
while IFS= read -r line; do
  case $line in
    @COMMANDS@) for command in $commands; do printf '*ringscope-%s*(1)\n\t%s\n\n' "$command" "$(help_of "$command" summary)"; done ;;
    *) printf '%s\n' "$line" ;;
  esac
done < "$texts/ringscope.1.scd" | scdoc > "$folder/ringscope.1"
scdoc < "$texts/ringscope-mapping.7.scd" > "$folder/ringscope-mapping.7"

"$program" completion bash > "$folder/ringscope.bash"
"$program" completion zsh > "$folder/_ringscope"
"$program" completion fish > "$folder/ringscope.fish"

#!/usr/bin/env bash
# What the program says about itself agrees and fits: --help on a screen in both languages, the same options in --help, in its JSON, in the man
# pages and in the completions of bash, zsh and fish. MAN_PAGES is the folder of built man pages, where they were built.
cd "$(dirname "$0")" || exit 1
. ./cli.sh
export PYTHONIOENCODING=utf-8
commands=$("$RINGSCOPE" --help --json | python3 -c 'import json, sys; print(" ".join(c["command"] for c in json.load(sys.stdin)))')
[ "$(wc -w <<< "$commands")" -ge 8 ] || { echo "no commands in --help --json"; exit 1; }
# options_of COMMAND: each on a line, sorted, from the JSON.
options_of() { "$RINGSCOPE" "$1" --help --json | python3 -c 'import json, sys; print("\n".join(sorted(o["name"] for o in json.load(sys.stdin)["options"])))'; }
# too_wide: lines of stdin over 80 columns, Chinese characters counting two.
too_wide() {
  python3 -c '
import sys, unicodedata
for line in sys.stdin.buffer.read().decode("utf-8").splitlines():
    if sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) > 80: print(line)'
}

for language in en zh; do
  begin "help fits a screen in $language"
  for command in "" $commands; do
    # shellcheck disable=SC2086
    run 0 $command --help --lang $language
    wide=$(too_wide < "$T/out")
    [ -z "$wide" ] || fail "$command --help is over 80 columns wide: $wide"
    [ "$(wc -l < "$T/out")" -le 40 ] || fail "$command --help has $(wc -l < "$T/out") lines"
    is "stderr of $command --help" "$(cat "$T/err")" ""
  done
done

begin "every command has an example that it takes"
for command in $commands; do
  run 0 "$command" --help
  file_has "$T/out" "^  .*ringscope $command"
done

begin "help and its JSON name the same options"
for command in $commands; do
  run 0 "$command" --help
  is "the options of $command" "$(sed '/^Example/,$d' "$T/out" | grep -oE '^ .{0,28}--[a-z-]+.*' | grep -oE -e '--[a-z][a-z-]*' | sort -u |
    sed 's/^--//' | grep -xFf <(options_of "$command"))" "$(options_of "$command")"
done

begin "bash completes what help names"
"$RINGSCOPE" completion bash > "$D/bash" || fail "no completion for bash"
for command in $commands; do
  seen=$(bash -c '. "$1"; COMP_WORDS=(ringscope "$2" --); COMP_CWORD=2; _ringscope; printf "%s\n" "${COMPREPLY[@]}"' - "$D/bash" "$command" | sed 's/^--//' | sort)
  is "bash for $command" "$seen" "$( (options_of "$command"; echo help) | sort)"
done
seen=$(bash -c '. "$1"; COMP_WORDS=(ringscope export case --format g); COMP_CWORD=4; _ringscope; printf "%s " "${COMPREPLY[@]}"' - "$D/bash")
is "formats with g" "$seen" "graphml gexf "
seen=$(bash -c '. "$1"; COMP_WORDS=(ringscope ana); COMP_CWORD=1; _ringscope; printf "%s " "${COMPREPLY[@]}"' - "$D/bash")
is "commands with ana" "$seen" "analyze "

begin "zsh and fish complete what help names"
"$RINGSCOPE" completion zsh > "$D/zsh" || fail "no completion for zsh"
"$RINGSCOPE" completion fish > "$D/fish" || fail "no completion for fish"
for command in $commands; do
  is "zsh for $command" "$(sed -n "/^    $command)\$/,/;;\$/p" "$D/zsh" | grep -oE "'--[a-z-]+\[" | tr -d "'[-" | sort)" \
    "$( (options_of "$command"; echo help) | tr -d - | sort)"
  is "fish for $command" "$(grep -F "__fish_seen_subcommand_from $command'" "$D/fish" | grep -oE -e '-l [a-z-]+' | cut -c 4- | sort)" \
    "$( (options_of "$command"; echo help) | sort)"
done
for shell in zsh fish; do
  if command -v "$shell" > /dev/null; then "$shell" -n "$D/$shell" 2> "$T/err" || fail "$shell cannot read its completion"; fi
done
run 2 completion tcsh

if [ -d "${MAN_PAGES:-/nowhere}" ]; then
  begin "man pages name what help names"
  for command in $commands; do
    page=$MAN_PAGES/ringscope-$command.1
    [ -s "$page" ] || { fail "no man page of $command"; continue; }
    seen=$(sed -n '/^\.SH OPTIONS/,/^\.SH/p' "$page" | sed 's/\\-/-/g; s/\\f[A-Z]//g' | grep -oE -e '--[a-z][a-z-]*' | sed 's/^--//' | sort -u)
    is "the man page of $command" "$(grep -xFf <(options_of "$command"; echo help) <<< "$seen")" "$( (options_of "$command"; echo help) | sort)"
  done
  for page in ringscope.1 ringscope-mapping.7; do [ -s "$MAN_PAGES/$page" ] || fail "no $page"; done
  if command -v man > /dev/null; then
    for page in "$MAN_PAGES"/*; do
      MANWIDTH=80 man -l --warnings "$page" > /dev/null 2> "$T/err" || fail "man cannot show $(basename "$page")"
      [ ! -s "$T/err" ] || fail "man warns of $(basename "$page")"
    done
  fi
fi

begin "wrong options are explained"
claims 10 > "$D/a.csv"
run 2 analyze "$D/a.csv" -o "$D/case" --patern batch
says "unknown option '--patern'; did you mean --patterns?"
run 2 explain "$D/case" R0001 --settlements x
says "'--settlements' does not go with explain"
run 2 analyze "$D/a.csv" -o "$D/case" --map
says "--map needs a value"
run 2 analyze "$D/a.csv" -o "$D/case" --top many
says "--top: the value is no number"
run 2 anlyze --lang zh
says "是否想用 'analyze'"
run 2 help anlyze
says "did you mean 'analyze'?"
run 0 help analyze
says "Usage: ringscope analyze"
holds "$D" a.csv

begin "the terminal speaks the language of the environment, --lang above it"
code=0
LC_ALL=zh_CN.UTF-8 "$RINGSCOPE" analyze "$D/none.csv" -o "$D/case" > "$T/out" 2> "$T/err" || code=$?
is "exit" "$code" 1
says "没有该文件"
LC_ALL=zh_CN.UTF-8 "$RINGSCOPE" analyze "$D/none.csv" -o "$D/case" --lang en > "$T/out" 2> "$T/err"
says "No such file"
{ echo claim_id,person_id,institution_id,time; for i in $(seq 9); do echo "c$i,p$i,P1,2025-13-01"; done; } > "$D/bad.csv"
LC_ALL=zh_CN.UTF-8 "$RINGSCOPE" analyze "$D/bad.csv" -o "$D/bad" > "$T/out" 2> "$T/err"
says "不是存在的日期"
file_has "$D/bad.rejects.csv" "is no such date"
run 3 analyze "$D/bad.csv" -o "$D/bad" --lang zh
file_has "$D/bad.rejects.csv" "不是存在的日期"

begin "JSON of every command that prints"
claims 200 > "$D/a.csv"
json() { python3 -c 'import json, sys; [json.loads(l) for l in sys.stdin] if len(sys.argv) > 1 else json.load(sys.stdin)' "$@" < "$T/out" 2> "$T/err" || fail "no JSON"; }
run 0 analyze "$D/a.csv" -o "$D/case" --json
json
run 0 verify "$D/case" --json
json
run 0 graph "$D/a.csv" -o "$D/g.graphml" --json
json
run 0 graph "$D/a.csv" --top 5 -o "$D/t.graphml" --json
json
run 0 map "$D/a.csv" --json
json
grep -q '"header": "person_id"' "$T/out" || fail "map --json does not name the person's column"
run 0 keygen -o "$D/my.key" --json
json
run 0 seal "$D/case" --key "$D/my.key" -o "$D/case.pack" --json
json
grep -q '"key_sha256"' "$T/out" || fail "seal --json does not name the key"
run 0 export "$D/case" --format csv -o "$D/csv" --json
json lines
run 0 simulate --people 500 --days 20 --lines 2000 --rings 0 -o "$D/sim" --json
json
run 2 graph "$D/a.csv" -o - --json
says "standard output"

begin "a pipe is claims"
claims 200 > "$D/a.csv"
"$RINGSCOPE" analyze - -o "$D/case" < "$D/a.csv" > "$T/out" 2> "$T/err" || fail "exit $?"
says "200 used"

begin "the encoding is said when it is known"
{ printf 'claim_id,person_id,institution_id,time,drug_name\n'; for i in $(seq 3000); do printf 'c%d,p%d,P1,2025-03-01 10:%02d:00,x\n' "$i" $((i % 50)) $((i % 60)); done
  printf 'c9999,p1,P1,2025-03-02 10:00:00,\xb0\xa2\xcb\xbe\xc6\xa5\xc1\xd6\n'; } > "$D/gb.csv"
run 0 analyze "$D/gb.csv" -o "$D/case"
is "first line" "$(head -n 1 "$T/err" | cut -c 1-16)" "gb.csv: GB18030,"

if ! python3 -c 'import pty; pty.openpty()' 2> /dev/null; then
  echo "no pseudo-terminals here (/dev/pts): progress and colours are not tried"
  finish
  exit
fi

begin "progress is for terminals, and taken away"
claims 200 > "$D/a.csv"
run 0 analyze "$D/a.csv" -o "$D/case"
if grep -q "$(printf '\033')" "$T/err" "$T/out"; then fail "escape sequences in a file"; fi
# terminal TEXT SIGNAL: analyze with standard error on a terminal and claims that come down a pipe only when the terminal has seen the text (without one:
# after 1.8 s), or the signal; what the terminal saw.
terminal() {
  TERM=${TERM_IS:-xterm} python3 - "$RINGSCOPE" "$D/a.csv" "$D/slow" "$1" "$2" << 'PYTHON'
import os, pty, select, signal, subprocess, sys, time
program, claims, case, text, sig = sys.argv[1:]
master, slave = pty.openpty()
run = subprocess.Popen([program, "analyze", "-", "-o", case], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=slave)
os.close(slave)
seen = b""
deadline = time.monotonic() + (60 if text else 1.8) # however busy the machine is
while not (text and text.encode() in seen) and time.monotonic() < deadline:
    if not select.select([master], [], [], max(0, deadline - time.monotonic()))[0]: break
    try: seen += os.read(master, 65536)
    except OSError: break # the run has ended
if sig: run.send_signal(getattr(signal, sig))
else:
    try:
        run.stdin.write(open(claims, "rb").read())
        run.stdin.close()
    except BrokenPipeError: pass
while True:
    try: part = os.read(master, 65536)
    except OSError: break
    if not part: break
    seen += part
print(run.wait())
sys.stdout.flush()
sys.stdout.buffer.write(seen)
PYTHON
}
terminal "opening the files" "" > "$T/err"
file_has "$T/err" "opening the files  [0-9]+ s"
is "exit" "$(head -n 1 "$T/err")" 0
[ -d "$D/slow" ] || fail "no case"
rm -rf "$D"/slow*
if nm -D "$RINGSCOPE" 2> /dev/null | grep __tsan_init > /dev/null; then
  echo "ThreadSanitizer puts a signal off until a read returns, here for ever: left out"
else
  terminal "opening the files" SIGINT > "$T/err"
  is "exit by the signal" "$(head -n 1 "$T/err")" -2
  says "opening the files"
  is "the line is taken away" "$(tail -c 4 "$T/err" | od -An -tx1 | tr -d ' ')" "0d1b5b4b"
  holds "$D" a.csv case case.key case.ids
fi
TERM_IS=dumb terminal "" "" > "$T/err"
says_not "opening the files"

begin "colours are for terminals, and never with NO_COLOR"
# colours: how many escape sequences a terminal gets to see from a wrong command.
colours() {
  python3 - "$RINGSCOPE" << 'PYTHON'
import os, pty, subprocess, sys
master, slave = pty.openpty()
subprocess.run([sys.argv[1], "explain", "/nowhere", "R0001"], stdout=slave, stderr=slave)
os.close(slave)
print(os.read(master, 65536).count(b"\x1b["))
PYTHON
}
is "on a terminal" "$(NO_COLOR='' TERM=xterm colours)" 2
is "with NO_COLOR" "$(NO_COLOR=1 TERM=xterm colours)" 0
is "on a dumb terminal" "$(TERM=dumb colours)" 0

finish

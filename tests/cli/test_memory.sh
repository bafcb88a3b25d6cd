#!/usr/bin/env bash
# --memory: what does not fit goes to disk and changes nothing; what cannot be done is refused with the reason.
. "$(dirname "$0")/cli.sh"
N=150000

# a memory between what a run needs (some 100 bytes a line and 48 MiB) and what it needs at least (20 bytes a line and 48 MiB)
begin "a run kept to less memory than it would take gives the same case"
claims $N > "$D/a.csv"
mkdir "$D/temp"
run 0 analyze "$D/a.csv" -o "$D/plain" --unmask --authority test
run 0 analyze "$D/a.csv" -o "$D/tight" --unmask --authority test --memory 60M --temp "$D/temp"
is "digest" "$(digest_of "$D/tight")" "$(digest_of "$D/plain")"
holds "$D/temp"
mv "$D/a.csv" "$T/a.csv"

begin "too little memory is refused with what would be needed"
run 4 analyze "$T/a.csv" -o "$D/case" --memory 50M --temp "$D"
says "needed for $N lines" "allowed by --memory" "--since"
holds "$D"

begin "a temporary folder that is not there is named, and nothing stays behind"
run 1 analyze "$T/a.csv" -o "$D/case" --memory 60M --temp "$D/nowhere"
says "$D/nowhere" "--temp"
holds "$D"

begin "a full temporary disk is said, and nothing stays behind"
code=0
(trap '' XFSZ; ulimit -f 64; exec timeout 120 "$RINGSCOPE" analyze "$T/a.csv" -o "$D/case" --memory 60M --temp "$D" > "$T/out" 2> "$T/err") || code=$?
is "exit code" "$code" 4
says "--memory asks" "--temp"
holds "$D"

finish

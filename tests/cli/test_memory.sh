#!/usr/bin/env bash
# --memory: what does not fit goes to disk and changes nothing; what cannot be done is refused with the reason. Files that change meanwhile.
. "$(dirname "$0")/cli.sh"
N=150000

# a memory between what a run needs (84 bytes a line and 48 MiB) and what it needs at least (34 bytes a line and 48 MiB; of many lines 20 and 112 MiB)
begin "a run kept to less memory than it would take gives the same case"
claims $N > "$D/a.csv"
mkdir "$D/temp"
run 0 analyze "$D/a.csv" -o "$D/plain" --unmask --authority test
run 0 analyze "$D/a.csv" -o "$D/tight" --unmask --authority test --memory 60M --temp "$D/temp"
is "digest" "$(digest_of "$D/tight")" "$(digest_of "$D/plain")"
holds "$D/temp"
mv "$D/a.csv" "$T/a.csv"

# What a sanitizer keeps for itself is no matter of --memory.
if ! grep -qaE '__(asan|tsan|ubsan)_' "$RINGSCOPE"; then
  begin "a run never holds more than --memory says, with as many threads as are asked for"
  awk 'BEGIN { srand(1); print "claim_id,settlement_id,person_id,institution_id,doctor_id,time,drug_code,amount"
    for (i = 0; i < 1500000; i++) printf "c%d,s%d,p%d,P%d,D%d,2025-%02d-%02d %02d:%02d:00,d%d,%d.%02d\n", i, i, rand() * 500000, rand() * 900, rand() * 5000,
      1 + rand() * 12, 1 + rand() * 28, 8 + rand() * 12, rand() * 60, rand() * 400, 10 + rand() * 90, rand() * 100 }' > "$T/many.csv"
  run 0 analyze "$T/many.csv" -o "$D/plain" --threads 2
  for case in "98 2" "98 64" "130 2"; do
    read -r memory threads <<< "$case"
    kib=$(python3 -c 'import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' \
      "$RINGSCOPE" analyze "$T/many.csv" -o "$D/tight" --threads "$threads" --memory "${memory}M" --temp "$T" 2> "$T/err")
    [ "$kib" -le $((memory * 1024)) ] || fail "$((kib / 1024)) MiB held, --memory ${memory}M, $threads threads"
    is "digest" "$(digest_of "$D/tight")" "$(digest_of "$D/plain")"
  done
  rm "$T/many.csv"
fi

begin "too little memory is refused with what would be needed"
run 4 analyze "$T/a.csv" -o "$D/case" --memory 50M --temp "$D"
says "needed for $N lines" "allowed by --memory" "--since"
holds "$D"

begin "more outlets than the limit has room for are refused with what would be needed"
awk 'BEGIN { print "claim_id,settlement_id,person_id,institution_id,time,drug_code,amount"
  for (i = 0; i < 20000; i++) printf "c%d,s%d,p%d,P%d,2025-03-%02d 10:00:00,d%d,10.00\n", i, i, i % 5000, i, 1 + i % 28, i % 9 }' > "$T/outlets.csv"
run 4 analyze "$T/outlets.csv" -o "$D/case" --memory 100M --temp "$D"
says "20000 outlets" "--memory"
run 0 analyze "$T/outlets.csv" -o "$D/case" --memory 400M --temp "$D"
holds "$D" case case.ids case.key

begin "a temporary folder that is not there is named, and nothing stays behind"
run 1 analyze "$T/a.csv" -o "$D/case" --memory 60M --temp "$D/nowhere"
says "$D/nowhere" "--temp"
holds "$D"

begin "a full temporary disk is said, and nothing stays behind"
code=0
(ulimit -f 64; exec timeout 900 "$RINGSCOPE" analyze "$T/a.csv" -o "$D/case" --memory 60M --temp "$D" > "$T/out" 2> "$T/err") || code=$?
is "exit code" "$code" 4
says "--memory asks" "--temp"
holds "$D"

begin "a small temporary disk is said, and nothing stays behind"
if unshare -m true 2> /dev/null && [ "$(id -u)" -eq 0 ]; then
  code=0
  unshare -m bash -c 'mkdir -p "$1/disk" && mount -t tmpfs -o size=1m tmpfs "$1/disk" 2> /dev/null || exit 77
    "$2" analyze "$3" -o "$1/case" --memory 60M --temp "$1/disk"; code=$?; ls -A "$1/disk" > "$1/left"; exit $code' - "$D" "$RINGSCOPE" "$T/a.csv" > "$T/out" 2> "$T/err" || code=$?
  if [ "$code" -eq 77 ]; then
    echo "no tmpfs here: left out"
  else
    is "exit code" "$code" 4
    says "$D/disk: cannot keep" "--memory asks" "--temp"
    is "left on it" "$(cat "$D/left")" ""
    holds "$D" disk left
  fi
else
  echo "no mount namespaces here: a small disk is left out"
fi

# changes FILE COMMAND...: runs ringscope on the file, which the command changes again and again until it is done
changes() {
  local code=0
  cp "$T/a.csv" "$D/a.csv"
  (while [ ! -e "$T/done" ]; do "$@"; sleep 0.01; done) &
  timeout 900 "$RINGSCOPE" analyze "$D/a.csv" -o "$D/case" $more > "$T/out" 2> "$T/err" || code=$?
  : > "$T/done"
  wait
  rm "$T/done"
  is "exit code" "$code" 1
  says "a.csv: the file changed"
  holds "$D" a.csv
}
more_lines() { tail -n 1 "$T/a.csv" >> "$D/a.csv"; }
fewer_lines() { truncate -s -200 "$D/a.csv"; }
for more in "" "--memory 60M --temp $T"; do
  begin "a file that grows while it is read ends the run, and nothing stays behind $more"
  changes more_lines
  begin "a file that shrinks while it is read ends the run, and nothing stays behind $more"
  changes fewer_lines
done

finish

#!/usr/bin/env bash
# Ctrl-C, SIGTERM, SIGHUP and a library's abort() at any moment leave what was there before, and nothing besides.
cd "$(dirname "$0")" || exit 1
. ./cli.sh
ulimit -c 0 # abort() would leave one
signals=(INT TERM ABRT)
if nm -D "$RINGSCOPE" 2> /dev/null | grep -E "__(asan|tsan)_init" > /dev/null; then signals=(INT TERM); fi # the search for leaks takes an abort() from outside for its own

PLAIN=1 ring_claims > "$T/new.csv"
{ head -n 1 "$T/new.csv"; tail -n 8000 "$T/new.csv"; } > "$T/old.csv"

# stopped SIGNAL SECONDS COMMAND...: true if the signal ended the run, not itself with code $ENDS. timeout runs it in the foreground, where no signal is ignored.
stopped() {
  local code=0 signal=$1 number
  number=$(kill -l "$signal")
  timeout --preserve-status -s "$signal" "$2" "$RINGSCOPE" "${@:3}" > "$T/out" 2> "$T/err" || code=$?
  if grep -qE 'AddressSanitizer|runtime error|ThreadSanitizer' "$T/err"; then fail "a sanitizer speaks"; fi
  [ "$code" -eq "${ENDS:-0}" ] || [ "$code" -eq $((128 + number)) ] || fail "exit $code after $signal"
  [ "$code" -ne "${ENDS:-0}" ]
}
# moment STEP STEPS: as many parts of the time that a run took, in seconds
moment() { awk -v t="$took" -v s="$1" -v n="$2" 'BEGIN { print t * s / n / 1000 + 0.001 }'; }
# sooner STEP: the run had ended by then; where most do, the machine was busier when the time was taken, and it was too long.
sooner() { [ $((n_stopped * 2)) -ge "$n_tried" ] || took=$((took * $1 / steps + 1)); }

begin "a new case that is interrupted"
start=$(date +%s%N)
run 0 analyze "$T/new.csv" -o "$T/new"
took=$((($(date +%s%N) - start) / 1000000))
n_stopped=0 n_tried=0 steps=16
for step in $(seq 1 $steps); do
  for signal in "${signals[@]}"; do
    n_tried=$((n_tried + 1))
    if stopped $signal "$(moment "$step" $steps)" analyze "$T/new.csv" -o "$D/case"; then
      n_stopped=$((n_stopped + 1))
      [ -e "$D/case" ] && { whole "$D/case"; rm -rf "$D/case" "$D/case.key" "$D/case.ids"; } # the signal came after the last step
      holds "$D"
    else
      whole "$D/case"
      rm -rf "$D/case" "$D/case.key" "$D/case.ids"
      sooner "$step"
    fi
  done
done
echo "$n_stopped of $n_tried runs were interrupted"
[ "$n_stopped" -gt 3 ] || fail "only $n_stopped runs were still running when interrupted"

begin "a case that is made again, interrupted"
run 0 analyze "$T/old.csv" -o "$D/case"
for step in $(seq 1 $steps); do
  stopped HUP "$(moment "$step" $steps)" analyze "$T/new.csv" -o "$D/case"
  whole "$D/case"
  holds "$D" case case.ids case.key
done

begin "rejected rows, interrupted"
{ claims 200000; for i in $(seq 2000); do echo "x$i,,,,,"; done; } > "$D/a.csv"
for seconds in 0.02 0.05 0.1 0.2; do
  if ENDS=3 stopped TERM $seconds analyze "$D/a.csv" -o "$D/case"; then
    if [ -e "$D/case.rejects.csv" ]; then # the signal came after the last step
      is "rows in case.rejects.csv" "$(rows_of "$D/case.rejects.csv")" 2000
      holds "$D" a.csv case.rejects.csv
    else holds "$D" a.csv; fi
  fi
  rm -f "$D/case.rejects.csv"
done

begin "a graph that is interrupted"
for step in $(seq 1 $steps); do
  if stopped INT "$(moment "$step" $steps)" graph "$T/new.csv" -o "$D/city.graphml"; then
    [ -e "$D/city.graphml" ] || holds "$D" # else it came after the last step
  fi
  rm -f "$D"/city.graphml "$D"/city.graphml.key
done
holds "$D"

begin "who stops reading leaves no lock behind"
"$RINGSCOPE" analyze "$T/new.csv" -o "$D/case" 2> "$T/err" | true
whole "$D/case"
holds "$D" case case.ids case.key

finish

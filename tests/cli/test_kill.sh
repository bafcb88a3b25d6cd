#!/usr/bin/env bash
# kill -9 or SIGTERM at any moment of a run over an existing case folder leaves the former folder or the new one, whole; two runs are kept apart.
# KILLS=N: at so many moments, drawn at random, every other one by SIGTERM; after each the next run leaves nothing behind.
cd "$(dirname "$0")" || exit 1
. ./cli.sh

PLAIN=1 ring_claims > "$T/new.csv"
{ head -n 1 "$T/new.csv"; tail -n 8000 "$T/new.csv"; } > "$T/old.csv"

begin "a run that is killed"
run 0 analyze "$T/old.csv" -o "$D/case"
cp -r "$D/case" "$T/old"
run 0 analyze "$T/new.csv" -o "$T/new" --mask-key "$D/case.key"
start=$(date +%s%N)
run 0 analyze "$T/new.csv" -o "$T/timed" --mask-key "$D/case.key"
took=$((($(date +%s%N) - start) / 1000000))
cp "$D/case.key" "$T/key"
killed=0 steps=${KILLS:-20}
RANDOM=20250301 # a seed: bash draws the same moments each time
for step in $(seq 1 "$steps"); do
  "$RINGSCOPE" analyze "$T/new.csv" -o "$D/case" --mask-key "$T/key" > /dev/null 2>&1 &
  pid=$!
  at=$((step * 32767 / steps)) signal=KILL
  if [ -n "${KILLS:-}" ]; then at=$RANDOM signal=$([ $((step % 2)) = 0 ] && echo TERM || echo KILL); fi
  sleep "$(awk -v t="$took" -v s="$at" 'BEGIN { print t * s / 32767 / 1000 }')"
  if kill -"$signal" "$pid" 2> /dev/null; then
    killed=$((killed + 1))
  elif [ $((killed * 2)) -lt "$step" ]; then # most had ended: the machine was busier when the time was taken, and it was too long
    took=$((took * at / 32767 + 1))
  fi
  wait "$pid" 2> /dev/null
  whole "$D/case"
  if cmp -s "$D/case/rings.csv" "$T/old/rings.csv"; then
    cmp -s "$D/case/members.csv" "$T/old/members.csv" || fail "half of each at step $step"
  elif cmp -s "$D/case/rings.csv" "$T/new/rings.csv"; then
    cmp -s "$D/case/members.csv" "$T/new/members.csv" || fail "half of each at step $step"
    rm -rf "$D/case" && cp -r "$T/old" "$D/case"
  else
    fail "neither the former nor the new folder at step $step"
  fi
  if [ -n "${KILLS:-}" ] && [ $((step % 10)) -eq 0 ]; then
    run 0 analyze "$T/old.csv" -o "$D/case" --mask-key "$T/key"
    holds "$D" case case.ids case.key
    rm -rf "$D/case" && cp -r "$T/old" "$D/case"
  fi
done
echo "$killed of $steps runs were killed"
[ "$killed" -gt 3 ] || fail "only $killed runs were still running when killed"

begin "the run after a kill"
D=$T/a_run_that_is_killed
run 0 analyze "$T/new.csv" -o "$D/case" --mask-key "$T/key"
whole "$D/case"
cmp -s "$D/case/rings.csv" "$T/new/rings.csv" || fail "not the new rings"
left=$(ls -A "$D" | grep -vxE 'case|case\.key|case\.ids' | tr '\n' ' ')
is "what interrupted runs left behind" "$left" ""

begin "two runs into one folder"
for _ in 1 2 3; do
  "$RINGSCOPE" analyze "$T/new.csv" -o "$D/case" > "$T/out1" 2> "$T/err1" &
  first=$!
  "$RINGSCOPE" analyze "$T/old.csv" -o "$D/case" > "$T/out2" 2> "$T/err2" &
  second=$!
  wait "$first"; code1=$?
  wait "$second"; code2=$?
  case "$code1$code2" in
    00 | 01 | 10) ;;
    *) cat "$T/err1" "$T/err2" > "$T/err"; fail "exit codes $code1 and $code2" ;;
  esac
  whole "$D/case"
done

begin "a run that holds the folder keeps another out"
claims 400000 > "$D/large.csv"
held=0
for _ in 1 2 3 4 5; do # on a busy machine a run may be over before it can be stopped
  "$RINGSCOPE" analyze "$D/large.csv" -o "$D/case" > /dev/null 2> "$T/err1" &
  holder=$!
  while [ ! -e "$D/case.lock" ] && kill -0 "$holder" 2> /dev/null; do sleep 0.01; done
  kill -STOP "$holder" 2> /dev/null && [ -e "$D/case.lock" ] && ! flock -n "$D/case.lock" true && { held=1; break; }
  kill -CONT "$holder" 2> /dev/null
  wait "$holder"
done
[ "$held" -eq 1 ] || fail "no run could be stopped while it held the folder"
run 1 analyze "$T/old.csv" -o "$D/case"
says "'$D/case' is being written by another run"
kill -CONT "$holder"
wait "$holder" || fail "the first run ended with $?"
whole "$D/case"
holds "$D" large.csv case case.key case.ids

finish

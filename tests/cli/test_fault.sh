#!/usr/bin/env bash
# Memory that is gone, a disk that is full, calls that are interrupted: a case is written whole or not at all, and nothing is left beside it.
cd "$(dirname "$0")" || exit 1
. ./cli.sh
sanitized=0
nm -D "$RINGSCOPE" > "$T/symbols" 2> /dev/null
if grep -qE '__(asan|tsan)_init' "$T/symbols"; then sanitized=1; fi
flags=$([ "$sanitized" = 1 ] && echo -DRS_FAULT_NO_MALLOC)
name=setup
cc -shared -fPIC -O1 $flags -o "$T/fault.so" fault.c -ldl || fail "the shim does not compile"
PLAIN=1 ring_claims > "$T/new.csv"
{ head -n 1 "$T/new.csv"; tail -n 8000 "$T/new.csv"; } > "$T/old.csv"
run 0 analyze "$T/old.csv" -o "$T/case"
run 0 analyze "$T/new.csv" -o "$T/wanted" --mask-key "$T/case.key"
run 0 keygen -o "$T/key"
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0:detect_leaks=0

# faulty CODES FAULT... -- COMMAND...: runs with faults; the exit code must be one of CODES (separated by |). Its code is in $code.
faulty() {
  local codes=$1 faults=()
  shift
  while [ "$1" != -- ]; do faults+=("$1"); shift; done
  shift
  code=0
  timeout 900 env "${faults[@]}" LD_PRELOAD="$T/fault.so" "$RINGSCOPE" "$@" > "$T/out" 2> "$T/err" || code=$?
  if ! grep -qxE "$codes" <<< "$code"; then fail "exit $code, not $codes, with ${faults[*]}: ringscope $1"; fi
  if grep -qE 'AddressSanitizer|runtime error|ThreadSanitizer' "$T/err"; then fail "a sanitizer speaks with ${faults[*]}"; fi
  if [ "$code" -ne 0 ] && [ ! -s "$T/err" ]; then fail "no message with ${faults[*]}"; fi
}
# former_or_new: the case is whole, and one of the two; nothing else lies beside it.
former_or_new() {
  whole "$D/case"
  cmp -s "$D/case/rings.csv" "$T/case/rings.csv" || cmp -s "$D/case/rings.csv" "$T/wanted/rings.csv" || fail "neither the former case nor the new one: $1"
  holds "$D" case case.ids case.key
}
# restart: the former case again
restart() { rm -rf "${D:?}"/* && cp -r "$T/case" "$T/case.key" "$T/case.ids" "$D"; }

begin "counting the calls of a run"
faulty 0 RS_FAULT_COUNT="$T/count" -- analyze "$T/new.csv" -o "$D/case" --mask-key "$T/case.key" --threads 2
read -r allocations bytes < "$T/count"
cmp -s "$D/case/rings.csv" "$T/wanted/rings.csv" || fail "the shim changes the result"
[ "$bytes" -gt 100000 ] || fail "only $bytes bytes were counted"

begin "memory that is gone"
if [ "$sanitized" = 0 ]; then
  [ "$allocations" -gt 50 ] || fail "only $allocations allocations were counted"
  restart
  refused=0 steps=${FAULTS:-40}
  for step in $(seq 1 "$steps"); do
    n=$((1 + step * allocations / (steps + 1)))
    [ "$step" -gt 12 ] || n=$step # the first ones each
    faulty '0|1|3|4' RS_FAULT_ALLOCATION=$n -- analyze "$T/new.csv" -o "$D/case" --threads 2
    former_or_new "allocation $n"
    if [ "$code" -ne 0 ]; then refused=$((refused + 1)); else restart; fi
  done
  echo "$refused of $steps runs noticed a failed allocation, of $allocations"
  [ "$refused" -gt 5 ] || fail "only $refused runs noticed"
else
  echo "with sanitizers allocations belong to them: left out"
fi

# What is spared crashes by itself, however it is called: libminizip does not look at what malloc gave it, the C library
# asserts that it could read /etc/nsswitch.conf. Nothing is half-written then, and the next run takes away what lies there (docs/security.md).
begin "memory that is gone, by each way to an allocation"
if [ -n "${WAYS:-}" ] && [ "$sanitized" = 0 ]; then
  export RS_FAULT_WAYS=1 RS_FAULT_SIZE=1 RS_FAULT_SPARE=libminizip:libc.so
  while read -r -a words; do
    restart
    cp "$T/key" "$T/key.pub" "$D"
    former=$(ls -A "$D" | tr '\n' ' ')
    cd "$D"
    faulty 0 RS_FAULT_COUNT="$T/count" -- "${words[@]}"
    cd "$OLDPWD"
    rm -rf "$D"/out*
    read -r ways bytes < "$T/count"
    [ "$ways" -gt 100 ] || fail "only $ways ways: ${words[*]}"
    for step in $(seq 1 "$WAYS"); do
      n=$((1 + step * ways / (WAYS + 1)))
      [ "$step" -gt 12 ] || n=$step
      cd "$D"
      faulty '0|1|3|4' RS_FAULT_ALLOCATION=$n -- "${words[@]}"
      cd "$OLDPWD"
      whole "$D/case"
      rm -f "$D/out.lock"
      # memory may end when the output is in its place already and only what is said of it is missing: it is whole, then
      placed='out\.(graphml|graphml\.key|xlsx|html|pack)'
      if [ -d "$D/out" ]; then
        placed='out|out\.(key|ids)'
        whole "$D/out"
      fi
      [ "$code" -eq 0 ] || [ "$(ls -A "$D" | grep -vxE "$placed" | tr '\n' ' ')" = "$former" ] || fail "left by way $n of ${words[*]}: $(ls -A "$D")"
      for file in "$D"/out.*; do
        case "$file" in
          *.graphml | *.html) tail -c 12 "$file" | grep -qE '</(graphml|html)>' || fail "$(basename "$file") is cut off by way $n" ;;
          *.xlsx) python3 -m zipfile -t "$file" > /dev/null || fail "$(basename "$file") is damaged by way $n" ;;
        esac
      done
      rm -rf "$D"/out*
    done
  done << LIST
analyze $T/new.csv -o out --threads 1
verify case
explain case R0001
graph $T/new.csv -o out.graphml
export case --format xlsx -o out.xlsx
export case --format html -o out.html
keygen -o out.key
seal case --key key -o out.pack
map $T/new.csv
LIST
  unset RS_FAULT_WAYS RS_FAULT_SIZE RS_FAULT_SPARE
else
  echo "left out: long"
fi

begin "a disk that is full at the n-th byte"
restart
for step in $(seq 1 "${FAULTS:-25}"); do
  n=$((step * bytes / (${FAULTS:-25} + 1)))
  [ "$step" -gt 4 ] || n=$(((step - 1) * 700))
  error=28 # ENOSPC
  [ $((step % 3)) -ne 0 ] || error=5 # EIO
  faulty '1' RS_FAULT_BYTES=$n RS_FAULT_ERRNO=$error -- analyze "$T/new.csv" -o "$D/case"
  former_or_new "byte $n"
  cmp -s "$D/case/rings.csv" "$T/case/rings.csv" || fail "exit 1, and yet the new case: byte $n"
  diff -rq "$T/case" "$D/case" > /dev/null || fail "the former case was changed: byte $n"
done

begin "other outputs on a full disk"
for n in 0 10 5000; do
  faulty 1 RS_FAULT_BYTES=$n -- graph "$T/new.csv" -o "$D/a.graphml"
  faulty 1 RS_FAULT_BYTES=$((n > 100 ? 150 : n)) -- keygen -o "$D/key"
  cp -r "$T/case" "$D/case"
  for format in gexf i2 xlsx neo4j csv; do
    faulty 1 RS_FAULT_BYTES=$n -- export "$D/case" --format $format -o "$D/out"
    [ ! -e "$D/out" ] || fail "half an export as $format at byte $n"
  done
  faulty 1 RS_FAULT_BYTES=$n -- seal "$D/case" --key "$T/key" -o "$D/pack"
  run 0 verify "$D/case" # a line of the log is there whole or not at all
  rm -rf "$D/case"
  holds "$D"
done

begin "calls that are interrupted and cut short"
for every in 2 3 7; do
  faulty 0 RS_FAULT_EINTR=$every -- analyze "$T/new.csv" -o "$D/case" --mask-key "$T/case.key"
  cmp -s "$D/case/rings.csv" "$T/wanted/rings.csv" || fail "another result when every $every-th call is interrupted"
  faulty 0 RS_FAULT_EINTR=$every -- seal "$D/case" --key "$T/key" -o "$D/pack$every"
  faulty 0 RS_FAULT_EINTR=$every -- verify "$D/pack$every" --public-key "$T/key.pub"
  faulty 0 RS_FAULT_EINTR=$every -- export "$D/case" --format xlsx -o "$D/x$every.xlsx"
  faulty 0 RS_FAULT_EINTR=$every -- verify "$D/case"
done

begin "a small disk"
if unshare -m true 2> /dev/null && [ "$(id -u)" -eq 0 ]; then
  for kilobytes in 16 60 150 300; do
    code=0
    unshare -m bash -c 'mkdir -p "$1/disk" && mount -t tmpfs -o size="$2k" tmpfs "$1/disk" 2> /dev/null || exit 77
      "$3" analyze "$4" -o "$1/disk/case"; code=$?; ls -A "$1/disk" > "$1/left"; exit $code' - "$D" $kilobytes "$RINGSCOPE" "$T/new.csv" > "$T/out" 2> "$T/err" || code=$?
    if [ "$code" -eq 77 ]; then echo "no tmpfs here: left out"; break; fi
    is "exit on $kilobytes KB" "$code" 1
    file_has "$T/err" "No space left on device|disk is full"
    is "left on $kilobytes KB" "$(cat "$D/left")" ""
  done
else
  echo "no mount namespaces here: a small disk is left out"
fi

finish

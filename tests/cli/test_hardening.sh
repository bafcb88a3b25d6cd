#!/usr/bin/env bash
# What an attacker with the claims or a case folder can't do: reach the network, lead us along links, name our files, read what we leave; and how the
# program is built.
cd "$(dirname "$0")" || exit 1
. ./cli.sh
PLAIN=1 ring_claims > "$T/claims.csv"
nm -D "$RINGSCOPE" > "$T/symbols" 2> /dev/null
sanitized=0
if grep -qE '__(asan|tsan)_init' "$T/symbols"; then sanitized=1; fi
if grep -qa __gcov_ "$RINGSCOPE"; then counted=1; else counted=0; fi # for coverage: it writes its counts beside its object files
name=setup
run 0 analyze "$T/claims.csv" -o "$T/case"
run 0 keygen -o "$T/key"

begin "no network is needed"
if unshare -rn true 2> /dev/null; then
  code=0
  unshare -rn "$RINGSCOPE" analyze "$T/claims.csv" -o "$D/case" > "$T/out" 2> "$T/err" || code=$?
  is "exit without a network" "$code" 0
  is "digest without a network" "$(digest_of "$D/case")" "$(digest_of "$T/case")"
else
  echo "no network namespaces here: left out"
fi

begin "no internet socket is asked for"
if strace -o "$T/probe" true 2> /dev/null; then
  # traced COMMAND...
  traced() {
    ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 strace -f -o "$T/trace" -e trace=%network "$RINGSCOPE" "$@" > "$T/out" 2> "$T/err" || fail "exit $? under strace: $1"
    if grep -E 'AF_INET|AF_INET6|AF_PACKET|AF_NETLINK' "$T/trace" > "$T/err"; then fail "$1 asks for the network"; fi
    [ -s "$T/trace" ] || fail "strace saw nothing"
  }
  traced analyze "$T/claims.csv" -o "$D/case"
  traced explain "$D/case" R0001
  traced export "$D/case" --format gexf -o "$D/a.gexf"
  traced export "$D/case" --format xlsx -o "$D/a.xlsx"
  traced seal "$D/case" --key "$T/key" -o "$D/pack"
  traced verify "$D/pack" --public-key "$T/key.pub" --rerun "$T/claims.csv"
  python3 -c 'import socket; socket.socket()' # would this test see one?
  strace -f -o "$T/trace" -e trace=%network python3 -c 'import socket; socket.socket()'
  grep -q AF_INET "$T/trace" || fail "strace does not show an internet socket"
else
  echo "no strace here: left out"
fi
if [ "$sanitized" = 0 ]; then is "calls of the network" "$(grep -E ' (socket|connect|bind|listen|getaddrinfo|gethostby[a-z]*|sendto)(@|$)' "$T/symbols")" ""; fi

begin "links in a case lead nowhere"
echo "secret" > "$T/secret"
for file in case.db rings/R0001.graphml graph.graphml manifest.json log.jsonl; do
  rm -rf "$D/case" && cp -r "$T/case" "$D/case"
  mv "$D/case/$file" "$D/real" && ln -s "$D/real" "$D/case/$file"
  code=0
  "$RINGSCOPE" verify "$D/case" > "$T/out" 2> "$T/err" || code=$?
  [ "$code" -eq 5 ] || [ "$code" -eq 3 ] || fail "verify says $code of a linked $file"
  "$RINGSCOPE" seal "$D/case" --key "$T/key" -o "$D/pack" > "$T/out" 2> "$T/err" && fail "a linked $file is sealed"
  case "$file" in
    case.db) "$RINGSCOPE" explain "$D/case" R0001 > "$T/out" 2> "$T/err" && fail "a linked case.db is read" ;;
    rings/*) "$RINGSCOPE" export "$D/case" --format graphml --ring R0001 -o "$D/x" > "$T/out" 2> "$T/err" && fail "a linked ring is exported" ;;
    graph.graphml) "$RINGSCOPE" export "$D/case" --format graphml -o "$D/x" > "$T/out" 2> "$T/err" && fail "a linked graph is exported" ;;
  esac
  rm -f "$D/real" "$D/x"
done
rm -rf "$D/case" && cp -r "$T/case" "$D/case"
mv "$D/case/rings" "$D/rings" && ln -s ../rings "$D/case/rings"
run 5 verify "$D/case"
"$RINGSCOPE" export "$D/case" --format graphml --ring R0001 -o "$D/x" > "$T/out" 2> "$T/err" && fail "a linked folder is followed"

begin "links where the output goes are not followed"
mkdir "$D/elsewhere" && ln -s elsewhere "$D/case"
run 2 analyze "$T/claims.csv" -o "$D/case"
says "is a link"
rm "$D/case"
for file in case.key case.ids case.lock; do ln -s "$T/secret" "$D/$file"; done
code=0
"$RINGSCOPE" analyze "$T/claims.csv" -o "$D/case" > "$T/out" 2> "$T/err" || code=$?
is "a secret that the key, the id map and the lock are linked to" "$(cat "$T/secret")" secret
rm -f "$D"/case.* && rm -rf "$D/case"
cp -r "$T/case" "$D/case"
cp "$D/case/log.jsonl" "$D/log" && rm "$D/case/log.jsonl" && ln -s "$T/secret" "$D/case/log.jsonl"
"$RINGSCOPE" export "$D/case" --format gexf -o "$D/a.gexf" > "$T/out" 2> "$T/err" && fail "a linked log is written to"
"$RINGSCOPE" analyze "$T/claims.csv" -o "$D/case" > "$T/out" 2> "$T/err"
is "a secret that the log is linked to" "$(cat "$T/secret")" secret
grep -rqF secret "$D/case" && fail "a linked log is carried over"

begin "no name from data is a path"
awk -F, 'BEGIN { OFS = "," } NR == 1 { print; next }
  { $3 = "../../" $3 "/.."; $4 = "/tmp/evil/" $4; $6 = "..\\" $6; print }' "$T/claims.csv" > "$D/evil.csv"
mkdir "$D/a" "$D/a/b"
(cd "$D/a/b" && run 0 analyze ../../evil.csv -o case --unmask --authority test && run 0 export case --format neo4j -o n && run 0 export case --format gexf --per-ring -o p)
is "names that came into being" "$(cd "$D" && find . -type f -o -type d | grep -vxE '\.|\./evil\.csv|\./a(/b)?(/(case|n|p)(/[A-Za-z0-9_.]+|/rings/R[0-9]+\.[a-z]+)?)?|\./a/b/case/rings' | head -n 3)" ""
[ ! -e /tmp/evil ] || fail "/tmp/evil has come into being"

begin "files are private whatever the umask, and more so where it says so"
for mask in 000 022 077; do
  rm -rf "$D/$mask" && mkdir -m 700 "$D/$mask"
  (umask $mask && run 0 analyze "$T/claims.csv" -o "$D/$mask/case" && run 0 export "$D/$mask/case" --format xlsx -o "$D/$mask/x.xlsx" &&
    run 0 seal "$D/$mask/case" --key "$T/key" -o "$D/$mask/pack" && run 0 export "$D/$mask/case" --format neo4j -o "$D/$mask/n")
  is "files that others may read, umask $mask" "$(find "$D/$mask" -mindepth 1 -perm /077 | head -n 2)" ""
done

begin "temporary files are private"
if strace -o "$T/probe" true 2> /dev/null; then
  mkdir "$D/temp"
  (umask 000; ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 TMPDIR=$D/temp strace -f -o "$T/trace" -e trace=open,openat,creat,mkdir,mkdirat "$RINGSCOPE" analyze - --temp "$D/temp" -o "$D/case" < "$T/claims.csv" > "$T/out" 2> "$T/err")
  is "files made for others too" "$(grep -E 'O_(CREAT|TMPFILE)' "$T/trace" | grep -vE ', 0[0-6]00\b|/dev/|/proc/|/case\.db"|\.gcda"' | head -n 2)" ""
  is "folders made for others too" "$(grep -E 'mkdir(at)?\(' "$T/trace" | grep -vE ', 0700\b' | head -n 2)" ""
  grep -qE 'O_(CREAT|TMPFILE)' "$T/trace" || fail "strace saw no file being made"
  holds "$D/temp"
fi

begin "built to withstand"
if [ "$sanitized" = 1 ] || [ "$counted" = 1 ]; then
  echo "a build with sanitizers or for coverage: left out"
else
  readelf -hldW "$RINGSCOPE" > "$T/elf" 2> /dev/null
  file_has "$T/elf" 'Type: +DYN'
  file_has "$T/elf" 'GNU_RELRO'
  file_has "$T/elf" '(BIND_NOW|Flags: .*NOW)'
  file_has "$T/elf" 'GNU_STACK .* RW +0x'
  is "writable and executable segments" "$(grep -E ' (RWE) ' "$T/elf")" ""
  if grep -q 'CMAKE_BUILD_TYPE:STRING=Release' "$(dirname "$RINGSCOPE")/CMakeCache.txt" 2> /dev/null; then
    file_has "$T/symbols" '__stack_chk_fail'
    file_has "$T/symbols" '__(memcpy|sprintf|snprintf|read|memset|strcpy|fprintf|printf|vsnprintf)_chk'
  fi
fi

finish

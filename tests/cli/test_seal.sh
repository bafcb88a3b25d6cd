#!/usr/bin/env bash
# Sealing: a pack opens with tar and openssl alone; whatever is changed in it afterwards is found and named; hostile packs are refused.
cd "$(dirname "$0")" || exit 1
. ./cli.sh

PLAIN=1 ring_claims > "$T/claims.csv"
name=setup
run 0 analyze "$T/claims.csv" -o "$T/case" --operator 王稽核
run 0 keygen -o "$T/key"
fingerprint=$(sed -nE 's/^fingerprint sha256:([0-9a-f]{64})$/\1/p' "$T/out")
run 0 keygen -o "$T/other"
cp -r "$T/case" "$T/before"
run 0 seal "$T/case" --key "$T/key" -o "$T/pack" --operator 李

begin "keys are private and never written over"
is "mode of the key" "$(stat -c %a "$T/key")" 600
is "fingerprint by openssl" "$(openssl pkey -pubin -in "$T/key.pub" -outform DER | sha256sum | cut -c 1-64)" "$fingerprint"
run 2 keygen -o "$T/key"
says "never written over"
cp "$T/key" "$D/open" && chmod 644 "$D/open"
run 3 seal "$T/case" --key "$D/open" -o "$D/pack"
says "others may read this private key"
run 3 seal "$T/case" --key "$T/key.pub" -o "$D/pack"
run 3 verify "$T/pack" --public-key "$T/key"
run 2 seal "$T/case" -o "$D/pack"
run 2 verify "$T/pack"
holds "$D" open

begin "a pack is verified with nothing but the public key"
cp "$T/pack" "$T/key.pub" "$D"
(cd "$D" && run 0 verify pack --public-key key.pub)

says "sha256:$fingerprint" "no time is certified"
run 0 verify "$T/pack" --public-key "$T/key.pub" --json
python3 - "$T/out" "$(digest_of "$T/case")" << 'P' || fail "the JSON is not right"
import json, sys
r = json.load(open(sys.argv[1]))
assert r["whole"] is True and r["findings"] == [] and r["log_entries"] == 2 and r["result_digest"] == sys.argv[2], r
P

begin "a pack that another key signed is named in JSON too"
run 5 verify "$T/pack" --public-key "$T/other.pub" --json
python3 - "$T/out" << 'P' || fail "the JSON is not right"
import json, sys
r = json.load(open(sys.argv[1]))
assert r["whole"] is False and r["result_digest"] is None and [f["name"] for f in r["findings"]] == ["seal.ini"], r
P

begin "a stranger opens it with tar, openssl and sha256sum"
tar -C "$D" -xf "$T/pack" || fail "tar cannot"
(cd "$D/ringscope-pack" && sha256sum --quiet -c SHA256SUMS) || fail "sha256sum finds differences"
openssl pkeyutl -verify -pubin -inkey "$T/key.pub" -rawin -in "$D/ringscope-pack/seal.ini" -sigfile "$D/ringscope-pack/seal.sig" > "$T/out" || fail "openssl does not verify"
sm3=$(openssl dgst -sm3 "$D/ringscope-pack/case/members.csv" | grep -oE '[0-9a-f]{64}')
grep -A 5 -F '[case/members.csv]' "$D/ringscope-pack/seal.ini" | grep -x "sm3=$sm3" > /dev/null || fail "the SM3 of openssl is not in the inventory"
run 0 verify "$D/ringscope-pack/case"
for file in "$D"/ringscope-pack/case/*.csv; do cmp -s "$file" "$T/case/$(basename "$file")" || fail "$(basename "$file") is another"; done
grep -aoqFf <(cut -c 17- "$T/case.key") "$T/pack" && fail "the masking key is in the pack"
tar -tf "$T/pack" | grep -E '\.(key|ids)$' && fail "a secret is in the pack"

begin "the same case sealed twice differs by its log alone"
cp -r "$T/before" "$D/case"
cp -r "$T/before" "$D/again" && mkdir "$D/a" "$D/b"
run 0 seal "$D/case" --key "$T/key" -o "$D/one"
run 0 seal "$D/again" --key "$T/key" -o "$D/two"
tar -C "$D/a" -xf "$D/one" && tar -C "$D/b" -xf "$D/two"
is "what differs" "$(cd "$D" && diff -rq a b | grep -oE 'a/[^ ]*' | grep -vE '/(log.jsonl|seal.ini|seal.sig|SHA256SUMS)$')" ""

begin "a ring alone"
ring=$(sed -n 2p "$T/case/rings.csv" | cut -d, -f 1)
run 0 seal "$T/case" --ring "$ring" --key "$T/key" -o "$D/ring.pack"
run 0 verify "$D/ring.pack" --public-key "$T/key.pub"
says "$ring"
tar -C "$D" -xf "$D/ring.pack"
R=$D/ringscope-pack/ring
for table in rings members facts evidence rules; do
  cmp -s <(head -n 1 "$T/case/$table.csv"; grep "^$ring," "$T/case/$table.csv") "$R/$table.csv" || fail "$table.csv is not the ring's rows"
done
is "files of rings" "$(ls "$R/rings" | tr '\n' ' ')" "$ring.gexf $ring.graphml "
[ ! -e "$R/case.db" ] && [ ! -e "$R/leads.xlsx" ] && [ ! -e "$R/institutions.csv" ] || fail "more than the ring is packed"
run 2 seal "$T/case" --ring R9999 --key "$T/key" -o "$D/none"

begin "a case that was changed is not sealed"
cp -r "$T/before" "$D/case"
echo >> "$D/case/facts.csv"
run 5 seal "$D/case" --key "$T/key" -o "$D/pack"
says "facts.csv" "another size"
rm "$D/case/facts.csv" && ln -s "$T/case/facts.csv" "$D/case/facts.csv"
run 5 seal "$D/case" --key "$T/key" -o "$D/pack"
says "not a plain file"
holds "$D" case

# ---- what an attacker may do to a pack ----
cat > "$T/forge.py" << 'P'
import io, re, subprocess, sys, tarfile, tempfile
source, target, how = sys.argv[1:4]
members = []
with tarfile.open(source) as tar:
    for one in tar.getmembers():
        members.append([one, tar.extractfile(one).read()])
def find(name): return next(i for i, (m, _) in enumerate(members) if m.name == "ringscope-pack/" + name)
def plain(name, data=b"x"):
    m = tarfile.TarInfo(name); m.size = len(data); m.mode = 0o600
    return [m, data]
form, tail, cut = tarfile.USTAR_FORMAT, b"", None
def link(name, kind, to):
    m = tarfile.TarInfo(name); m.type = kind; m.linkname = to
    members.append([m, b""])
P = "ringscope-pack/"
if how == "edit": d = members[find("case/members.csv")]; d[1] = d[1].replace(b"core", b"edge", 1)
elif how == "grow": d = members[find("case/facts.csv")]; d[1] += b"\n"; d[0].size += 1
elif how == "drop": del members[find("case/evidence.csv")]
elif how == "swap": a, b = find("case/rings.csv"), find("case/facts.csv"); members[a], members[b] = members[b], members[a]
elif how == "rename": members[find("case/rings.csv")][0].name = P + "case/rungs.csv"
elif how == "repeat": members.append(members[find("case/rings.csv")])
elif how == "extra": members.append(plain(P + "case/more.csv"))
elif how == "up": members.append(plain(P + "../../evil"))
elif how == "absolute": members.append(plain("/etc/evil"))
elif how == "outside": members.append(plain("evil"))
elif how == "link": link(P + "case/l", tarfile.SYMTYPE, "/etc/passwd")
elif how == "hard": link(P + "case/l", tarfile.LNKTYPE, P + "case/rings.csv")
elif how == "folder": link(P + "case/l", tarfile.DIRTYPE, "")
elif how == "fifo": link(P + "case/l", tarfile.FIFOTYPE, "")
elif how == "pax": form = tarfile.PAX_FORMAT; members[find("case/rings.csv")][0].pax_headers = {"path": P + "case/rings.csv", "comment": "x"}
elif how == "mode": members[find("case/rings.csv")][0].mode = 0o4755
elif how == "time": members[find("case/rings.csv")][0].mtime = 1700000000
elif how == "owner": members[find("case/rings.csv")][0].uname = "root"
elif how == "long": members.append(plain(P + "case/" + "x" * 300)); form = tarfile.GNU_FORMAT
elif how in ("sparse", "giant", "padding"): pass # below, in the bytes
elif how == "tail": tail = b"more"
elif how == "cut": cut = 3000
elif how == "half": cut = -20000
elif how == "seal": d = members[0]; d[1] = d[1].replace(b"masked=true", b"masked=fals")
elif how == "log":
    d = members[find("case/log.jsonl")]; d[1] = d[1].split(b"\n", 1)[1]; d[0].size = len(d[1])
elif how == "none": pass
elif how.startswith("lie "): # said in the seal and signed with the right key, sys.argv[4]
    _, old, new = how.split(" ")
    text = re.sub(old.encode(), new.encode(), members[0][1], count=1)
    assert text != members[0][1]
    with tempfile.NamedTemporaryFile() as file:
        file.write(text); file.flush()
        members[1][1] = subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", sys.argv[4], "-rawin", "-in", file.name], check=True, stdout=subprocess.PIPE).stdout
    members[0][1] = text
    members[0][0].size = len(text)
else: sys.exit("how?")
out = io.BytesIO()
with tarfile.open(fileobj=out, mode="w", format=form) as tar:
    for m, data in members: tar.addfile(m, io.BytesIO(data))
data = out.getvalue().rstrip(b"\0")
data += b"\0" * (-len(data) % 512) + b"\0" * 1024 + tail
def header(edit): # of rings.csv, with a checksum that holds
    global data
    at = data.index(b"ringscope-pack/case/rings.csv\0")
    block = bytearray(data[at:at + 512])
    edit(block)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    data = data[:at] + bytes(block) + data[at + 512:]
def put(block, at, value): block[at:at + len(value)] = value
if how == "sparse": header(lambda b: put(b, 156, b"S"))
elif how == "giant": header(lambda b: put(b, 124, b"\x80" + (2**62).to_bytes(11, "big")))
elif how == "padding":
    at = data.index(b"ringscope-pack/SHA256SUMS\0")
    size = int(data[at + 124:at + 135], 8)
    assert size % 512
    data = data[:at + 512 + size] + b"!" + data[at + 512 + size + 1:]
open(target, "wb").write(data if cut is None else data[:cut])
P

# forged HOW CODE SAYS...: what is said of a pack forged so.
forged() {
  begin "forged: $1"
  python3 "$T/forge.py" "$T/pack" "$D/pack" "$1" "$T/key" || fail "cannot forge"
  run "$2" verify "$D/pack" --public-key "$T/key.pub"
  shift 2
  says "$@"
}

forged none 0 "files of a whole case"
forged edit 5 "changed   case/members.csv" "another SHA-256"
forged grow 5 "changed   case/facts.csv" "another size"
forged drop 5 "missing   case/evidence.csv"
forged swap 5 "in another place"
forged rename 5 "missing   case/rings.csv" "extra     case/rungs.csv"
forged repeat 5 "case/rings.csv  there twice"
forged extra 5 "extra     case/more.csv"
forged up 5 "leads out of the pack"
forged absolute 5 "leads out of the pack"
forged outside 5 "leads out of the pack"
forged link 5 "a link"
forged hard 5 "a link"
forged folder 5 "not a plain file"
forged fifo 5 "not a plain file"
forged pax 5 "a header that ringscope does not write"
forged mode 5 "a header that ringscope does not write"
forged time 5 "a header that ringscope does not write"
forged owner 5 "a header that ringscope does not write"
forged long 3 "is not a pack of ringscope"
forged sparse 5 "a header that ringscope does not write"
forged giant 5 "the archive"
forged padding 5 "bytes between two files"
forged tail 5 "something behind its end"
forged half 5 "larger than the pack"
forged cut 3 "is not a pack of ringscope"
forged seal 5 "not signed with this key, or changed since"
forged log 5 "changed   case/log.jsonl"

# a sealer who lies: the signature holds
forged 'lie result_digest=. result_digest=x' 5 "no seal of this ringscope's kind"
forged 'lie result_digest=.{8} result_digest=00000000' 5 "manifest.json" "says otherwise than the seal"
forged 'lie masked=true masked=false' 5 "manifest.json" "says otherwise than the seal"
forged 'lie public_key=.{8} public_key=00000000' 5 "names another key than the one that signed it"
forged 'lie log_head=.{8} log_head=00000000' 5 "does not end where the seal says"
forged 'lie manifest=.{8} manifest=00000000' 5 "manifest.json" "not the one that the seal names"
forged 'lie bytes=[0-9]+ bytes=9223372036854775807' 5 "another size"
forged 'lie bytes=[0-9]+ bytes=-1' 5 "no seal of this ringscope's kind"
forged 'lie case/rings.csv ../../rings.csv' 5 "no seal of this ringscope's kind"
forged 'lie case/rings.csv case/members.csv' 5 "no seal of this ringscope's kind"

begin "another key, and no pack at all"
run 5 verify "$T/pack" --public-key "$T/other.pub"
says "not signed with this key"
run 3 verify "$T/claims.csv" --public-key "$T/key.pub"
: > "$D/empty"
run 3 verify "$D/empty" --public-key "$T/key.pub"
head -c 20000 /dev/urandom > "$D/random"
run 3 verify "$D/random" --public-key "$T/key.pub"
gzip -c "$T/pack" > "$D/pack.gz"
run 3 verify "$D/pack.gz" --public-key "$T/key.pub"
run 1 verify "$D/nothing" --public-key "$T/key.pub"

begin "the log of a case is held against what was sealed"
cp -r "$T/case" "$D/case"
n=$(wc -l < "$D/case/log.jsonl")
run 0 verify "$D/case" --sealed "$T/pack" --public-key "$T/key.pub"
run 0 export "$D/case" --format gexf -o "$D/a.gexf"
run 0 verify "$D/case" --sealed "$T/pack" --public-key "$T/key.pub"
says "$((n + 1)) entries in the log"
run 0 analyze "$T/claims.csv" -o "$D/case"
run 0 verify "$D/case" --sealed "$T/pack" --public-key "$T/key.pub"
says "$((n + 2)) entries in the log"
rm -rf "$D/case" && cp -r "$T/before" "$D/case"
run 5 verify "$D/case" --sealed "$T/pack" --public-key "$T/key.pub"
says "cut, moved or changed"
# a log made anew from its first line on holds by itself: only the seal tells
rm -rf "$D/case"
run 0 analyze "$T/claims.csv" -o "$D/case"
run 0 export "$D/case" --format gexf -o "$D/b.gexf"
run 0 verify "$D/case"
run 5 verify "$D/case" --sealed "$T/pack" --public-key "$T/key.pub"

begin "who worked and by which authority is in the log"
cp -r "$T/case" "$D/case"
run 0 export "$D/case" --format i2 -o "$D/i2.csv" --operator "张三" --authority "协查〔2025〕7号"
tail -n 1 "$D/case/log.jsonl" > "$T/last"
for word in '"operator":"张三"' '"authority":"协查〔2025〕7号"' "ringscope export" '"user":"'; do file_has "$T/last" "$word"; done
file_has "$D/case/log.jsonl" '"seq":1,.*"operator":"王稽核"'
run 0 verify "$D/case"
sed -i '2d' "$D/case/log.jsonl"
run 5 verify "$D/case"
says "log.jsonl"

begin "a case on a medium that cannot be written to logs beside the export"
cp -r "$T/case" "$D/case"
if unshare -m true 2> /dev/null; then
  unshare -m bash -c 'mount --bind -o ro "$1/case" "$1/case" 2> /dev/null && mount -o remount,bind,ro "$1/case" && exec "$2" export "$1/case" --format gexf -o "$1/x.gexf"' - "$D" "$RINGSCOPE" > "$T/out" 2> "$T/err"
  is "exit" $? 0
  says "logged in"
  file_has "$D/x.gexf.log.jsonl" '"seq":1,.*ringscope export'
  cmp -s "$T/case/log.jsonl" "$D/case/log.jsonl" || fail "the case's log was written to"
else
  echo "no mount namespaces here: a read-only medium is not tried"
fi

finish

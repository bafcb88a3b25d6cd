#!/usr/bin/env bash
# tests/coverage.sh: lines and branches that the tests reach, room by room; builds the preset coverage and runs all tests that are not long.
#   tests/coverage.sh           build, run, report
#   tests/coverage.sh --report  report on what was run last
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1:-}" != --report ]; then
  cmake --preset coverage > /dev/null
  cmake --build --preset coverage -j "$(nproc)" > build/coverage.log 2>&1 || { tail -n 20 build/coverage.log; exit 1; }
  find build/coverage -name '*.gcda' -delete
  ctest --preset coverage -j "$(nproc)" -LE long || true # what fails is check.sh's matter
fi
files=build/coverage/files.json
gcovr -r . --object-directory build/coverage --filter src/ --filter graph/ --filter exporters/ --exclude-throw-branches --gcov-ignore-parse-errors \
  --json "$files" build/coverage > build/coverage/gcovr.log 2>&1 || { tail -n 5 build/coverage/gcovr.log; exit 1; }
python3 - "$files" << 'P'
import collections, json, sys
rooms = collections.defaultdict(lambda: [0, 0, 0, 0])
worst = []
for f in json.load(open(sys.argv[1]))["files"]:
    name = f["file"]
    room = "/".join(name.split("/")[:2]) if name.startswith("src/") else name.split("/")[0]
    lines = {}
    branches = {}
    for line in f["lines"]:
        if line.get("gcovr/noncode"): continue
        n = line["line_number"]
        lines[n] = lines.get(n, 0) + (line["count"] != 0)
        for i, b in enumerate(line["branches"]): branches[n, i] = branches.get((n, i), 0) + (b["count"] != 0)
    reached = sum(v > 0 for v in lines.values()), sum(v > 0 for v in branches.values())
    for group in (room, "all"):
        for i, v in enumerate((reached[0], len(lines), reached[1], len(branches))): rooms[group][i] += v
    worst.append((len(lines) - reached[0], name, len(lines)))
share = lambda a, b: 100.0 * a / b if b else 100.0
print(f"{'room':<16}{'lines':>16}{'':>8}{'branches':>16}")
for room in sorted(rooms, key=lambda r: (r == "all", r)):
    a, b, c, d = rooms[room]
    print(f"{room:<16}{a:>8}/{b:<7}{share(a, b):>7.1f}%{c:>8}/{d:<7}{share(c, d):>7.1f}%")
print("\nmost lines not reached:")
for missing, name, n in sorted(worst, reverse=True)[:12]: print(f"{missing:>6} of {n:<6}{name}")
P

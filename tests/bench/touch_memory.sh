#!/usr/bin/env bash
# tests/bench/touch_memory.sh BYTES: writes so much memory, at most half of what is free, and gives it back. The host of a virtual machine takes
# free memory away; the first touch of such pages takes fifty times as long as that of others, and whoever runs first would pay for it.
set -euo pipefail
half=$(awk '/^MemAvailable:/ { printf "%.0f", $2 * 512 }' /proc/meminfo)
exec python3 -c 'import sys; b"1" * min(int(sys.argv[1]), int(sys.argv[2]))' "$1" "$half"

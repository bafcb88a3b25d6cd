#!/usr/bin/env bash
# test_fault.sh at more places, and at allocations of any size.
cd "$(dirname "$0")" || exit 1
FAULTS=200 WAYS=60 exec ./test_fault.sh

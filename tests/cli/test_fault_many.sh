#!/usr/bin/env bash
# test_fault.sh at more places.
cd "$(dirname "$0")" || exit 1
FAULTS=200 exec ./test_fault.sh

#!/usr/bin/env bash
# test_kill.sh at 200 random moments.
cd "$(dirname "$0")" || exit 1
KILLS=200 exec ./test_kill.sh

#!/usr/bin/env bash
# playwright-core and axe-core for tests/page/browse.cjs; the browser is Debian's.
exec "$(dirname "$0")/../npm_install.sh" build/page-test "the case page will not be opened in a browser" playwright-core@1.57.0 axe-core@4.11.0

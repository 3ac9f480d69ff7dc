#!/usr/bin/env bash
# Formats all C sources in place, or with --check only says which differ (exit code 1).
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
mode=-i
if [ "${1:-}" = --check ]; then
    mode=--dry-run
fi
find "$root/src" "$root/include" "$root/tests" -name '*.[ch]' -print0 |
    xargs -0 clang-format -Werror "$mode"

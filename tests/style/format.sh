#!/usr/bin/env bash
# The C sources stand as clang-format leaves them. Skipped (77) without the version they were
# formatted with: another one would see other faults.
set -eu
version=14
if ! clang-format --version 2>/dev/null | grep -q "version $version\."; then
    echo "skipped: no clang-format $version; scripts/install-deps.sh --dev installs it"
    exit 77
fi
exec "$(dirname "${BASH_SOURCE[0]}")/../../scripts/format.sh" --check

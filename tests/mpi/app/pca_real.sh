#!/usr/bin/env bash
# pca_ranks.sh with 2,000 real images; skipped without LOCKSTEP_DATA.
set -eu
if [ -z "${LOCKSTEP_DATA:-}" ]; then
    echo "skipped: LOCKSTEP_DATA names no CIFAR-10 archive"
    exit 77
fi
exec "$(dirname "$0")/pca_ranks.sh" "$1" "$2" "1 2" 64 data.path="$LOCKSTEP_DATA" data.limit=2000

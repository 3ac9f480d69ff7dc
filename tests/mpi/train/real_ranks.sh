#!/usr/bin/env bash
# ranks.sh with an epoch of 5,000 real images; skipped without LOCKSTEP_DATA.
set -eu
if [ -z "${LOCKSTEP_DATA:-}" ]; then
    echo "skipped: LOCKSTEP_DATA names no CIFAR-10 archive"
    exit 77
fi
exec "$(dirname "$0")/ranks.sh" "$1" "$LOCKSTEP_SOURCE/configs/paper.ini" \
    data.path="$LOCKSTEP_DATA" data.limit=5000 train.epochs=1

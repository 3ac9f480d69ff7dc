#!/usr/bin/env bash
# Proves that scripts/stacked.sh hands weights from stage to stage: the second stage's first
# convolution is the first stage's, frozen; the decoder's last layer is trained on; the whole
# network begins with what the stages have and trains it all. A sequence that was cut short goes on
# to the same weights, on another number of ranks.
#   stacked.sh LOCKSTEP CONFIG.ini
set -eu
export LOCKSTEP=$1
config=$2
here=$(cd "$(dirname "$0")" && pwd)
stacked=$here/../../../scripts/stacked.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    cat "$work/out" >&2
    echo "stacked.sh: $1" >&2
    exit 1
}

stack() { # FOLDER RANKS SETTING...
    local folder=$1 ranks=$2
    shift 2
    "$stacked" -n "$ranks" -o "$work/$folder" -f 8,16 "$config" data.synthetic_train=160 \
        train.epochs=2 "$@" --quiet >>"$work/out" 2>&1
}
digest() { grep '"weights_digest"' "$work/$1/whole/summary.json"; }
last() { echo "$work/one/$1/checkpoints/last.h5"; }
best() { echo "$work/one/$1/checkpoints/best.h5"; }
same() { h5diff -q "$1" "$2" "$3" "${4:-$3}"; }

stack one 1 || fail "the stages failed"
same "$(best stage-1)" "$(last stage-2)" /model/encoder/0-conv || fail "the frozen stage changed"
! same "$(best stage-1)" "$(last stage-2)" /model/decoder/0-deconv /model/decoder/2-deconv ||
    fail "the second stage's decoder was not trained"
! same "$(best stage-2)" "$(last whole)" /model/encoder/0-conv || fail "the whole did not train it"
grep -q 'weights: of encoder/0-conv, encoder/3-conv, decoder/3-deconv, decoder/5-deconv of' \
    "$work/one/whole/log.txt" || fail "the whole took something else from the second stage"

! stack two 1 train.max_steps=3 || fail "a stage that was cut short counts as done"
[ ! -e "$work/two/stage-2" ] || fail "the second stage began before the first had ended"
stack two 2 || fail "the sequence does not go on"
[ "$(digest one)" = "$(digest two)" ] || fail "a sequence cut short ends with other weights"

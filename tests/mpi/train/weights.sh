#!/usr/bin/env bash
# Proves that a run that takes its encoder from another run's checkpoint and keeps it frozen has the
# same bits on 1 and 3 ranks, ends with that very encoder and another decoder, and goes on without
# the file when it is resumed; and that a network which does not fit is refused before it trains.
#   weights.sh LOCKSTEP CONFIG.ini
set -eu
binary=$1
config=$2
here=$(cd "$(dirname "$0")" && pwd)
runner=$here/../../../scripts/mpirun-test.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "weights.sh: $1" >&2
    exit 1
}

# train FOLDER RANKS WORD...
train() {
    local folder=$1 count=$2
    shift 2
    "$runner" "$count" "$binary" train "$config" "$@" train.out="$work/$folder" --quiet \
        >"$work/out" 2>&1
}

digest() { grep -E '"(weights|state)_digest"' "$work/$1/summary.json"; }

small=(data.synthetic_train=80)
other=("${small[@]}" train.seed=2 optim.average=0.9 model.weights="$work/first.h5"
    model.weights_part=encoder model.freeze=encoder optim.clip_norm=0.05)
train first 1 "${small[@]}" train.epochs=1 || { cat "$work/out" && fail "the first run"; }
cp "$work/first/checkpoints/last.h5" "$work/first.h5"
train one 1 "${other[@]}" train.epochs=2 || { cat "$work/out" && fail "one rank"; }
train three 3 "${other[@]}" train.epochs=2 train.max_steps=3 || { cat "$work/out" && fail "three"; }
mv "$work/first.h5" "$work/moved.h5"
train three 3 "${other[@]}" train.epochs=2 || { cat "$work/out" && fail "three, resumed"; }
[ "$(digest one)" = "$(digest three)" ] || fail "three ranks differ from one"

h5diff "$work/moved.h5" "$work/one/checkpoints/last.h5" /model/encoder /model/encoder ||
    fail "the frozen encoder has changed"
! h5diff -q "$work/moved.h5" "$work/one/checkpoints/last.h5" /model/decoder /model/decoder ||
    fail "the decoder was not trained"

code=0
train refused 3 "${small[@]}" model.filters=8,12 model.weights="$work/moved.h5" || code=$?
[ $code -eq 1 ] || fail "a network that does not fit ends with $code, not 1"
grep -q 'moved.h5: encoder/.*/weight is \[.*\] in this network, and \[.*\] in that' "$work/out" ||
    { cat "$work/out" && fail "the refusal does not name both shapes"; }
[ ! -e "$work/refused/config.ini" ] || fail "the run that was refused has begun"

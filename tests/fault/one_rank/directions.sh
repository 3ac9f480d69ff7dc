#!/usr/bin/env bash
# Proves that a rank which stands still as the ranks of a host share out an optimizer's directions
# (optim.name=muon) leaves the other with a whole step: it makes all of them by itself, the
# emergency checkpoint is of that step, and a resume ends as if nothing had been. So it does in the
# first step and in a later one.
#   directions.sh LOCKSTEP SHIM
set -eu
epochs=1
. "$(dirname "$0")/common.sh"
network=("$root/tests/chaos/small.ini" "train.epochs=$epochs" optim.name=muon optim.lr=0.01
    train.checkpoint_steps=5 train.patience=0 train.keep=3 --quiet)

what='left alone'
run alone 2 0

for product in 3 150; do
    what="rank 1 of 2 stands still in its product $product of squares"
    run "still-$product" 2 3 ONE_RANK=1 ONE_RANK_STILL_SQUARES=$product comm.timeout_s=3
    says 'Rank 0 wrote an emergency checkpoint of step'
    step=$(newest)
    [ $((step % 5)) -ne 0 ] || fail "the newest checkpoint is one of every five steps: $step"
    run "still-$product" 1 0
    ends_as_alone
    echo "$me: $what: the step was whole, step $step"
done

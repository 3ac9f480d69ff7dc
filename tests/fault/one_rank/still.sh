#!/usr/bin/env bash
# Proves that a rank which stands still inside HDF5's collective writing, where nothing can be
# asked, ends the run within the timeout and five seconds: exit code 3, the words of the thread that
# watches, no process left, the checkpoint before it whole, and a resume that ends as if nothing
# had been.
#   still.sh LOCKSTEP SHIM
set -eu
. "$(dirname "$0")/common.sh"
limit=3

what='left alone'
run alone 2 0

for rank in 0 2; do
    for write in 1 8; do
        what="rank $rank stands still in its collective write number $write"
        began=$SECONDS
        run "still-$rank-$write" 3 3 ONE_RANK=$rank ONE_RANK_STILL=$write comm.timeout_s=$limit
        lasted=$((SECONDS - began))
        # The start, a few steps, and what mpirun takes to end a rank that is stopped.
        [ $lasted -le $((limit + 5 + 6)) ] || fail "took $lasted s"
        says "lockstep: rank [0-2] on $(hostname): .* by parallel HDF5 has lasted [0-9]+ s and"
        step=$(newest)
        [ -z "$(find "$folder/checkpoints" -name '.*')" ] && fail "it was not writing"
        run "still-$rank-$write" $((1 + rank % 3)) 0
        ends_as_alone
        echo "$me: $what: over after $lasted s, newest step $step"
    done
done
echo "$me: all ended in time and went on as if nothing had been, in $SECONDS s"

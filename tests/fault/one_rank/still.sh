#!/usr/bin/env bash
# Proves that a rank which stands still inside HDF5's collective writing, where nothing can be
# asked, ends the run within the timeout and five seconds: exit code 3, the words of the thread that
# watches, no process left, the checkpoint before it whole, and a resume that ends as if nothing
# had been.
#   still.sh LOCKSTEP SHIM
set -eu
epochs=1
. "$(dirname "$0")/common.sh"
limit=3

what='left alone'
run alone 2 0

# stands_still RANK WRITE NEWEST: a checkpoint takes 36 such writes.
stands_still() {
    local began=$SECONDS lasted
    what="rank $1 stands still in its collective write number $2"
    run "still-$1" 3 3 ONE_RANK="$1" ONE_RANK_STILL="$2" comm.timeout_s=$limit
    lasted=$((SECONDS - began))
    # The start, a few steps, and what mpirun takes to end a rank that is stopped.
    [ $lasted -le $((limit + 5 + 6)) ] || fail "took $lasted s"
    says "lockstep: rank [0-2] on $(hostname): .* by parallel HDF5 has lasted [0-9]+ s and"
    newest_is "$3"
    [ -n "$(find "$folder/checkpoints" -name '.*.partial')" ] || fail "it was not writing"
    run "still-$1" $((1 + $1)) 0
    ends_as_alone
    echo "$me: $what: over after $lasted s"
}

stands_still 2 1 -1
stands_still 0 40 5
echo "$me: all ended in time and went on as if nothing had been, in $SECONDS s"

#!/usr/bin/env bash
# Proves that a rank which stands still, or whose disk does not answer, while the ranks fill a
# checkpoint ends the run within the timeout and five seconds: exit code 3, the rank named, no
# process left, an emergency checkpoint of that very step, and a resume that ends as if nothing had
# been. Where the disk answers no rank, nobody can be asked: then the thread that watches ends the
# run, and the checkpoint before it stands.
#   still.sh LOCKSTEP SHIM
set -eu
epochs=1
. "$(dirname "$0")/common.sh"
limit=3

what='left alone'
run alone 2 0

# ends NAME RANKS NEWEST WORDS SETTING...: and a resume makes good.
ends() {
    local name=$1 ranks=$2 step=$3 words=$4 began=$SECONDS lasted
    shift 4
    run "$name" "$ranks" 3 "$@" comm.timeout_s=$limit
    lasted=$((SECONDS - began))
    # The start, a few steps, and what mpirun takes to end a rank that is stopped.
    [ $lasted -le $((limit + 5 + 6)) ] || fail "took $lasted s"
    says "$words"
    newest_is "$step"
    run "$name" 2 0
    ends_as_alone
    echo "$me: $what: over after $lasted s"
}

host=$(hostname)
what='rank 2 of 3 stands still in its first write of the first checkpoint'
ends still-2 3 5 "rank 2 on $host did not answer within $limit s" ONE_RANK=2 ONE_RANK_STILL=1
what='rank 0 of 3 stands still in its eighth write of the first checkpoint'
ends still-0 3 5 "Rank 1 wrote an emergency checkpoint of step 5" ONE_RANK=0 ONE_RANK_STILL=8
what='the disk does not answer rank 1 of 2 in the second checkpoint'
ends waits-1 2 10 "rank 1 on $host did not answer within $limit s" ONE_RANK=1 ONE_RANK_WAITS=30
what='the disk answers nobody in the second checkpoint'
ends waits-all 2 5 "lockstep: rank [01] on $host: writing a checkpoint by parallel HDF5 has" \
    ONE_RANK=all ONE_RANK_WAITS=30
echo "$me: all ended in time and went on as if nothing had been, in $SECONDS s"

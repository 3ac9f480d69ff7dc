#!/usr/bin/env bash
# Proves on real runs that weights which differ on one rank are found before they are saved, the
# rank and its host named, exit code 2; that a resume from what was saved before ends as a run
# without the fault; that healing after each step does too, and that without a majority it stops.
#   differs.sh LOCKSTEP SHIM
set -eu
epochs=1
. "$(dirname "$0")/common.sh"
host=$(hostname)
# In step 8: four messages of floats a step go round among three ranks, the last is not handed on.
wrong=(ONE_RANK=1 "ONE_RANK_WRONG=32")

what='left alone'
run alone 3 0

what='compared at each checkpoint'
run stop 3 2 "${wrong[@]}"
says "lockstep: step 10: .* no longer equal: rank 1 on $host differ"
never_says "rank [02] on"
newest_is 5
run stop 2 0
ends_as_alone

what='compared after each step'
run each 3 2 "${wrong[@]}" train.check_replicas=1
says "lockstep: step 8: .* no longer equal: rank 1 on $host differ"
newest_is 5

what='healed at once'
run heal 3 0 "${wrong[@]}" train.check_replicas=1 train.on_replica_difference=heal
says "step 8: rank 1 on $host differed"
never_says "rank [02] on"
ends_as_alone

# What the rank added to gradients meanwhile stays: whole, but not the run without the fault.
what='healed at the next checkpoint'
run late 3 0 "${wrong[@]}" train.on_replica_difference=heal
says "step 10: rank 1 on $host differed"
[ "$(digest late)" != "$(digest alone)" ] || fail "the fault changed nothing: it was none"
"$lockstep" inspect "$folder/checkpoints/last.h5" >/dev/null || fail "last.h5 is not valid"

what='two ranks have no majority'
run two 2 2 ONE_RANK=1 ONE_RANK_WRONG=16 train.on_replica_difference=heal
says "no longer equal: rank 0 on $host, rank 1 on $host agree with no majority"
newest_is 5
echo "$me: all found in time, in $SECONDS s"

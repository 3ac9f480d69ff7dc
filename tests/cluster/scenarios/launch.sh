#!/usr/bin/env bash
# Proves that the job script trains on several hosts and ends in the bits of one host.
#   launch.sh srun|mpirun
. "$(dirname "$0")/../scenario.sh"
export LOCKSTEP_LAUNCH=$1
train_alone
job=$(submit run --nodes=3 --ntasks-per-node=2)
await 90 "job $job has ended" ended "$job"
state_is "$job" COMPLETED || fail "job $job is $(field "$job" JobState)"
[ "$(summary run ranks)" = 6 ] || fail "it ran on $(summary run ranks) ranks instead of 6"
same_as_alone run

#!/usr/bin/env bash
# Proves that a cancelled job (plain scancel: TERM, then KILL) stays cancelled, and that the same
# job sent again, on other numbers of hosts and ranks, ends in the bits of one host.
#   cancel.sh srun|mpirun
. "$(dirname "$0")/../scenario.sh"
start_job "$1" 3 train.epochs=12
scancel "$job"
await 30 "job $job has ended" ended "$job"
state_is "$job" CANCELLED || fail "job $job is $(field "$job" JobState)"
[ ! -e run/summary.json ] || [ "$(summary run stop_reason)" = signal ] || fail "it had ended before"

full_speed
job=$(submit run --nodes=2 --ntasks-per-node=2)
await 120 "job $job has ended" ended "$job"
state_is "$job" COMPLETED || fail "job $job is $(field "$job" JobState)"
went_on run
same_as_alone run

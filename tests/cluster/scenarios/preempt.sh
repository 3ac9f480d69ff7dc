#!/usr/bin/env bash
# Proves that a job whose hosts are taken by one of higher priority waits, goes on afterwards, and
# ends in the bits of one host.
#   preempt.sh srun|mpirun
. "$(dirname "$0")/../scenario.sh"
start_job "$1" 2 train.epochs=12
urgent=$(sbatch --parsable --partition=urgent --nodes=3 --exclusive --output=urgent.log \
    --wrap 'sleep 2')
await 60 "job $job is in the queue again" waits_again "$job" 1
[ "$(field "$urgent" JobState)" != PENDING ] || await 30 "the urgent one has its hosts" \
    state_is "$urgent" RUNNING
full_speed
finish_requeued "$job" 1
went_on run
same_as_alone run

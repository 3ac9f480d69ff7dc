#!/usr/bin/env bash
# Proves that ranks whose partner stands still (SIGSTOP) wait for comm.timeout_s and no longer, and
# name it and its host; that the job puts itself into the queue again, and ends in the bits of one
# host.
#   stalled.sh srun|mpirun
. "$(dirname "$0")/../scenario.sh"
start_job "$1" 3 train.epochs=12 comm.timeout_s=5
# shellcheck disable=SC2016
on_host h2 sh -c 'kill -STOP $(pgrep -o -x lockstep)'
await 90 "job $job is in the queue again" waits_again "$job" 1
grep -q 'rank 1 on h2' run.log || fail "the log does not name rank 1 on h2"
full_speed
finish_requeued "$job" 1
went_on run
same_as_alone run

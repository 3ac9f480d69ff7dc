#!/usr/bin/env bash
# Proves that a job that loses a rank (SIGKILL) ends within a minute, puts itself into the queue
# again, and ends in the bits of one host.
#   killed_rank.sh srun|mpirun
. "$(dirname "$0")/../scenario.sh"
start_job "$1" 3 train.epochs=12
kill_rank h2
await 60 "job $job is in the queue again" waits_again "$job" 1
full_speed
finish_requeued "$job" 1
went_on run
same_as_alone run

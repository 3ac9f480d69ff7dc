#!/usr/bin/env bash
# Proves that a job whose time is up saves where it is on Slurm's notice (--signal), ends with 75,
# puts itself into the queue again, and ends in the bits of one host.
#   time_limit.sh srun|mpirun
. "$(dirname "$0")/../scenario.sh"
export LOCKSTEP_LAUNCH=$1
settings+=(train.epochs=40)
train_alone

slow_network 10
job=$(submit run --nodes=2 --time=1 --signal=B:USR1@40)
await 100 "job $job is in the queue again" waits_again "$job" 1
[ "$(summary run stop_reason)" = signal ] || fail "it stopped by $(summary run stop_reason)"
say "stopped at step $(newest_step run)"
full_speed
finish_requeued "$job" 1
went_on run
same_as_alone run

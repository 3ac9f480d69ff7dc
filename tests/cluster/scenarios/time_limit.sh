#!/usr/bin/env bash
# Proves that a job whose time (a minute) is up saves where it is and ends with 75 before Slurm ends
# it, puts itself into the queue again, and ends in the bits of one host.
#   time_limit.sh srun|mpirun notice      told by Slurm's notice (--signal=B:USR1@40)
#   time_limit.sh srun|mpirun deadline    without one: the program asks Slurm when the job ends
. "$(dirname "$0")/../scenario.sh"
export LOCKSTEP_LAUNCH=$1
settings+=(train.epochs=40)
train_alone

reason=signal notice=B:USR1@40
if [ "$2" = deadline ]; then
    reason=deadline notice=B:CONT@1 # a notice that means nothing: the job script has one
else
    settings+=(train.deadline=never)
fi
slow_network 4
job=$(submit run --nodes=2 --time=1 --signal=$notice)
await 120 "job $job is to start again" restarts_are "$job" 1
[ "$(summary run stop_reason)" = $reason ] || fail "it stopped by $(summary run stop_reason)"
grep -q 'into the queue again' run.log || fail "it was not the job script that requeued it"
say "stopped at step $(newest_step run)"
full_speed
finish_requeued "$job" 1
went_on run
same_as_alone run

#!/usr/bin/env bash
# Proves that a job whose host crashes goes on on those that remain, first without a rank's host,
# then without the one of the job script and of rank 0, and ends in the bits of one host.
#   crash.sh srun|mpirun
. "$(dirname "$0")/../scenario.sh"
start_job "$1" 2 train.epochs=20
runs_on "$job" 'h[1-2]' || fail "it began on $(field "$job" NodeList)"
crash_host h2
crashed_at=$SECONDS
await 120 "job $job is to start again" restarts_are "$job" 1
say "noticed after $((SECONDS - crashed_at)) s"
go_on_now "$job"
await 60 "it is on the hosts that remain" runs_on "$job" 'h[1,3]'
before=$(newest_step run)
await 90 "20 more steps are saved" step_reached run $((before + 20))

boot_host h2
start_slurmd h2
await 60 "h2 is back" idle 1
crash_host h1
crashed_at=$SECONDS
await 120 "job $job is to start again" restarts_are "$job" 2
say "noticed after $((SECONDS - crashed_at)) s"
full_speed
finish_requeued "$job" 2
runs_on "$job" 'h[2-3]' || fail "it ended on $(field "$job" NodeList)"
went_on run
same_as_alone run

#!/usr/bin/env bash
# Proves that USR1, sent as Slurm sends its notice before a limit, lets a job save where it is, end
# with 75 and put itself into the queue again, and that it ends in the bits of one host.
#   signal.sh srun|mpirun step     to the ranks: by mpirun only those on other hosts than the first
#   signal.sh srun|mpirun batch    to the job script, which passes it on
. "$(dirname "$0")/../scenario.sh"
start_job "$1" 2 train.epochs=12
if [ "$2" = batch ]; then scancel --batch -s USR1 "$job"; else scancel -s USR1 "$job"; fi
await 30 "job $job is in the queue again" waits_again "$job" 1
[ "$(summary run stop_reason)" = signal ] || fail "it stopped by $(summary run stop_reason)"
full_speed
finish_requeued "$job" 1
went_on run
same_as_alone run

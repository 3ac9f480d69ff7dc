#!/usr/bin/env bash
# Proves that a host that falls silent (its cable is pulled) ends a run within a bounded time and
# not never, and that the run goes on on the others and ends in the bits of one host.
#   cut_off.sh loop HOST     mpirun under scripts/train-loop.sh: the keepalives notice it
#   cut_off.sh srun HOST     a job: Slurm notices it
# Rank 0, which holds the run folder's lock, is on h1.
. "$(dirname "$0")/../scenario.sh"
settings+=(train.epochs=20)
train_alone

slow_network 20
if [ "$1" = loop ]; then
    export OMPI_MCA_oob_tcp_keepalive_time=3 OMPI_MCA_oob_tcp_keepalive_intvl=1
    export OMPI_MCA_oob_tcp_keepalive_probes=2
    printf 'h1 slots=1\nh2 slots=1\nh3 slots=1\n' >hosts
    "$root/scripts/train-loop.sh" --hosts hosts --pause 1 --program "$LOCKSTEP" \
        --agent "$LAB/agent" "$config" "${settings[@]}" train.out=run >loop.log 2>&1 &
    loop=$!
else
    job=$(submit run --nodes=2)
fi
await 60 "step 30 is saved" step_reached run 30
cut_host "$2"
cut_at=$SECONDS
if [ "$1" = loop ]; then
    await 60 "it is to start again" grep -q 'is saved: again' loop.log
    say "noticed after $((SECONDS - cut_at)) s"
    full_speed
    code=0
    wait "$loop" || code=$?
    [ $code = 0 ] || fail "the loop ended with $code"
else
    await 120 "job $job is to start again" restarts_are "$job" 1
    say "noticed after $((SECONDS - cut_at)) s"
    full_speed
    finish_requeued "$job" 1
fi
went_on run
same_as_alone run

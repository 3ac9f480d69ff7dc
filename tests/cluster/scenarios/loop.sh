#!/usr/bin/env bash
# Proves that scripts/train-loop.sh, without Slurm, starts again after a rank was killed and after
# a host has crashed, which it then leaves out, and ends in the bits of one host; that it wants all
# hosts at its first start; and that it gives up where no step is gained.
. "$(dirname "$0")/../scenario.sh"
settings+=(train.epochs=12)
loop=("$root/scripts/train-loop.sh" --hosts hosts --pause 1 --program "$LOCKSTEP"
    --agent "$LAB/agent")
export OMPI_MCA_oob_tcp_keepalive_time=3 OMPI_MCA_oob_tcp_keepalive_intvl=1
export OMPI_MCA_oob_tcp_keepalive_probes=2
started_again() { [ "$(grep -c 'is saved: again' loop.log)" = "$1" ]; } # times
printf 'h1 slots=1\nh2 slots=2\n# a comment\nh3 slots=1\n' >hosts
train_alone

slow_network 50
"${loop[@]}" "$config" "${settings[@]}" train.out=run >loop.log 2>&1 &
job=$!
await 60 "step 30 is saved" step_reached run 30
kill_rank h2
await 30 "it is to start again" started_again 1
grep -q 'ended with 137' loop.log || fail "it did not end as by a killed rank"
await 60 "step 100 is saved" step_reached run 100
crash_host h3
await 60 "it is to start again" started_again 2
full_speed
code=0
wait $job || code=$?
[ $code = 0 ] || fail "the loop ended with $code"
[ "$(summary run ranks)" = 3 ] || fail "it ended on $(summary run ranks) ranks instead of 3"
went_on run
same_as_alone run

code=0
"${loop[@]}" "$config" train.out=never >absent.log 2>&1 || code=$?
[ $code = 1 ] || fail "with a host that is down it ended with $code instead of 1"
[ ! -e never ] || fail "it began though a host is down"
grep -q 'h3 does not answer' absent.log || fail "it does not say which host is down"

# A program that comes to nothing, as a rank that is killed at every start.
printf '#!/bin/sh\nexit 137\n' >killed
chmod +x killed
printf 'h1\nh2\n' >hosts
code=0
"${loop[@]}" --program ./killed "$config" train.out=never >nothing.log 2>&1 || code=$?
[ $code = 137 ] || fail "a run that gains nothing ended with $code"
grep -q 'not started again: the newest checkpoint' nothing.log || fail "it does not say why it ends"

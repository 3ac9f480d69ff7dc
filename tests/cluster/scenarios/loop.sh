#!/usr/bin/env bash
# Proves that scripts/train-loop.sh, without Slurm, starts again after a rank was killed and after
# a host has crashed, which it then leaves out, and ends in the bits of one host; that it wants all
# hosts at its first start; and that it gives up where no step is gained.
. "$(dirname "$0")/../scenario.sh"
settings+=(train.epochs=12)
loop=("$root/scripts/train-loop.sh" --hosts hosts --pause 1 --program "$LOCKSTEP"
    --agent "$cluster/lab/agent.sh")
printf 'h1 slots=1\nh2 slots=2\n# a comment\nh3 slots=1\n' >hosts
train_alone

slow_network 20
"${loop[@]}" "$config" "${settings[@]}" train.out=run >loop.log 2>&1 &
job=$!
await 60 "step 30 is saved" step_reached run 30
kill_rank h2
await 30 "it started again" grep -q 'ended with 137.*again' loop.log
await 60 "step 100 is saved" step_reached run 100
crash_host h3
await 60 "it started again" grep -q 'ended with 205.*again' loop.log
full_speed
code=0
wait $job || code=$?
[ $code = 0 ] || fail "the loop ended with $code"
[ "$(summary run ranks)" = 3 ] || fail "it ended on $(summary run ranks) ranks instead of 3"
went_on run
same_as_alone run

code=0
"${loop[@]}" "$config" train.out=never >absent.log 2>&1 || code=$?
{ [ $code = 1 ] && [ ! -e never ]; } || fail "with a host that is down it began, or ended with $code"
grep -q 'h3 does not answer' absent.log || fail "it does not say which host is down"

# A program that comes to nothing, as a rank that is killed at every start.
printf '#!/bin/sh\nexit 137\n' >killed
chmod +x killed
printf 'h1\nh2\n' >hosts
code=0
"${loop[@]}" --program ./killed "$config" train.out=never >nothing.log 2>&1 || code=$?
[ $code = 137 ] || fail "a run that gains nothing ended with $code"
grep -q 'not started again: the newest checkpoint' nothing.log || fail "it does not say why it ends"

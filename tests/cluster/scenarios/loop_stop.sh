#!/usr/bin/env bash
# Proves that scripts/train-loop.sh, told to stop, has the run saved where it is, ends with 75 and
# does not start again; that after a deadline (also 75) it does; and that the bits are those of one
# host.
. "$(dirname "$0")/../scenario.sh"
settings+=(train.epochs=12)
printf 'h1 slots=1\nh2 slots=1\n' >hosts
train_alone

start_loop() { # log [section.key=value...]
    local log=$1
    shift
    "$root/scripts/train-loop.sh" --hosts hosts --pause 1 --program "$LOCKSTEP" \
        --agent "$LAB/agent" "$config" "${settings[@]}" train.out=run "$@" >"$log" 2>&1 &
    loop=$!
}
end_loop() { # exit code that it must have
    local code=0
    wait "$loop" || code=$?
    [ $code = "$1" ] || fail "the loop ended with $code instead of $1"
}

slow_network 20
start_loop stop.log
await 60 "step 30 is saved" step_reached run 30
kill -TERM "$loop"
end_loop 75
[ "$(summary run stop_reason)" = signal ] || fail "it stopped by $(summary run stop_reason)"
! grep -q 'is saved: again' stop.log || fail "it started again though it was told to stop"

start_loop deadline.log train.deadline=6s
await 60 "it stopped for the deadline" grep -q 'ended with 75.*is saved: again' deadline.log
[ "$(summary run stop_reason)" = deadline ] || fail "it stopped by $(summary run stop_reason)"
full_speed
end_loop 0
went_on run
same_as_alone run

#!/usr/bin/env bash
# Proves that a rank that stands still or is killed ends the run within bounds and costs no more
# than it must: exit code 3 in time, the rank and host named, an emergency checkpoint of the last
# whole step, no process left, and a resume that ends as if nothing had been.
#   stalled.sh LOCKSTEP [all]     all: other ranks too, and again and again in checkpoints
set -eu
. "$(dirname "$0")/common.sh"
every=${2:-}
timeout=3
# comm.timeout_s, five seconds for a roll call or the watchdog, and two for the launcher to kill.
limit=$((timeout + 5 + 2))
patient=(comm.timeout_s=$timeout)

# ends_in_time CODE: from $from on.
ends_in_time() {
    finish "$1" 60
    lasted=$(($(now_ms) - from))
    [ $lasted -le $((limit * 1000)) ] || fail "ended after $lasted ms, not within $limit s"
}

# Where steps are: the ranks wait for each other's gradients. A rank that stands still in the very
# step after a checkpoint leaves nothing to be saved: then that one stands, and another try is made.
stand_still() { # RANK RANKS [TRY]
    what="rank $1 of $2 stands still"
    local lowest=0 step
    [ "$1" -ne 0 ] || lowest=1
    begin still "$2" "${patient[@]}" train.epochs=3
    await_step 40
    from=$(now_ms)
    send STOP "$1"
    ends_in_time 3
    says "rank $1 on $(hostname) did not answer within $timeout s \\(all were last together in"
    if grep -q "The checkpoint of step $(newest) stands (rank $lowest on" "$folder.out"; then
        [ "${3:-1}" -lt 4 ] || fail "never where there is something to save"
        valid
        resume 2 "$work/alone" "${patient[@]}" train.epochs=3
        stand_still "$1" "$2" $((${3:-1} + 1))
        return
    fi
    says "Rank $lowest wrote an emergency checkpoint of step [0-9]+ \\(rank $lowest on"
    step=$(sed -n 's/.*emergency checkpoint of step \([0-9]*\).*/\1/p' "$folder.out" | head -n 1)
    [ "$(newest)" -eq "$step" ] || fail "the newest is not the emergency checkpoint"
    valid
    echo "$me: $what: $lasted ms, emergency checkpoint of step $step"
    resume 2 "$work/alone" "${patient[@]}" train.epochs=3
}

# With a checkpoint after each step it mostly meets one: the others don't wait for it in there.
stand_still_in_checkpoint() { # RANK
    what="rank $1 stands still in a checkpoint"
    begin written 3 "${patient[@]}" "${often[@]}"
    await_step $((10 + RANDOM % 10))
    sleep 0.00$((RANDOM % 10))
    from=$(now_ms)
    send STOP "$1"
    ends_in_time 3
    says "rank $1 on $(hostname) did not answer within $timeout s"
    valid
    echo "$me: $what: $lasted ms, step $(newest)"
    resume 2 "$work/often" "${patient[@]}" "${often[@]}"
}
often=(train.checkpoint_steps=1 data.synthetic_train=2000)

# The launcher sees it before the ranks do.
kill_one() { # RANK
    what="rank $1 is killed"
    begin killed 3 "${patient[@]}" train.epochs=3
    await_step 40
    from=$(now_ms)
    send KILL "$1"
    ends_in_time any
    [ "$code" -ne 0 ] || fail "mpirun ended with 0"
    valid
    [ "$(newest)" -ge 40 ] || fail "the checkpoint of step 40 is gone"
    echo "$me: $what: $lasted ms, exit code $code, step $(newest)"
    resume 1 "$work/alone" "${patient[@]}" train.epochs=3
}

leave_alone alone train.epochs=3
stand_still 0 3
kill_one 1
leave_alone often "${often[@]}"
stand_still_in_checkpoint 1
if [ "$every" = all ]; then
    stand_still 1 2
    stand_still 2 4
    kill_one 0
    for rank in 0 1 2 0 1 2; do
        stand_still_in_checkpoint $rank
    done
fi
echo "$me: all ended in time and went on as if nothing had been, in $SECONDS s"

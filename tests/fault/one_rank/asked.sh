#!/usr/bin/env bash
# Proves that a signal to one rank of three, at places that a sleep could only hit by chance, stops
# all of them after the step that it must: in the first step, in the last two of an epoch, after a
# validation, and in the writing of a checkpoint. No stop adds or drops a validation, and chains of
# such jobs, on other numbers of ranks in the end, end as the run left alone.
#   asked.sh LOCKSTEP SHIM
set -eu
epochs=2
. "$(dirname "$0")/common.sh"

# stops NAME VARIABLE=N STEP EPOCHS: goes on in the folder and stops there.
stops() {
    what="$1: $2"
    run "$1" 3 75 ONE_RANK=$((RANDOM % 3)) "$2"
    [ "$(field "$folder" stop_reason)" = signal ] ||
        fail "stop_reason is $(field "$folder" stop_reason)"
    [ "$(field "$folder" steps) $(field "$folder" epochs)" = "$3 $4" ] ||
        fail "not stopped at step $3 after $4 epochs, but $(field "$folder" steps) after" \
            "$(field "$folder" epochs)"
    newest_is "$3"
    head -n $((1 + $4)) "$work/alone/metrics.csv" | cmp - "$folder/metrics.csv" ||
        fail "metrics.csv is not what a run never stopped had there"
}

# ends NAME RANKS
ends() {
    what="$1: to the end"
    run "$1" "$2" 0
    ends_as_alone
}

what='left alone'
run alone 2 0
[ "$(field "$work/alone" steps)" -eq 32 ] || fail "an epoch is not of 16 steps"

# Four messages of floats a step: the request rides on the sum of the step after.
stops chain ONE_RANK_ASKED=2 2 0
stops chain ONE_RANK_ASKED=50 16 0 # in step 15
stops chain ONE_RANK_ASKED=1 18 1
ends chain 2

# In the last step of an epoch it is noticed before the validation; while the best model is written,
# before the next epoch's first step.
stops edge ONE_RANK_ASKED=62 16 0
stops edge ONE_RANK_ASKED_WRITING=3 16 1
ends edge 1
echo "$me: all stopped where they must, in $SECONDS s"

#!/usr/bin/env bash
# Proves that a run asked by a signal stops whole and goes on as if it never had: exit code, the
# checkpoint, metrics.csv, and the end after resumes on other numbers of ranks.
#   signals.sh LOCKSTEP [all]     all: every signal to one rank and to all, each resumed on its own
set -eu
. "$(dirname "$0")/common.sh"
every=${2:-}

# In the middle of an epoch: at a step that is no multiple of what is saved anyway.
stop_in_epoch() { # SIGNAL TARGET RANKS
    what="SIG$1 to $2 within an epoch"
    begin epoch "$3" train.epochs=3
    await_step $(($(newest) + 20))
    sleep 0.0$((RANDOM % 10))
    send "$1" "$2"
    finish 75
    stopped signal "$work/alone"
    echo "$me: $what: step $(field "$folder" steps)"
}

within_epochs() {
    leave_alone alone train.epochs=3
    stop_in_epoch USR1 0 3
    stop_in_epoch USR2 1 2
    stop_in_epoch TERM 2 3
    stop_in_epoch INT all 4
    resume 2 "$work/alone" train.epochs=3
}

every_signal_within_epochs() {
    local signal target ranks=1
    for signal in USR1 USR2 TERM INT; do
        for target in 0 2 all; do
            stop_in_epoch $signal $target 3
            ranks=$((ranks % 4 + 1))
            resume $ranks "$work/alone" train.epochs=3
        done
    done
    stop_in_epoch USR1 mpirun 3 # Open MPI's launcher hands on both of them
    stop_in_epoch USR2 mpirun 3
    resume 1 "$work/alone" train.epochs=3
}

# A validation of a second or more follows one step after the checkpoint of step 99.
long_validation=(data.synthetic_test=100000 train.epochs=1 train.checkpoint_steps=33)

stop_in_validation() { # SIGNAL TARGET RANKS
    what="SIG$1 to $2 in validation"
    begin validation "$3" "${long_validation[@]}"
    await_step 99
    sleep 0.4
    send "$1" "$2"
    finish 75
    stopped signal "$work/validated"
    [ "$(field "$folder" steps) $(field "$folder" epochs)" = '100 0' ] ||
        fail "was at step $(field "$folder" steps), not in validation"
    echo "$me: $what"
}

in_validation() {
    leave_alone validated "${long_validation[@]}"
    stop_in_validation TERM 1 2
    if [ "$every" = all ]; then
        stop_in_validation INT 0 3
        stop_in_validation USR2 2 3
        stop_in_validation USR1 all 3
    fi
    resume 1 "$work/validated" "${long_validation[@]}"
}

# Nothing is lost: there is no folder yet, or the one that was there stays as it is.
stop_in_loading() { # SIGNAL TARGET
    what="SIG$1 to $2 while data is loaded"
    begin loading 3 data.synthetic_train=400000 data.synthetic_size=16
    await "signals to be noted" notes_signals
    sleep 0.1
    send "$1" "$2"
    finish 75
    [ ! -e "$folder" ] || fail "it made a run folder: it was not loading any more"
    echo "$me: $what"
}

made_one_more() {
    local file step
    for file in "$folder"/checkpoints/step-*.h5; do
        step=${file##*/step-}
        step=$((10#${step%.h5}))
        if [ $((step % 20)) -ne 0 ]; then
            more=$step
            return 0
        fi
    done
    return 1
}

# on_usr1 = checkpoint: a checkpoint more, and the same end.
save_and_go_on() { # TARGET
    what="SIGUSR1 to $1 where it asks for a checkpoint"
    begin saved 3 train.epochs=3 train.on_usr1=checkpoint
    await_step 40
    send USR1 "$1"
    await "checkpoint of a step in between" made_one_more
    finish 0
    ends_as "$work/alone"
    rm -rf "$folder"
    echo "$me: $what: one of step $more"
}

# A second signal ends it at once. Its steps are of seconds, so that both fall into one.
long_steps=(data.synthetic_train=6000 train.batch=3000 train.checkpoint_steps=1
    model.filters=16,32 train.epochs=1)

end_at_once() { # SIGNAL CODE
    what="two SIG$1"
    begin twice alone "${long_steps[@]}"
    await_step 1
    sleep 0.1
    send "$1" 0
    sleep 0.1
    send "$1" 0
    finish "$2" 5
    [ "$(newest)" -eq 1 ] || fail "its step ended: too short to send two signals"
    valid
    resume 2 "$work/stepped" "${long_steps[@]}"
    echo "$me: $what: $2"
}

# The launcher gives its ranks a second or less: whatever was valid remains.
end_launcher() { # SIGNAL RANKS
    what="SIG$1 to mpirun itself"
    begin launcher "$2"
    await_step 40
    send "$1" mpirun
    finish any 15
    [ "$code" -ne 0 ] || fail "mpirun ended with 0"
    valid
    [ "$(newest)" -ge 40 ] || fail "the checkpoint of step 40 is gone"
    echo "$me: $what: exit code $code, step $(newest)"
    resume 1 "$work/short"
}

within_epochs
in_validation
stop_in_loading INT 1
save_and_go_on 1
leave_alone stepped "${long_steps[@]}"
end_at_once TERM 143
leave_alone short
end_launcher TERM 3
if [ "$every" = all ]; then
    every_signal_within_epochs
    stop_in_loading USR1 0
    stop_in_loading USR2 all
    stop_in_loading TERM 2
    save_and_go_on all
    end_at_once INT 130
    end_launcher INT 3
fi
echo "$me: all stopped whole and ended as if left alone, in $SECONDS s"

#!/usr/bin/env bash
# Proves that a run ends before its deadline, whoever sets it, with a whole checkpoint and a word on
# how many more jobs it takes; that a deadline already past does no harm; and that a chain of such
# jobs ends as the run left alone.
#   deadline.sh LOCKSTEP [all]    all: also deadlines that Slurm tells
set -eu
. "$(dirname "$0")/common.sh"
every=${2:-}
unset SLURM_JOB_ID SLURM_JOB_END_TIME

# epochs_for SECONDS: as many as two ranks make in this time on this machine, from a run of some.
epochs_for() {
    local seconds
    leave_alone tried train.epochs=8
    seconds=$(field "$work/tried" wall_seconds)
    awk -v wanted="$1" -v took="$seconds" 'BEGIN { print int(8 * wanted / took) + 1 }'
}

# stops_by WHOSE FROM_MS SECONDS: with 75 and before the deadline, but not without need.
stops_by() {
    local lasted
    finish 75
    lasted=$(($(now_ms) - $2))
    stopped deadline "$work/alone"
    logs "deadline \\($1\\): stopped in time; .* about [0-9]+ more jobs? of [0-9]+ s"
    says 'stopped early by its deadline, with a checkpoint of step [0-9]+; run again to go on'
    [ $lasted -lt $(($3 * 1000)) ] || fail "ended after $lasted ms of $3 s"
    [ $lasted -gt 800 ] || fail "ended after $lasted ms of $3 s already"
    echo "$me: $what: $lasted ms of $3 s, step $(field "$folder" steps)"
}

# From about the moment from which it counts.
by_option() {
    what="train.deadline=6s"
    begin chain 2 "${long[@]}" train.deadline=6s
    await "signals to be noted" notes_signals
    stops_by train.deadline "$(now_ms)" 6
}

by_slurm_variable() {
    what="SLURM_JOB_END_TIME"
    local from
    from=$(now_ms)
    export SLURM_JOB_END_TIME=$((from / 1000 + 7))
    begin chain 3 "${long[@]}"
    unset SLURM_JOB_END_TIME
    stops_by SLURM_JOB_END_TIME "$from" 7
}

# Slurm's own words for when job 4711 ends; asked once, by rank 0.
by_squeue() {
    what="squeue"
    local from
    mkdir "$work/bin"
    cat >"$work/bin/squeue" <<'SCRIPT'
#!/usr/bin/env bash
echo "$*" >>"$(dirname "$0")/asked"
cat "$(dirname "$0")/answer"
SCRIPT
    chmod +x "$work/bin/squeue"
    from=$(now_ms)
    date -d "@$((from / 1000 + 7))" +%Y-%m-%dT%H:%M:%S >"$work/bin/answer"
    export SLURM_JOB_ID=4711
    PATH=$work/bin:$PATH begin chain 2 "${long[@]}"
    unset SLURM_JOB_ID
    stops_by squeue "$from" 7
    [ "$(cat "$work/bin/asked")" = '-h -j 4711 -o %e' ] ||
        fail "squeue was asked: $(cat "$work/bin/asked")"
}

# Each such job still goes on by a step or more, so that a chain of them comes to an end.
past() {
    what="a deadline that is past"
    local before ranks
    for ranks in 3 alone; do
        before=$(newest)
        begin chain $ranks "${long[@]}" train.deadline=2020-01-01T00:00:00Z
        finish 75 20
        stopped deadline "$work/alone"
        [ "$(newest)" -gt "$before" ] || fail "it did not go on from step $before"
        echo "$me: $what: from step $before to $(newest)"
    done
}

# An epoch of one step: every job stops behind its last, before validation.
past_behind_epochs() {
    what="a deadline that is past, behind an epoch's last step"
    local before=0
    for _ in 1 2 3; do
        begin behind alone data.synthetic_train=50 train.epochs=9 \
            train.deadline=2020-01-01T00:00:00Z
        finish 75 20
        [ "$(newest)" -gt "$before" ] || fail "it did not go on from step $before"
        before=$(newest)
    done
}

# Longer than the jobs of the chain together.
long=(train.epochs="$(epochs_for "$([ "$every" = all ] && echo 24 || echo 10)")")
leave_alone alone "${long[@]}"
past_behind_epochs
by_option
past
if [ "$every" = all ]; then
    by_slurm_variable
    by_squeue
fi
what="the chain's end"
resume 3 "$work/alone" "${long[@]}" train.deadline=never
echo "$me: every job stopped in time and the chain ended as if left alone, in $SECONDS s"

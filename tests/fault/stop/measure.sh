#!/usr/bin/env bash
# Measures how long two ranks of configs/paper.ini on 5000 real images take from a signal to their
# end, at random moments from the first at which signals are noted (data is loaded, steps,
# validation, checkpoints). Not a test: times belong to the machine.
#   LOCKSTEP_DATA=.../cifar-10-binary.tar.gz measure.sh LOCKSTEP [MOMENTS [SEED]]
set -eu
. "$(dirname "$0")/common.sh"
moments=${2:-20}
SPAN_MS=10000 # loading, an epoch and its validation
RANDOM=${3:-1}
[ -f "${LOCKSTEP_DATA:-}" ] || { echo "$me: LOCKSTEP_DATA names no file" >&2 && exit 77; }
# bash's read waits without starting a process.
mkfifo "$work/never"
exec {never}<>"$work/never"
pause() { read -r -t "$1" -u "$never" || true; }

set_words() {
    words=("$root/configs/paper.ini" "data.path=$LOCKSTEP_DATA" data.limit=5000 train.deadline=never
        "train.out=$folder" --quiet)
}

ended() { # a process that is gone, or whose launcher has not yet looked after it
    local state
    [ -e "/proc/$1" ] || return 0
    read -r _ _ state _ 2>/dev/null <"/proc/$1/stat" || return 0
    [ "$state" = Z ]
}

# From the moment from which on the run can be asked, over loading, an epoch and its validation.
measure_once() {
    local wait=$((RANDOM % SPAN_MS)) began pid rank=$((RANDOM % 2)) before
    what="moment $1"
    begin run 2
    before=$(newest)
    await "signals to be noted" notes_signals
    pause "$((wait / 1000)).$(printf %03d $((wait % 1000)))"
    began=$(now_ms)
    send TERM "$rank"
    for pid in "${pids[@]}"; do
        until ended "$pid"; do pause 0.002; done
    done
    lasted=$(($(now_ms) - began))
    finish 75
    [ ! -f "$folder/summary.json" ] || valid
    echo "$me: asked rank $rank after $wait ms: $lasted ms, step $before to $(newest)"
    times+=("$lasted")
}

times=()
for ((i = 1; i <= moments; i++)); do measure_once "$i"; done
mapfile -t sorted < <(printf '%s\n' "${times[@]}" | sort -n)
echo "$me: $moments moments: median ${sorted[$((moments / 2))]} ms, worst ${sorted[-1]} ms"

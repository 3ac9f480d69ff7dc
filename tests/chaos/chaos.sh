#!/usr/bin/env bash
# Interrupts a training run at random moments, again and again, damages its newest checkpoint now
# and then, resumes it on a random number of ranks, lets it end, and compares the end with the same
# run left alone. An interruption is SIGKILL to all, to one rank or to mpirun alone, or one of
# SIGTERM, SIGINT, SIGUSR1 and SIGUSR2 to one rank or to all; damage is a flipped bit or a cut.
#   tests/chaos/chaos.sh --binary PATH [--kills N] [--seed S] [--ranks MAX] [--config INI]
#                        [--no-signals] [--no-damage] [section.key=value ...]
# Exit 0: the same weights, optimizer state, metrics and pictures; each resume went on from the
# newest whole checkpoint; each signal ended the run by itself with 75 and lost no step, and no
# SIGKILL more than the steps since the last checkpoint. The folder of a failed comparison is kept.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
binary='' kills=4 seed=$RANDOM most=4 config=$root/tests/chaos/small.ini signals=1 damage=1
overrides=()
while [ $# -gt 0 ]; do
    case $1 in
    --binary) binary=$2 && shift 2 ;;
    --kills) kills=$2 && shift 2 ;;
    --seed) seed=$2 && shift 2 ;;
    --ranks) most=$2 && shift 2 ;;
    --config) config=$2 && shift 2 ;;
    --no-signals) signals=0 && shift ;;
    --no-damage) damage=0 && shift ;;
    *.*=*) overrides+=("$1") && shift ;;
    *) echo "chaos.sh: $1: unknown; see the head of $0" >&2 && exit 1 ;;
    esac
done
[ -x "$binary" ] || { echo "chaos.sh: --binary: '$binary' cannot be run" >&2 && exit 1; }
RANDOM=$seed
exec 3>&2
LIMIT=60 # seconds that an interrupted run may take to end
work=$(mktemp -d)
checkpoints=$work/chaos/checkpoints
mkdir "$work/damaged"
job=0 members=''
echo "chaos: seed $seed, $kills kills, 1 to $most ranks"

# The ranks are mpirun's children; the list is taken while it stands still.
hold_job() {
    kill -STOP "$job" 2>/dev/null || return 0
    members=$(pgrep -P "$job") || true
}

# shellcheck disable=SC2086 # a list of numbers
kill_job() {
    [ "$job" -gt 0 ] || return 0
    hold_job
    kill -KILL $members "$job" 2>/dev/null || true
    wait "$job" 2>/dev/null || true
    job=0
}
trap kill_job EXIT

fail() {
    echo "chaos: FAILED: $1 (seed $seed; everything is in $work)" >&3
    exit 1
}

start() { # folder ranks: in the background, as $job
    members=''
    "$root/scripts/mpirun-test.sh" "$2" "$binary" train "$config" "${overrides[@]}" \
        "train.out=$work/$1" --quiet >"$work/$1.out" 2>&1 &
    job=$!
}

finish() { # folder: waits, and fails unless it ends well
    local code=0
    wait "$job" || code=$?
    job=0
    [ $code -eq 0 ] || { cat "$work/$1.out" >&2 && fail "$1 ended with $code"; }
}

milliseconds() { date +%s%3N; }

# --- what the folder holds ------------------------------------------------------------------------

# A damaged file is known by a second link to it: what is written anew under its name is another.
is_damaged() { # file
    local other
    for other in "$work"/damaged/*; do
        [ ! "$1" -ef "$other" ] || return 0
    done
    return 1
}

list_whole() { # "number file" of the checkpoints that are whole, newest first
    local file step
    for file in "$checkpoints"/best-*.h5 "$checkpoints"/step-*.h5; do
        [ -f "$file" ] && ! is_damaged "$file" || continue
        step=${file##*-}
        echo "$((10#${step%.h5})) $file"
    done | sort -s -k1,1n | tac
}

newest() { # its step; -1: none
    local step
    step=$(list_whole | sed -n '1s/ .*//p')
    echo "${step:--1}"
}

going_on() { # "step file" of each resume that the log tells of
    sed -n 's/.*going on from \(.*\): step \([0-9]*\),.*/\2 \1/p' "$work/chaos/log.txt" 2>/dev/null
}

# The steps of the last run, as far as the folder tells: that of status.json, which it replaces when
# it is ready to train, and of a file that it was writing. -1: it was not ready.
reached() {
    local step name
    [ "$work/chaos/status.json" -nt "$work/started" ] || { echo -1 && return; }
    step=$(sed -n 's/.*"step": \([0-9]*\).*/\1/p' "$work/chaos/status.json")
    for name in "$checkpoints"/.*-*.h5.partial; do
        [ -e "$name" ] || continue
        name=${name##*-}
        name=$((10#${name%.h5.partial}))
        [ "$name" -le "$step" ] || step=$name
    done
    echo "$step"
}

due() { # step: the first checkpoint after it
    local next=$((($1 / per_epoch + 1) * per_epoch)) other
    [ "$every" -eq 0 ] || {
        other=$((($1 / every + 1) * every))
        [ $other -gt $next ] || next=$other
    }
    echo $next
}

# Each resume must have gone on from the newest whole checkpoint; $told lines were known before.
check_resume() {
    local line step
    line=$(going_on | sed -n "$((told + 1))p")
    [ -n "$line" ] || return 0
    step=${line%% *}
    case $'\n'$bad_files$'\n' in *$'\n'"${line#* }"$'\n'*)
        fail "a bad load: went on from ${line#* }, which was damaged" ;;
    esac
    [ "$step" -eq "$before" ] || fail "went on from step $step, and step $before was whole"
    resumes=$((resumes + 1))
}

field() { sed -n "s/.*\"$2\": *\"\{0,1\}\([^\",]*\).*/\1/p" "$work/$1/summary.json"; }

# --- the end --------------------------------------------------------------------------------------

compare() { # the end against the run left alone
    local name left
    for name in steps val_mse best_val_mse weights_digest state_digest; do
        printf 'chaos: %-15s %s | %s\n' $name "$(field alone $name)" "$(field chaos $name)"
        [ -n "$(field alone $name)" ] || fail "summary.json has no $name"
        [ "$(field alone $name)" = "$(field chaos $name)" ] || fail "$name differs"
    done
    cmp "$work/alone/metrics.csv" "$work/chaos/metrics.csv" || fail "metrics.csv differs"
    diff -r "$work/alone/images" "$work/chaos/images" || fail "the pictures differ"
    for name in last.h5 best.h5; do
        command -v h5diff >/dev/null || continue
        h5diff --exclude-path /run "$work"/{alone,chaos}/"checkpoints/$name" ||
            fail "$name differs outside /run"
    done
    left=$(find "$work/chaos" -name '.*' -type f)
    [ -z "$left" ] || fail "temporary files are left: $left"
}

run_alone() {
    local began
    began=$(milliseconds)
    start alone 2
    finish alone
    whole=$(($(milliseconds) - began))
    every=$(sed -n 's/^checkpoint_steps = //p' "$work/alone/config.ini")
    per_epoch=$(($(field alone steps) / $(field alone epochs)))
    echo "chaos: left alone it takes $whole ms"
}

# --- interruptions --------------------------------------------------------------------------------

await_first_step() { # the run replaces status.json when it is ready to train
    until [ "$work/chaos/status.json" -nt "$work/started" ] || ! kill -0 "$job" 2>/dev/null; do
        sleep 0.05
    done
}

lives() { [ -d "/proc/$1" ] && ! grep -qs '^State:[[:space:]]*Z' "/proc/$1/status"; }

await_end() { # of the processes named; a hang fails
    local process until=$((SECONDS + LIMIT))
    for process; do
        while lives "$process"; do
            [ $SECONDS -lt $until ] || fail "$kind: still running after $LIMIT s"
            sleep 0.02
        done
    done
}

collect() { # $code: the exit code of the job, when it and its ranks have ended
    code=0
    { # without the shell's own notes on what was killed
        # shellcheck disable=SC2086 # a list of numbers
        await_end "$job" $members
        wait "$job" || code=$?
    } 2>/dev/null
    job=0
}

some() { # word...: one of them
    shift $((RANDOM % $#))
    echo "$1"
}

# What the interruption is; where there are no ranks yet, mpirun itself is struck.
# shellcheck disable=SC2086 # lists of numbers
strike() {
    local targets
    hold_job
    targets=$members
    [ "${kind#* }" != one ] || [ -z "$members" ] || targets=$(some $members)
    case $kind in
    'SIGKILL all') targets="$members $job" ;;
    'SIGKILL mpirun') targets=$job ;;
    esac
    kill -s "${kind%% *}" ${targets:-$job} 2>/dev/null || true
    kill -CONT "$job" 2>/dev/null || true
    collect
}

choose_kind() {
    local sorts=('SIGKILL all' 'SIGKILL one' 'SIGKILL mpirun')
    if [ $signals -eq 1 ] && [ $((RANDOM % 2)) -eq 0 ]; then
        kind="$(some SIGTERM SIGINT SIGUSR1 SIGUSR2) $(some one all)"
    else
        kind=${sorts[RANDOM % 3]}
    fi
}

count() { # kind
    counts[$1]=$((${counts[$1]:-0} + 1))
}

lose() { # steps
    lost=$((lost + $1))
    [ "$1" -le "$lost_most" ] || lost_most=$1
}

# The run says at which step it stopped: that must be the newest checkpoint's.
judge_signal() {
    local step
    [ $code -eq 75 ] || { cat "$work/chaos.out" >&2 && fail "$kind: ended with $code, not 75"; }
    step=$(sed -n 's/.*signal: epoch [0-9]*, step //p' "$work/chaos/log.txt" | tail -n 1)
    [ "$step" = "$after" ] || fail "$kind: stopped at step $step, the newest checkpoint is $after"
}

# How far it came is not told; the checkpoint that was due next was not finished.
judge_kill() {
    local step from=$((after < 0 ? 0 : after))
    step=$(reached)
    [ "$step" -ge 0 ] || return 0 # it had not begun to train
    [ "$step" -le "$(due $from)" ] || fail "$kind: step $step was reached, $after is the newest"
    lose $(($(due $from) - from))
}

# --- damage ---------------------------------------------------------------------------------------

random() { echo $(((RANDOM * 32768 + RANDOM) % $1)); }

flip_bit() { # file offset
    local byte
    byte=$(od -An -tu1 -j "$2" -N 1 "$1")
    # shellcheck disable=SC2059 # the byte is the format
    printf "\\x$(printf %x $((byte ^ (1 << RANDOM % 8))))" | dd of="$1" bs=1 \
        seek="$2" conv=notrunc status=none
}

# One time in three, and never to the last whole one.
damage_newest() {
    local file bytes at what
    [ $damage -eq 1 ] && [ $((RANDOM % 3)) -eq 0 ] && [ "$(list_whole | wc -l)" -ge 2 ] || return 0
    file=$(list_whole | sed -n '1s/[0-9]* //p')
    bytes=$(stat -c %s "$file")
    at=$(random "$bytes")
    what=$(some flipped cut)
    if [ "$what" = cut ]; then truncate -s "$at" "$file"; else flip_bit "$file" "$at"; fi
    damages=$((damages + 1))
    ln "$file" "$work/damaged/$damages"
    count "$what"
    before=$(newest)
    lose $((after - before))
    echo "chaos: damage $damages: ${file##*/} $what at byte $at; newest whole one: step $before"
}

# --- a life of the run ----------------------------------------------------------------------------

launch() { # ranks
    local file
    told=$(going_on | wc -l)
    bad_files=$(for file in "$checkpoints"/*.h5; do ! is_damaged "$file" || echo "$file"; done)
    touch "$work/started"
    start chaos "$1"
}

begin_again() {
    check_resume
    compare
    echo "chaos: it ended before the next kill: begun again"
    rm -rf "$work/chaos"
    before=-1
}

# Whether it came to its end before the interruption: by its code, or by its summary, since a signal
# in the last moments of a process finds no handler any more.
is_over() {
    [ "$work/chaos/summary.json" -nt "$work/started" ] &&
        case $(field chaos stop_reason) in finished | early_stop) true ;; *) false ;; esac
}

interrupt_once() {
    local ranks=$((1 + RANDOM % most)) part pause
    choose_kind
    launch "$ranks"
    # Every second SIGKILL falls on any moment from the start on, all others on steps; so does that
    # of one rank always: mpirun may hang when a rank dies while it connects to it (Open MPI 4.1:
    # "PMIX ERROR: UNREACHABLE", then it waits), before our program has begun anything.
    case "$kind $((done_kills % 2))" in
    'SIGKILL all 0' | 'SIGKILL mpirun 0') ;;
    *) await_first_step ;;
    esac
    # On average an equal part of the run, so that kills fall on all of it.
    part=$((2 * whole / (kills + 1) + 1))
    pause=$(random $part)
    sleep "$((pause / 1000)).$(printf %03d $((pause % 1000)))"
    if ! kill -0 "$job" 2>/dev/null; then
        finish chaos
        begin_again
        return
    fi
    strike
    if is_over; then
        begin_again
        return
    fi
    done_kills=$((done_kills + 1))
    count "$kind"
    check_resume
    after=$(newest)
    echo "chaos: $done_kills: $kind after $pause ms on $ranks ranks; newest checkpoint: step $after"
    [ "$after" -ge "$before" ] || fail "the newest checkpoint went back from step $before to $after"
    if [ "${kind%% *}" = SIGKILL ]; then judge_kill; else judge_signal; fi
    before=$after
    damage_newest
}

run_to_its_end() {
    local ranks=$((1 + RANDOM % most))
    launch "$ranks"
    finish chaos
    echo "chaos: ended on $ranks ranks after $done_kills kills"
    check_resume
    compare
}

summarize() {
    local name text=''
    while read -r name; do
        text="$text, ${counts[$name]} $name"
    done < <(printf '%s\n' "${!counts[@]}" | sort)
    echo "chaos: summary: $done_kills kills$text; $resumes resumes, 0 bad loads; steps lost by" \
        "signals: 0, by the others: at most $lost in all, $lost_most at once; the end is equal"
}

main() { # read whole before it runs, so that the file may change meanwhile
    done_kills=0 damages=0 resumes=0 lost=0 lost_most=0
    before=-1 after=-1
    declare -gA counts=()
    run_alone
    while [ "$done_kills" -lt "$kills" ]; do
        interrupt_once
    done
    run_to_its_end
    summarize
    rm -rf "$work"
    exit
}
main

#!/usr/bin/env bash
# Kills a training run with SIGKILL at random moments, resumes it on a random number of ranks, lets
# it end, and compares the end with the same run left alone.
#   tests/chaos/chaos.sh --binary PATH [--kills N] [--seed S] [--ranks MAX] [--config INI]
#                        [section.key=value ...]
# Exit 0: the same weights, optimizer state, metrics and pictures, and no kill lost more than the
# steps since the last checkpoint. The folder of a failed comparison is kept.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
binary='' kills=4 seed=$RANDOM most=4 config=$root/tests/chaos/small.ini
overrides=()
while [ $# -gt 0 ]; do
    case $1 in
    --binary) binary=$2 && shift 2 ;;
    --kills) kills=$2 && shift 2 ;;
    --seed) seed=$2 && shift 2 ;;
    --ranks) most=$2 && shift 2 ;;
    --config) config=$2 && shift 2 ;;
    *.*=*) overrides+=("$1") && shift ;;
    *) echo "chaos.sh: $1: unknown; see the head of $0" >&2 && exit 1 ;;
    esac
done
[ -x "$binary" ] || { echo "chaos.sh: --binary: '$binary' cannot be run" >&2 && exit 1; }
RANDOM=$seed
work=$(mktemp -d)
job=0
echo "chaos: seed $seed, $kills kills, 1 to $most ranks"

# The ranks are mpirun's children; the list is taken while it stands still.
kill_job() {
    [ "$job" -gt 0 ] || return 0
    kill -STOP "$job" 2>/dev/null || return 0
    # shellcheck disable=SC2046
    kill -KILL $(pgrep -P "$job") "$job" 2>/dev/null || true
    wait "$job" 2>/dev/null || true
    job=0
}
trap kill_job EXIT

fail() {
    echo "chaos: FAILED: $1 (seed $seed; everything is in $work)" >&2
    exit 1
}

start() { # folder ranks: in the background, as $job
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

newest() { # the number of the newest checkpoint that has its final name; -1: none
    local file step=-1
    for file in "$work"/chaos/checkpoints/step-*.h5; do # in the order of their numbers
        file=${file##*/step-}
        [ "$file" = '*.h5' ] || step=$((10#${file%.h5}))
    done
    echo "$step"
}

resumed() { # the step of the last resume that the log tells of; -1: none
    local step
    step=$(sed -n 's/.*going on from .*: step \([0-9]*\),.*/\1/p' "$work/chaos/log.txt" | tail -n 1)
    echo "${step:--1}"
}

field() { sed -n "s/.*\"$2\": *\"\{0,1\}\([^\",]*\).*/\1/p" "$work/$1/summary.json"; }

compare() { # the end against the run left alone
    local name left
    [ "$(resumed)" -ge "$before" ] ||
        fail "went on from step $(resumed), and step $before was whole"
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
    echo "chaos: left alone it takes $whole ms"
}

await_first_step() { # the run rewrites its config.ini when it is ready to train
    until [ "$work/chaos/config.ini" -nt "$work/started" ] || ! kill -0 "$job" 2>/dev/null; do
        sleep 0.05
    done
}

kill_once() {
    local ranks part pause after
    ranks=$((1 + RANDOM % most))
    touch "$work/started"
    start chaos "$ranks"
    # Every second kill falls on steps, the others on any moment from the start on.
    [ $((done_kills % 2)) -eq 0 ] || await_first_step
    # On average an equal part of the run, so that kills fall on all of it.
    part=$((2 * whole / (kills + 1) + 1))
    pause=$(((RANDOM * 32768 + RANDOM) % part))
    sleep "$((pause / 1000)).$(printf %03d $((pause % 1000)))"
    if ! kill -0 "$job" 2>/dev/null; then
        finish chaos
        compare
        echo "chaos: it ended before the next kill: begun again"
        rm -rf "$work/chaos"
        before=-1
        return
    fi
    kill_job
    done_kills=$((done_kills + 1))
    after=$(newest)
    echo "chaos: kill $done_kills after $pause ms on $ranks ranks; newest checkpoint: step $after"
    [ "$after" -ge "$before" ] || fail "the newest checkpoint went back from step $before to $after"
    before=$after
}

run_to_its_end() {
    local ranks=$((1 + RANDOM % most))
    start chaos "$ranks"
    finish chaos
    echo "chaos: ended on $ranks ranks after $done_kills kills"
    compare
}

main() { # read whole before it runs, so that the file may change meanwhile
    done_kills=0
    before=-1
    run_alone
    while [ "$done_kills" -lt "$kills" ]; do
        kill_once
    done
    run_to_its_end
    rm -rf "$work"
    echo "chaos: equal"
    exit
}
main

#!/usr/bin/env bash
# Proves that a checkpoint during which one system call fails costs nothing but itself. For each
# kind of call (write, reserving room, flush, rename, opening, linking), for every such call in
# one checkpoint, with EIO or ENOSPC, on rank 0 or another, alone and on 2 ranks:
#   continue: the run ends with 0 (with 3 if its last checkpoint failed), and its digests,
#             metrics.csv, last.h5 and best.h5 are those of a run left alone
#   stop:     the run ends with 3, names file and fault once, has a whole checkpoint left; run again
#             without the fault it ends like the run left alone
# and never by a signal, by hanging, or with temporary files left.
#   failing_writes.sh LOCKSTEP FAIL_CALLS MPIRUN_TEST short|all      (short: some of the calls)
set -u
lockstep=$(realpath "$1") shim=$(realpath "$2") mpirun_test=$(realpath "$3") extent=$4
command -v h5diff >/dev/null || { echo "skipped: h5diff is missing (hdf5-tools)"; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-writes.XXXXXX")
trap 'rm -rf "$work"' EXIT
. "$(dirname "${BASH_SOURCE[0]}")/../small_run.sh"
write_config "$work/small.ini"
runs=0 failures=0
train 2 "$work/alone" || { cat "$work/err" && exit 1; }

# fault RANK KIND NUMBER ERROR: the environment under which that call fails.
fault() {
    local words=(LD_PRELOAD="$shim" FAIL_BELOW=/checkpoints FAIL_FROM="$from" FAIL_UNTIL="$until"
        FAIL_RANK="$1" FAIL_KIND="$2" FAIL_NUMBER="$3" FAIL_ERROR="$4" FAIL_REPORT="$work/hit")
    printf '%s\n' "${words[@]}"
}

judge_continue() { # CODE
    case $1 in
    0) differs "$work/run" best.h5 ;;
    3) if [ "$until" != '' ]; then echo "exit code 3"; else judge_stopped; fi ;;
    *) echo "exit code $1" ;;
    esac
}

judge_stopped() { # ended with 3: whole checkpoints stand, and a second start makes good
    local said
    said=$(grep -c '^lockstep: ' "$work/err")
    [ "$said" -eq 1 ] || echo "$said messages instead of 1"
    [ "$(newest_whole "$work/run")" -ge "$stands" ] || echo "step $stands does not stand any more"
    cp "$work/err" "$work/first"
    train "$ranks" "$work/run" || echo "the second start ended with $?: $(tail -n 1 "$work/err")"
    differs "$work/run" best.h5
    cp "$work/first" "$work/err"
}

judge_stop() { # CODE: 0 where the fault was overcome (a link became a copy)
    case $1 in
    0) differs "$work/run" best.h5 ;;
    3) grep -q '^lockstep: .*checkpoints.*\(error\|space\|failed\|wrote\)' "$work/err" ||
        echo "names no fault"
        judge_stopped ;;
    *) echo "exit code $1" ;;
    esac
}

# attempt RANK KIND NUMBER ERROR POLICY: false when the call was not reached.
attempt() {
    local code=0 environment reasons said
    rm -rf "$work/run" "$work/hit"
    mapfile -t environment < <(fault "$1" "$2" "$3" "$4")
    train "$ranks" "$work/run" "${environment[@]}" "train.on_checkpoint_error=$5" || code=$?
    [ -f "$work/hit" ] || return 1
    runs=$((runs + 1))
    reasons=$(unclean $code; "judge_$5" $code)
    said=$(grep -m 1 -E '^(lockstep|warning): ' "$work/err" | sed "s|$work/run/||g" | cut -c 1-110)
    printf '%d %d %-7s %3s %-6s %-8s %d  %s\n' "$ranks" "$1" "$2" "$3" "$4" "$5" $code "$said"
    if [ -n "$reasons" ]; then
        failures=$((failures + 1))
        sed 's/^/    FAILED: /' <<<"$reasons"
        sed 's/^/    | /' "$work/err"
    fi
}

# every RANK KIND STEP: each STEP-th call of the kind; errors and policies take turns in short.
every() {
    local number=1 error policy turn=$(($1 + ${#2}))
    while :; do
        for error in EIO ENOSPC; do
            for policy in stop continue; do
                turn=$((turn + 1))
                [ "$extent" = all ] || [ $((turn % 4)) -eq 0 ] || continue
                attempt "$1" "$2" $number $error $policy || return 0
            done
        done
        turn=$((turn + 1)) number=$((number + $3))
    done
}

echo "ranks, failing rank, call, number, error, policy, exit code, first message"
# The end of an epoch, with best and last checkpoint; two older checkpoints stand.
from=best-00000006 until=step-00000008 stands=4
if [ "$extent" = all ]; then step=1; else step=16; fi
for kind in write reserve flush rename open link; do
    ranks=1 && every 0 $kind $((step > 1 ? 2 : 1))
    ranks=2 && every 0 $kind $step
done
ranks=2 && every 1 write $step
ranks=2 && every 1 open $((step > 1 ? 2 : 1))
# A rank that can't open the file which the ranks fill together, once or from then on.
for policy in stop continue; do
    attempt 1 open 1 EIO $policy || failures=$((failures + 1))
    attempt 1 open 1+ ENOSPC $policy || failures=$((failures + 1))
done
# From there on all fail: what was written before is not pruned.
until=''
for kind in write flush rename; do
    for ranks in 1 2; do attempt 0 $kind 1+ ENOSPC continue; done
done
# On two ranks: from the parallel writing on, and from the first of the other rank's writes on.
for policy in stop continue; do
    attempt 0 write 2+ ENOSPC $policy || failures=$((failures + 1))
    attempt 1 write 1+ ENOSPC $policy || failures=$((failures + 1))
done
if [ "$extent" = all ]; then # the same where it is the run's last
    from=best-00000012 until='' stands=10
    for kind in write reserve flush rename open link; do
        ranks=1 && every 0 $kind 1
        ranks=2 && every 0 $kind 8
    done
fi
echo "$runs runs with a failed call, $failures failures"
[ $failures -eq 0 ] && [ $runs -ge 15 ]

#!/usr/bin/env bash
# Proves, with real disks and not with calls made to fail, on 1 and 2 ranks, that a disk that fills
# up, one that becomes read-only under a run, and a limit on file sizes end a run with 3 and a
# message that names the fault, that older checkpoints stand, and that a second start ends like a
# run that nothing befell.
# Mounting needs rights: without them only the limit is tried, and the rest skipped by name.
#   failing_disks.sh LOCKSTEP MPIRUN_TEST
set -u
if [ "${LOCKSTEP_OWN_MOUNTS:-}" = '' ]; then
    if unshare --mount true 2>/dev/null; then
        LOCKSTEP_OWN_MOUNTS=yes exec unshare --mount --propagation private "$0" "$@"
    fi
    LOCKSTEP_OWN_MOUNTS=no exec "$0" "$@"
fi
lockstep=$(realpath "$1") mpirun_test=$(realpath "$2")
command -v h5diff >/dev/null || { echo "skipped: h5diff is missing (hdf5-tools)"; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-disks.XXXXXX")
disk=$work/disk
mkdir "$disk"
trap 'umount -l "$disk" 2>/dev/null; rm -rf "$work"' EXIT
. "$(dirname "${BASH_SOURCE[0]}")/../small_run.sh"
write_config "$work/small.ini"
failures=0
train 2 "$work/alone" || { cat "$work/err" && exit 1; }
bytes=$(stat -Lc %s "$work/alone/checkpoints/last.h5")

check() { # WHAT CODE EXPECTED: prints a row, and what is wrong
    local reasons
    reasons=$(unclean "$2"; [ "$2" -eq "$3" ] || echo "ended with $2 instead of $3"
        [ "$3" -eq 0 ] || grep -q '^lockstep: .*\(space\|Read-only\|too large\)' "$work/err" ||
            echo "names no fault")
    printf '%-34s %d %d  %s\n' "$1" "$ranks" "$2" \
        "$(grep -m 1 -E '^(lockstep|warning): ' "$work/err" | cut -c 1-130)"
    [ -z "$reasons" ] || wrong "$reasons"
}

wrong() {
    failures=$((failures + 1))
    sed 's/^/    FAILED: /' <<<"$1"
    sed 's/^/    | /' "$work/err"
}

make_good() { # FOLDER: the second start
    local code=0 reasons
    train "$ranks" "$1" || code=$?
    reasons=$([ $code -eq 0 ] || echo "the second start ended with $code"; differs "$1" best.h5)
    [ -z "$reasons" ] || wrong "$reasons"
}

mount_disk() { mount -t tmpfs -o "size=$1" small "$disk"; }

full_disk() { # for different rooms: the layout, the values, the best or the last don't fit
    local room code
    for room in $((bytes * 5 / 2)) $((bytes * 3 + 20000)) $((bytes * 4)); do
        mount_disk $((room / 4096 * 4096))
        code=0
        train "$ranks" "$disk/run" || code=$?
        check "full disk of $room bytes" $code 3
        mount -o remount,size=16m "$disk"
        make_good "$disk/run"
        umount "$disk"
    done
}

# in_the_middle WHAT FOLDER FUNCTION: the function brings the fault over a run of many more epochs
# that has a checkpoint; UNDO takes it away. What stands is proved by going on from it.
in_the_middle() {
    local what=$1 folder=$2 code=0 before job
    train "$ranks" "$folder" train.epochs=100000 &
    job=$!
    for _ in $(seq 200); do
        [ -e "$folder/checkpoints/last.h5" ] && break
        sleep 0.05
    done
    "$3" "$folder"
    wait $job || code=$?
    before=$(newest_whole "$folder")
    check "$what" $code 3
    ${4:-true} "$folder"
    code=0
    train "$ranks" "$folder" train.epochs=100000 train.max_steps=$((before + 4)) || code=$?
    check "  without it" $code 0
    [ "$before" -gt 0 ] && [ "$(newest_whole "$folder")" -ge $((before + 4)) ] ||
        wrong "it did not go on from step $before"
}

# The lock and the log stay open for writing, so the file system itself can't change; a mount of the
# folder upon itself has the same effect on every call by name. While a checkpoint is being written
# through it, it is busy.
make_read_only() {
    mount --bind "$1/checkpoints" "$1/checkpoints"
    for _ in $(seq 1000); do
        mount -o remount,bind,ro "$1/checkpoints" 2>"$work/mount.err" && return
    done
    wrong "it can't be made read-only: $(cat "$work/mount.err")"
}
make_writable() { umount "$1/checkpoints"; }

# For the ranks alone: MPI's launcher has large files of its own.
limit_sizes() {
    local pid parent
    parent=$(ps -o ppid= -p "$(sed -n 's/^pid //p' "$1/lock")")
    for pid in $(pgrep -P "${parent// /}"); do
        prlimit --pid "$pid" --fsize=$((bytes / 2))
    done
}

echo "fault, ranks, exit code, first message"
for ranks in 1 2; do
    in_the_middle "a limit on file sizes" "$work/limited$ranks" limit_sizes
    [ $LOCKSTEP_OWN_MOUNTS = yes ] || continue
    full_disk
    mount_disk 16m
    in_the_middle "read-only in the middle" "$disk/run" make_read_only make_writable
    umount "$disk"
done
echo "$failures failures"
[ $failures -eq 0 ] || exit 1
[ $LOCKSTEP_OWN_MOUNTS = yes ] ||
    { echo "skipped: full and read-only disks: no right to mount a file system"; exit 77; }

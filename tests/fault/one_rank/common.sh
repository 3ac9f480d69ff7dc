# Sourced by the tests of what befalls one rank alone (one_rank.c): runs with it, and what must hold
# afterwards. The test is called as  NAME.sh LOCKSTEP SHIM, and has set $epochs.
. "$(dirname "${BASH_SOURCE[0]}")/../ended_run.sh"
# shellcheck disable=SC2034 # used by the tests
shim=$2
# Sums by messages, which the shim meets; three buckets of gradients, of which two come round as
# floats.
network=("$root/tests/chaos/small.ini" model.latent=256 "train.epochs=$epochs" comm.reduce=flat
    train.checkpoint_steps=5 train.patience=0 train.keep=3 --quiet)

# run NAME RANKS CODE [VARIABLE=VALUE...] [WORD...]: trains, and fails unless it ends with CODE.
run() {
    folder=$work/$1
    local ranks=$2 expected=$3 fault=() code=0
    shift 3
    while [[ "${1:-}" = ONE_RANK* ]]; do fault+=("$1") && shift; done
    [ ${#fault[@]} -eq 0 ] || fault+=("LD_PRELOAD=$shim")
    timeout -k 5 100 "$root/scripts/mpirun-test.sh" "$ranks" env "${fault[@]}" "$lockstep" \
        train "${network[@]}" "$@" "train.out=$folder" >"$folder.out" 2>&1 || code=$?
    [ $code -eq "$expected" ] || fail "exit code $code instead of $expected"
    require_nobody_left
}

never_says() { ! grep -qE -- "$1" "$folder.out" || fail "says: $1"; }

newest_is() { [ "$(newest)" -eq "$1" ] || fail "the newest checkpoint is of step $(newest)"; }

digest() { field "$work/$1" state_digest; }

# The run that ended in $folder is, but for /run, the one left alone.
ends_as_alone() {
    [ "$(digest "${folder##*/}")" = "$(digest alone)" ] || fail "state_digest differs"
    cmp "$work/alone/metrics.csv" "$folder/metrics.csv" || fail "metrics.csv differs"
    h5diff --exclude-path /run "$work/alone/checkpoints/last.h5" "$folder/checkpoints/last.h5" ||
        fail "last.h5 differs outside /run"
}

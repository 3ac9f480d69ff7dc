# Sourced by the tests of what befalls one rank alone (one_rank.c): runs with it, and what must hold
# afterwards. The test is called as  NAME.sh LOCKSTEP SHIM, and has set $epochs.
lockstep=$1
shim=$2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
me=$(basename "$0")
# A space, since users' paths have them.
work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep one.XXXXXX")
folder=
# Three buckets of gradients, of which two come round as floats.
network=("$root/tests/chaos/small.ini" model.latent=256 "train.epochs=$epochs"
    train.checkpoint_steps=5 train.patience=0 train.keep=3 --quiet)

members() { pgrep -f -- "train.out=$work/" || true; }

clean() {
    # shellcheck disable=SC2046
    kill -KILL $(members) 2>/dev/null || true
    rm -rf "$work"
}
trap clean EXIT

fail() {
    echo "$me: FAILED: ${what:-}: $1" >&2
    [ ! -f "$folder.out" ] || sed 's/^/    /' "$folder.out" >&2
    exit 1
}

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
    [ -z "$(members)" ] || sleep 1 # killed, not yet gone
    [ -z "$(members)" ] || fail "processes are left: $(members | tr '\n' ' ')"
}

says() { grep -qE -- "$1" "$folder.out" || fail "does not say: $1"; }
never_says() { ! grep -qE -- "$1" "$folder.out" || fail "says: $1"; }

# The step of the newest checkpoint; -1: none.
newest() {
    local file step=-1
    for file in "$folder"/checkpoints/step-*.h5; do # in the order of their numbers
        file=${file##*/step-}
        [ "$file" = '*.h5' ] || step=$((10#${file%.h5}))
    done
    echo "$step"
}

newest_is() { [ "$(newest)" -eq "$1" ] || fail "the newest checkpoint is of step $(newest)"; }

field() { sed -n "s/.*\"$2\": *\"\{0,1\}\([^\",]*\).*/\1/p" "$work/$1/summary.json"; }
digest() { field "$1" state_digest; }

# The run that ended in $folder is, but for /run, the one left alone.
ends_as_alone() {
    [ "$(digest "${folder##*/}")" = "$(digest alone)" ] || fail "state_digest differs"
    cmp "$work/alone/metrics.csv" "$folder/metrics.csv" || fail "metrics.csv differs"
    h5diff --exclude-path /run "$work/alone/checkpoints/last.h5" "$folder/checkpoints/last.h5" ||
        fail "last.h5 differs outside /run"
}

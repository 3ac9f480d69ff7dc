#!/usr/bin/env bash
# Proves that the number of ranks changes nothing of a run: the digests of weights and state, each
# line of metrics.csv, the pictures and the checkpoints (but for /run) are those of one rank, with
# batches that the ranks divide and that they don't, and a short last batch.
#   ranks.sh LOCKSTEP [-b "BATCHES"] [-n "RANKS"] [-r RUNNER] CONFIG.ini [section.key=value ...]
# RUNNER N PROGRAM... starts N ranks (default: scripts/mpirun-test.sh).
# Prints one line a run: batch, ranks, weights_digest, state_digest.
set -eu
binary=$1
shift
batches='50 64'
ranks='1 2 3 4 5 7 8 16'
here=$(cd "$(dirname "$0")" && pwd)
runner=$here/../../../scripts/mpirun-test.sh
while getopts b:n:r: option; do
    case $option in
        b) batches=$OPTARG ;;
        n) ranks=$OPTARG ;;
        r) runner=$OPTARG ;;
        *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 1 ;;
    esac
done
shift $((OPTIND - 1))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

field() { sed -n "s/.*\"$2\": *\"\{0,1\}\([^\",]*\).*/\1/p" "$1/summary.json"; }

fail() {
    echo "ranks.sh: $1" >&2
    exit 1
}

# train FOLDER RANKS BATCH [WORDS...]
train() {
    local folder=$1 count=$2 batch=$3
    shift 3
    "$runner" "$count" "$binary" train "$@" train.batch="$batch" \
        train.out="$folder" --quiet >"$folder.out" 2>&1 ||
        { cat "$folder.out" >&2 && fail "$count ranks, batch $batch: ended with a failure"; }
}

compare() { # one FOLDER OTHER WHAT
    local one=$1 other=$2 what=$3
    cmp "$one/metrics.csv" "$other/metrics.csv" || fail "$what: metrics.csv differs"
    diff -r "$one/images" "$other/images" || fail "$what: the pictures differ"
    for key in weights_digest state_digest best_epoch train_mse val_mse stop_reason; do
        [ "$(field "$one" $key)" = "$(field "$other" $key)" ] || fail "$what: $key differs"
    done
    for name in last.h5 best.h5; do
        h5diff --exclude-path /run {"$one","$other"}/checkpoints/$name ||
            fail "$what: $name differs outside /run"
    done
}

for batch in $batches; do
    first=
    for count in $ranks; do
        folder=$work/$batch-$count
        train "$folder" "$count" "$batch" "$@"
        echo "batch $batch ranks $count weights $(field "$folder" weights_digest)" \
            "state $(field "$folder" state_digest)"
        [ -n "$(field "$folder" weights_digest)" ] || fail "summary.json has no digest"
        if [ -z "$first" ]; then
            first=$folder
        else
            compare "$first" "$folder" "batch $batch, $count ranks"
            rm -rf "$folder"
        fi
    done
done
